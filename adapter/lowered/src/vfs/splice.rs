//! Splices between files, and between a file and the host.

use super::{Host, StreamError, StreamResult, Vfs};
use crate::table::is_virtual;
use alloc::vec::Vec;
use core::cell::RefCell;
use monaka_fs_core::Payload;
use monaka_wasi::splice::{self, Sink, Source};

impl<H: Host> Vfs<H> {
    /// `output-stream.splice`. Either stream may be the host's.
    pub fn splice(&mut self, sink: u32, source: u32, len: u64) -> StreamResult<u64> {
        let vfs = RefCell::new(self);
        splice::splice(&Stream::new(&vfs, source), &Stream::new(&vfs, sink), len)
    }

    /// `output-stream.blocking-splice`.
    pub fn blocking_splice(&mut self, sink: u32, source: u32, len: u64) -> StreamResult<u64> {
        let vfs = RefCell::new(self);
        splice::blocking_splice(&Stream::new(&vfs, source), &Stream::new(&vfs, sink), len)
    }
}

impl<H: Host> Vfs<H> {
    /// The host, for a call that may wait.
    fn wait(&mut self) -> &H {
        self.settle();
        &self.host
    }
}

/// One end of a splice: a stream of a file, or of the host.
struct Stream<'v, H: Host> {
    /// Both ends may be files, and take turns.
    vfs: &'v RefCell<&'v mut Vfs<H>>,
    handle: u32,
}

impl<'v, H: Host> Stream<'v, H> {
    fn new(vfs: &'v RefCell<&'v mut Vfs<H>>, handle: u32) -> Self {
        Self { vfs, handle }
    }

    /// With the handle and its side of the volume or of the host.
    fn with<T>(
        &self,
        of_file: impl FnOnce(&mut Vfs<H>, u32) -> StreamResult<T>,
        of_host: impl FnOnce(&mut Vfs<H>, u32) -> StreamResult<T>,
    ) -> StreamResult<T> {
        // One end calls nothing of the other, so that this never fails.
        let mut vfs = self.vfs.try_borrow_mut().map_err(|_| StreamError::Closed)?;
        match is_virtual(self.handle) {
            true => of_file(&mut vfs, self.handle),
            false => of_host(&mut vfs, self.handle),
        }
    }
}

fn read<H: Host>(vfs: &mut Vfs<H>, stream: u32, len: u64) -> StreamResult<Vec<u8>> {
    let mut bytes = Vec::new();
    vfs.input_read_into(stream, len, &mut bytes)?;
    Ok(bytes)
}

impl<H: Host> Source<StreamError> for Stream<'_, H> {
    fn read(&self, len: u64) -> StreamResult<Vec<u8>> {
        self.with(
            |vfs, file| read(vfs, file, len),
            |vfs, stream| vfs.host.read(stream, len),
        )
    }

    fn blocking_read(&self, len: u64) -> StreamResult<Vec<u8>> {
        self.with(
            |vfs, file| read(vfs, file, len),
            |vfs, stream| vfs.wait().blocking_read(stream, len),
        )
    }
}

impl<H: Host> Sink<StreamError> for Stream<'_, H> {
    fn check_write(&self) -> StreamResult<u64> {
        self.with(Vfs::check_write, |vfs, stream| vfs.host.check_write(stream))
    }

    /// A host that takes nothing takes some again once it is flushed.
    fn block(&self) -> StreamResult<()> {
        self.with(Vfs::flush, |vfs, stream| vfs.wait().blocking_flush(stream))
    }

    fn write(&self, bytes: &[u8]) -> StreamResult<()> {
        self.with(
            |vfs, file| vfs.output_write(file, Payload::from(&bytes)),
            |vfs, stream| vfs.host.write(stream, bytes),
        )
    }
}
