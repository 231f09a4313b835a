//! What the tests share: a filesystem, and a host of which all is known.

use super::image;
use crate::segments::Segments;
use crate::table::Kind;
use crate::vfs::{Host, StreamError, StreamResult, Vfs};
use monaka_fs_core::image::Image;
use monaka_fs_core::{Access, Env, Follow, Limits, OpenFlags, Payload, Result, Time, View};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// An error that the host made.
pub(super) const HOST_ERROR: u32 = 77;

/// A host, whose streams and pollables are what a test says they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Fake(Rc<State>);

#[derive(Debug, Default)]
struct State {
    time: Cell<u64>,
    ready: RefCell<Vec<u32>>,
    streams: RefCell<BTreeMap<u32, Stream>>,
    calls: RefCell<Vec<String>>,
}

/// A stream of the host, of either direction.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// What its reads give, one after the other; then it is closed.
    pub(super) reads: VecDeque<StreamResult<Vec<u8>>>,
    /// What it takes at each `check-write`; then it is closed.
    pub(super) permits: VecDeque<StreamResult<u64>>,
    /// What `blocking-flush` gives.
    pub(super) flush: Option<StreamError>,
    pub(super) written: Vec<u8>,
}

impl Fake {
    pub(super) fn set_time(&self, time: u64) {
        self.0.time.set(time);
    }

    pub(super) fn set_ready(&self, pollable: u32) {
        self.0.ready.borrow_mut().push(pollable);
    }

    /// A stream of the host, and its handle.
    pub(super) fn stream(&self, stream: Stream) -> u32 {
        let mut streams = self.0.streams.borrow_mut();
        let handle = streams.len() as u32 + 1;
        streams.insert(handle, stream);
        handle
    }

    pub(super) fn written(&self, stream: u32) -> Vec<u8> {
        self.0.streams.borrow()[&stream].written.clone()
    }

    /// The calls of stream functions since the last time.
    pub(super) fn calls(&self) -> Vec<String> {
        self.0.calls.take()
    }

    fn on<T>(
        &self,
        call: &str,
        stream: u32,
        answer: impl FnOnce(&mut Stream) -> StreamResult<T>,
    ) -> StreamResult<T> {
        self.0.calls.borrow_mut().push(call.to_owned());
        let mut streams = self.0.streams.borrow_mut();
        answer(streams.get_mut(&stream).expect("the canonical ABI traps"))
    }

    fn next_read(stream: &mut Stream, len: u64) -> StreamResult<Vec<u8>> {
        let bytes = stream
            .reads
            .pop_front()
            .unwrap_or(Err(StreamError::Closed))?;
        assert!(bytes.len() as u64 <= len, "a test that expects too much");
        Ok(bytes)
    }
}

impl Env for Fake {
    fn now(&self) -> Time {
        Time(self.0.time.get())
    }

    fn is_costly(&self) -> bool {
        true
    }
}

impl Host for Fake {
    fn ready(&self, pollable: u32) -> bool {
        self.0.ready.borrow().contains(&pollable)
    }

    fn read(&self, stream: u32, len: u64) -> StreamResult<Vec<u8>> {
        self.on("read", stream, |stream| Self::next_read(stream, len))
    }

    fn blocking_read(&self, stream: u32, len: u64) -> StreamResult<Vec<u8>> {
        self.on("blocking-read", stream, |stream| {
            Self::next_read(stream, len)
        })
    }

    fn check_write(&self, stream: u32) -> StreamResult<u64> {
        self.on("check-write", stream, |stream| {
            let permit = stream.permits.pop_front();
            permit.unwrap_or(Err(StreamError::Closed))
        })
    }

    fn write(&self, stream: u32, bytes: &[u8]) -> StreamResult<()> {
        self.on("write", stream, |stream| {
            stream.written.extend_from_slice(bytes);
            Ok(())
        })
    }

    fn blocking_flush(&self, stream: u32) -> StreamResult<()> {
        self.on("blocking-flush", stream, |stream| {
            stream.flush.map_or(Ok(()), Err)
        })
    }
}

/// A filesystem as a program has it.
#[derive(Debug)]
pub(super) struct Lab {
    pub(super) vfs: Vfs<Fake>,
    pub(super) host: Fake,
    pub(super) root: u32,
}

impl Lab {
    pub(super) fn new() -> Self {
        Self::of(Fake::default(), |host| View::new(host, Limits::default()))
    }

    pub(super) fn with_bytes_max(bytes_max: u64) -> Self {
        let limits = Limits {
            bytes_max,
            ..Limits::default()
        };
        Self::of(Fake::default(), |host| View::new(host, limits))
    }

    pub(super) fn with_image(image: Vec<u8>) -> Self {
        Self::of(Fake::default(), |host| {
            let image = Image::parse(image.leak()).unwrap();
            View::from_image(host, Limits::default(), image)
        })
    }

    pub(super) fn of(host: Fake, mount: impl FnOnce(Fake) -> Result<View<Fake>>) -> Self {
        let mut vfs = Vfs::new(host.clone(), mount(host.clone()));
        let root = vfs.get_directories(Access::READ | Access::MUTATE_DIRECTORY);
        let root = root.unwrap();
        Self { vfs, host, root }
    }

    pub(super) fn open(&mut self, path: &str, flags: OpenFlags) -> Result<u32> {
        let access = Access::READ | Access::WRITE;
        self.vfs
            .open_at(self.root, Follow::Yes, path, flags, access)
    }

    /// A new file, and its bytes.
    pub(super) fn file(&mut self, path: &str, bytes: &[u8]) -> u32 {
        let file = self.open(path, OpenFlags::CREATE).unwrap();
        self.write(file, 0, bytes);
        file
    }

    pub(super) fn write(&mut self, file: u32, offset: u64, bytes: &[u8]) {
        let written = self.vfs.write(file, Payload::from(&bytes), offset);
        assert_eq!(written, Ok(bytes.len() as u64));
    }

    pub(super) fn content(&mut self, file: u32) -> Vec<u8> {
        let (found, end) = self.vfs.read(file, u64::MAX, 0).unwrap();
        assert!(end);
        bytes_of(found)
    }

    pub(super) fn input(&mut self, file: u32, offset: u64) -> u32 {
        self.vfs.read_via_stream(file, offset).unwrap()
    }

    pub(super) fn output(&mut self, file: u32, offset: u64) -> u32 {
        self.vfs.write_via_stream(file, offset).unwrap()
    }

    /// The bytes that a stream gives next.
    pub(super) fn read(&mut self, stream: u32, len: u64) -> StreamResult<Vec<u8>> {
        self.vfs.input_read(stream, len).map(bytes_of)
    }

    /// A stream to which no byte can be written.
    pub(super) fn output_beyond_all(&mut self, file: u32) -> u32 {
        self.output(file, u64::MAX)
    }

    /// The code of the error of a stream, which is dropped.
    pub(super) fn code<T>(&mut self, outcome: StreamResult<T>) -> Option<monaka_fs_core::Error> {
        let Err(StreamError::Failed(error)) = outcome else {
            return None;
        };
        let code = self.vfs.filesystem_error_code(error);
        self.vfs.drop(error, Kind::Error);
        code
    }

    /// Fills the table, and gives the handles that did it.
    pub(super) fn fill(&mut self) -> Vec<u32> {
        let handles = (0..).map(|_| self.vfs.subscribe());
        handles
            .take_while(|&handle| handle != crate::table::READY)
            .collect()
    }
}

/// What the glue copies to the program.
#[allow(unsafe_code, reason = "segments are addresses")]
pub(super) fn bytes_of(segments: &Segments) -> Vec<u8> {
    let mut bytes = Vec::new();
    for segment in segments.as_slice() {
        assert!(segment.len > 0);
        if segment.address == 0 {
            bytes.resize(bytes.len() + segment.len, 0);
            continue;
        }
        let address = std::ptr::with_exposed_provenance(segment.address);
        // SAFETY: the segment is of stored bytes of the volume, which nothing
        // has changed since, as the borrow of the segments shows.
        bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(address, segment.len) });
    }
    assert_eq!(bytes.len(), segments.bytes());
    bytes
}

/// An image with one file.
pub(super) fn image_of(path: &str, bytes: &[u8]) -> Vec<u8> {
    image::Builder::new().file(path, bytes).build()
}
