//! The state of a host as files, in the manner of `/proc` and acme: nodes whose content the host makes.
//!
//! Each function here makes a [`Node`] of what the host gives; [`Volume::mount`](crate::Volume::mount)
//! puts it at a path. To programs they are files like others: what is read is what there was when the
//! file was opened, an error of a setter is the error of the very write that caused it, and their names
//! cannot be changed. They belong to no image and no snapshot.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::sync::{Arc, Mutex};
//!
//! use monaka_host::synthetic::{control, directory, dynamic, text, value};
//! use monaka_host::{ErrorCode, Limits, Volume};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let requests = Arc::new(AtomicU64::new(0));
//! let level = Arc::new(Mutex::new(1_u8));
//!
//! let volume = Volume::new(Limits::default())?;
//! volume.mount("/host", directory([
//!     // Read: a line of text, made at each open.
//!     ("requests", text({
//!         let requests = Arc::clone(&requests);
//!         move || format!("{}\n", requests.load(Ordering::Relaxed))
//!     })),
//!     // Read and write: `echo 3 > /host/level`.
//!     ("level", value(
//!         Arc::clone(&level),
//!         |level| level.lock().unwrap().to_string(),
//!         |level, text| {
//!             *level.lock().unwrap() = text.trim().parse().map_err(|_| ErrorCode::Invalid)?;
//!             Ok(())
//!         },
//!     )),
//!     // Write only: a command for each line.
//!     ("ctl", control({
//!         let requests = Arc::clone(&requests);
//!         move |line: &str| match line {
//!             "reset" => Ok(requests.store(0, Ordering::Relaxed)),
//!             _ => Err(ErrorCode::Invalid),
//!         }
//!     })),
//!     // A directory that is made when it is looked at.
//!     ("threads", dynamic(|| vec![("main".to_owned(), text(|| "running\n"))])),
//! ]))?;
//!
//! requests.store(7, Ordering::Relaxed);
//! assert_eq!(volume.read("/host/requests")?, b"7\n");
//! volume.write("/host/level", b"3\n")?;
//! assert_eq!(*level.lock().unwrap(), 3);
//! assert!(volume.write("/host/level", b"high").is_err());
//! volume.write("/host/ctl", b"reset\n")?;
//! assert_eq!(volume.read("/host/requests")?, b"0\n");
//! assert_eq!(volume.read("/host/threads/main")?, b"running\n");
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use monaka_fs_core::device::{Device, DeviceDirectory, OpenDevice, Synthetic};
use monaka_fs_core::{Access, Error, Found, Gather, Result};

/// Bytes of a line that a [`control`] file collects at most.
pub const LINE_BYTES_MAX: usize = 4096;

/// A file or directory that the host makes.
#[derive(Clone, Debug)]
pub struct Node(pub(crate) Synthetic);

/// A file to read: its content is made at each open.
pub fn text<T: Into<Vec<u8>>>(make: impl Fn() -> T + Send + Sync + 'static) -> Node {
    file(TextFile {
        get: Box::new(move || Ok(make().into())),
        set: None,
    })
}

/// As [`text`], where making it may fail: then the open does.
pub fn try_text<T: Into<Vec<u8>>>(make: impl Fn() -> Result<T> + Send + Sync + 'static) -> Node {
    file(TextFile {
        get: Box::new(move || make().map(Into::into)),
        set: None,
    })
}

/// A file to read and to write, by two functions of what they share, such as an `Arc` of the host's: each write
/// sets the value to the text written, which is UTF-8 and comes at once: anything else, and a write anywhere but at
/// the start, is `Invalid`.
pub fn value<S, T>(
    state: S,
    get: impl Fn(&S) -> T + Send + Sync + 'static,
    set: impl Fn(&S, &str) -> Result<()> + Send + Sync + 'static,
) -> Node
where
    S: Send + Sync + 'static,
    T: Into<Vec<u8>>,
{
    let state = Arc::new(state);
    let got = Arc::clone(&state);
    file(TextFile {
        get: Box::new(move || Ok(get(&got).into())),
        set: Some(Arc::new(move |text: &str| set(&state, text))),
    })
}

/// A file to write: each line is a command, without its end. A line without an end is run when the file
/// is closed, and its error is nobody's; one longer than [`LINE_BYTES_MAX`] is `Invalid`.
pub fn control(run: impl Fn(&str) -> Result<()> + Send + Sync + 'static) -> Node {
    file(ControlFile { run: Arc::new(run) })
}

/// A file to read from its start to its end, made piece by piece: each open gets a source of its own,
/// which is asked for the next bytes and gives none at the end. It cannot be read again, nor anywhere
/// but where the last read ended (`InvalidSeek`).
pub fn stream<S>(open: impl Fn() -> Result<S> + Send + Sync + 'static) -> Node
where
    S: FnMut(&mut Vec<u8>) -> Result<()> + Send + 'static,
{
    file(StreamFile {
        open: Box::new(move || Ok(Box::new(open()?) as Source)),
    })
}

/// A directory of nodes.
pub fn directory<N: Into<String>>(nodes: impl IntoIterator<Item = (N, Node)>) -> Node {
    let nodes = nodes.into_iter().map(|(name, node)| (name.into(), node.0));
    Node(Synthetic::Directory(nodes.collect()))
}

/// A directory that is made each time that a program looks at it: when it is listed, and when a path
/// leads through it. What keeps its name stays the same file.
pub fn dynamic(make: impl Fn() -> Vec<(String, Node)> + Send + Sync + 'static) -> Node {
    Node(Synthetic::Dynamic(Arc::new(Directory(Box::new(make)))))
}

/// A node of the host's own making, where none of the functions here suits.
impl From<Arc<dyn Device>> for Node {
    fn from(device: Arc<dyn Device>) -> Self {
        Self(Synthetic::File(device))
    }
}

fn file(device: impl Device + 'static) -> Node {
    Node(Synthetic::File(Arc::new(device)))
}

type Get = Box<dyn Fn() -> Result<Vec<u8>> + Send + Sync>;
type Set = Arc<dyn Fn(&str) -> Result<()> + Send + Sync>;
type Source = Box<dyn FnMut(&mut Vec<u8>) -> Result<()> + Send>;

/// What a host gives is a closure, of which there is nothing to show.
macro_rules! opaque {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

opaque!(
    TextFile,
    OpenText,
    ControlFile,
    OpenControl,
    StreamFile,
    OpenStream,
    Directory
);

/// What is read as a whole, and may be written as a whole.
struct TextFile {
    get: Get,
    set: Option<Set>,
}

impl Device for TextFile {
    fn open(&self, access: Access, _truncate: bool) -> Result<Arc<dyn OpenDevice>> {
        let writes = access.contains(Access::WRITE);
        if writes && self.set.is_none() {
            return Err(Error::Access);
        }
        let bytes = match writes && !access.contains(Access::READ) {
            true => Vec::new(),
            false => (self.get)()?,
        };
        let set = self.set.clone();
        Ok(Arc::new(OpenText { bytes, set }))
    }
}

struct OpenText {
    bytes: Vec<u8>,
    set: Option<Set>,
}

impl OpenDevice for OpenText {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn gather(&self, offset: u64, len_max: usize, into: &mut dyn Gather) -> Result<Found> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..).unwrap_or_default();
        give(rest.get(..len_max).unwrap_or(rest), rest.len(), into)
    }

    fn write(&self, offset: Option<u64>, bytes: &[u8]) -> Result<usize> {
        let set = self.set.as_ref().ok_or(Error::Access)?;
        if offset.unwrap_or_default() != 0 {
            return Err(Error::Invalid);
        }
        set(str::from_utf8(bytes).map_err(|_| Error::Invalid)?)?;
        Ok(bytes.len())
    }

    fn set_size(&self, size: u64) -> Result<()> {
        cut(size)
    }
}

/// Commands, a line each.
struct ControlFile {
    run: Set,
}

impl Device for ControlFile {
    fn open(&self, access: Access, _truncate: bool) -> Result<Arc<dyn OpenDevice>> {
        if access.contains(Access::READ) {
            return Err(Error::Access);
        }
        Ok(Arc::new(OpenControl {
            run: Arc::clone(&self.run),
            begun: Mutex::new(Vec::new()),
        }))
    }
}

struct OpenControl {
    run: Set,
    /// A line that has not ended.
    begun: Mutex<Vec<u8>>,
}

impl OpenControl {
    fn run(&self, line: &[u8]) -> Result<()> {
        (self.run)(str::from_utf8(line).map_err(|_| Error::Invalid)?)
    }
}

impl OpenDevice for OpenControl {
    fn size(&self) -> u64 {
        0
    }

    fn gather(&self, _offset: u64, _len_max: usize, _into: &mut dyn Gather) -> Result<Found> {
        Err(Error::Access)
    }

    /// An error ends the write: the lines before have been run, those after it are not.
    fn write(&self, _offset: Option<u64>, bytes: &[u8]) -> Result<usize> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            if begun.len() + piece.len() > LINE_BYTES_MAX {
                begun.clear();
                return Err(Error::Invalid);
            }
            begun.extend_from_slice(piece);
            if begun.pop_if(|last| *last == b'\n').is_some() {
                let line = std::mem::take(&mut *begun);
                self.run(&line)?;
            }
        }
        Ok(bytes.len())
    }

    fn set_size(&self, size: u64) -> Result<()> {
        cut(size)
    }
}

impl Drop for OpenControl {
    fn drop(&mut self) {
        let begun = self.begun.get_mut().unwrap_or_else(PoisonError::into_inner);
        let line = std::mem::take(begun);
        if !line.is_empty() {
            // There is no write left whose error this could be.
            self.run(&line).unwrap_or_default();
        }
    }
}

/// Bytes that come in order.
struct StreamFile {
    open: Box<dyn Fn() -> Result<Source> + Send + Sync>,
}

impl Device for StreamFile {
    fn open(&self, access: Access, _truncate: bool) -> Result<Arc<dyn OpenDevice>> {
        if access.contains(Access::WRITE) {
            return Err(Error::Access);
        }
        Ok(Arc::new(OpenStream(Mutex::new(Flow {
            source: (self.open)()?,
            bytes: Vec::new(),
            taken: 0,
            offset: 0,
        }))))
    }
}

struct OpenStream(Mutex<Flow>);

struct Flow {
    source: Source,
    /// What the source gave last.
    bytes: Vec<u8>,
    /// How many of these have been read.
    taken: usize,
    /// Where the next of these is in the file.
    offset: u64,
}

impl OpenDevice for OpenStream {
    fn size(&self) -> u64 {
        0
    }

    fn gather(&self, offset: u64, len_max: usize, into: &mut dyn Gather) -> Result<Found> {
        let flow = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if offset != flow.offset {
            return Err(Error::InvalidSeek);
        }
        if flow.taken == flow.bytes.len() {
            flow.bytes.clear();
            flow.taken = 0;
            (flow.source)(&mut flow.bytes)?;
        }
        let rest = flow.bytes.get(flow.taken..).unwrap_or_default();
        let piece = rest.get(..len_max).unwrap_or(rest);
        // The end is where the source gives nothing.
        let end = rest.is_empty();
        let found = give(piece, if end { 0 } else { usize::MAX }, into)?;
        flow.taken += found.len;
        flow.offset += found.len as u64;
        Ok(found)
    }

    fn write(&self, _offset: Option<u64>, _bytes: &[u8]) -> Result<usize> {
        Err(Error::Access)
    }

    fn set_size(&self, _size: u64) -> Result<()> {
        Err(Error::Access)
    }
}

/// A directory that is made on the fly.
struct Directory(Box<dyn Fn() -> Vec<(String, Node)> + Send + Sync>);

impl DeviceDirectory for Directory {
    fn entries(&self) -> Result<Vec<(String, Synthetic)>> {
        let nodes = (self.0)().into_iter();
        Ok(nodes.map(|(name, node)| (name, node.0)).collect())
    }
}

/// Gives a read these bytes, of so many that there are.
fn give(bytes: &[u8], left: usize, into: &mut dyn Gather) -> Result<Found> {
    if !bytes.is_empty() {
        into.reserve(bytes.len())?;
    }
    let len = match bytes.is_empty() || into.data(bytes) {
        true => bytes.len(),
        false => 0,
    };
    let end = len == left;
    Ok(Found { len, end })
}

/// `O_TRUNC` before a write is how a shell sets a value.
fn cut(size: u64) -> Result<()> {
    match size {
        0 => Ok(()),
        _ => Err(Error::Invalid),
    }
}
