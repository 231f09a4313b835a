//! What the cases share: a directory of their own, short forms of the calls,
//! and failures with a detail.

use std::fmt::Debug;

pub use crate::wasi::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, NewTimestamp,
    OpenFlags, PathFlags, filesystem_error_code,
};
pub use crate::wasi::io::error::Error;
pub use crate::wasi::io::poll::{Pollable, poll};
pub use crate::wasi::io::streams::{InputStream, OutputStream, StreamError};

pub const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub const NO_FOLLOW: PathFlags = PathFlags::empty();
pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;
pub const NONE: OpenFlags = OpenFlags::empty();

/// Why a case failed.
pub struct Failure(pub String);

pub type Outcome<T = ()> = Result<T, Failure>;

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self(format!("unexpected {}", code.name()))
    }
}

impl From<StreamError> for Failure {
    fn from(error: StreamError) -> Self {
        stream_failure(&error).into()
    }
}

/// As [`told`] gives it.
impl From<Option<ErrorCode>> for Failure {
    fn from(code: Option<ErrorCode>) -> Self {
        code.map_or_else(|| Self("unexpected end of the stream".into()), Self::from)
    }
}

/// How a stream failed: the error code, or `None` if it is closed.
pub fn stream_failure(error: &StreamError) -> Option<ErrorCode> {
    match error {
        StreamError::LastOperationFailed(error) => filesystem_error_code(error),
        StreamError::Closed => None,
    }
}

/// The result of a stream's operation in a form that can be compared.
pub fn told<T>(result: Result<T, StreamError>) -> Result<T, Option<ErrorCode>> {
    result.map_err(|error| stream_failure(&error))
}

/// Fails the case unless both are equal.
pub fn same<T: PartialEq + Debug>(what: &str, actual: T, expected: T) -> Outcome {
    if actual == expected {
        return Ok(());
    }
    Err(Failure(format!(
        "{what}: {actual:?} instead of {expected:?}"
    )))
}

/// Fails the case unless it holds.
pub fn holds(what: &str, condition: bool) -> Outcome {
    if condition {
        Ok(())
    } else {
        Err(Failure(format!("{what}: does not hold")))
    }
}

/// Fails the case unless the operation fails with that code.
pub fn fails<T>(what: &str, result: Result<T, ErrorCode>, expected: ErrorCode) -> Outcome {
    match result {
        Err(code) if code == expected => Ok(()),
        Err(code) => Err(Failure(format!("{what}: {code:?} instead of {expected:?}"))),
        Ok(_) => Err(Failure(format!("{what}: no error instead of {expected:?}"))),
    }
}

/// Bytes in which no stretch is like another.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len)
        .map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(7)) as u8)
        .collect()
}

/// All orders of the numbers below `len`.
pub fn orders(len: usize) -> Vec<Vec<usize>> {
    let Some(last) = len.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = orders(last);
    let longer = shorter.iter().flat_map(|order| {
        (0..len).map(|place| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    });
    longer.collect()
}

/// The directory of one case.
pub struct Lab {
    pub root: Descriptor,
    pub dir: Descriptor,
}

impl Lab {
    pub fn new(name: &str) -> Outcome<Self> {
        let root = root()?;
        root.create_directory_at(name)?;
        let dir = root.open_at(NO_FOLLOW, name, OpenFlags::DIRECTORY, READ | MUTATE)?;
        Ok(Self { root, dir })
    }

    /// The whole filesystem.
    pub fn of_root() -> Outcome<Self> {
        Ok(Self {
            root: root()?,
            dir: root()?,
        })
    }

    pub fn open(
        &self,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Descriptor, ErrorCode> {
        self.dir.open_at(FOLLOW, path, open, flags)
    }

    /// Opens to read and write, and creates what is not there.
    pub fn file(&self, path: &str) -> Result<Descriptor, ErrorCode> {
        self.open(path, OpenFlags::CREATE, READ | WRITE)
    }

    /// Makes a file with this content.
    pub fn put(&self, path: &str, content: &[u8]) -> Outcome {
        let file = self.open(path, OpenFlags::CREATE | OpenFlags::TRUNCATE, WRITE)?;
        put_at(&file, content, 0)
    }

    /// A stream of this content.
    pub fn input(&self, path: &str, content: &[u8]) -> Outcome<InputStream> {
        self.put(path, content)?;
        Ok(self.open(path, NONE, READ)?.read_via_stream(0)?)
    }

    /// A stream into a new file.
    pub fn output(&self, path: &str) -> Outcome<OutputStream> {
        Ok(self.file(path)?.write_via_stream(0)?)
    }

    /// The content of a file.
    pub fn content(&self, path: &str) -> Outcome<Vec<u8>> {
        content(&self.open(path, NONE, READ)?)
    }

    pub fn stat(&self, path: &str) -> Result<DescriptorStat, ErrorCode> {
        self.dir.stat_at(NO_FOLLOW, path)
    }

    pub fn exists(&self, path: &str) -> bool {
        self.stat(path).is_ok()
    }

    pub fn mkdir(&self, path: &str) -> Result<(), ErrorCode> {
        self.dir.create_directory_at(path)
    }

    pub fn symlink(&self, target: &str, path: &str) -> Result<(), ErrorCode> {
        self.dir.symlink_at(target, path)
    }

    pub fn rename(&self, from: &str, to: &str) -> Result<(), ErrorCode> {
        self.dir.rename_at(from, &self.dir, to)
    }

    pub fn link(&self, from: &str, to: &str) -> Result<(), ErrorCode> {
        self.dir.link_at(NO_FOLLOW, from, &self.dir, to)
    }
}

/// The one preopened directory.
pub fn root() -> Outcome<Descriptor> {
    let mut directories = crate::wasi::filesystem::preopens::get_directories();
    same("preopened directories", directories.len(), 1)?;
    directories
        .pop()
        .map(|(root, _)| root)
        .ok_or(Failure("no root".into()))
}

/// Writes everything: a host may take less at a time.
pub fn put_at(file: &Descriptor, content: &[u8], offset: u64) -> Outcome {
    let mut written = 0;
    while let Some(rest) = content.get(written..).filter(|rest| !rest.is_empty()) {
        written += file.write(rest, offset + written as u64)? as usize;
    }
    Ok(())
}

/// The content of a file, by positional reads.
pub fn content(file: &Descriptor) -> Outcome<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let (bytes, end) = file.read(1 << 16, content.len() as u64)?;
        content.extend_from_slice(&bytes);
        if end || bytes.is_empty() {
            return Ok(content);
        }
    }
}

/// The names in a directory, sorted.
pub fn names(dir: &Descriptor) -> Outcome<Vec<String>> {
    let stream = dir.read_directory()?;
    let mut names = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        names.push(entry.name);
    }
    names.sort();
    Ok(names)
}

/// What a stream still holds.
pub fn drain(stream: &InputStream) -> Outcome<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(bytes) => content.extend_from_slice(&bytes),
            Err(StreamError::Closed) => return Ok(content),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes as the WIT tells to: no more than is permitted, then a flush.
pub fn write_all(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    while !bytes.is_empty() {
        let permit = stream.check_write()?;
        if permit == 0 {
            stream.subscribe().block();
            continue;
        }
        let (now, rest) = bytes.split_at(bytes.len().min(permit as usize));
        stream.write(now)?;
        bytes = rest;
    }
    stream.blocking_flush()
}
