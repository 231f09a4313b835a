//! Files of a volume as the streams of wasmtime-wasi. They are always ready, so nothing here waits.
//!
//! A read gives one buffer of just the size of what it found; it becomes the program's list without
//! another copy on this side. What a write is given is copied to where it stays.

use bytes::Bytes;
use monaka_fs_core::{Error, Result};
use monaka_wasi::error;
use monaka_wasi::stream::{FileInput, FileOutput, WRITE_PERMIT_BYTES};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

use crate::metrics::Operation;
use crate::shared::{Core, Shared};

/// Bytes that one read gives at most. What is read is copied from the file to a list, from there into the
/// program's memory, and there to where it wants it: so much stays in the cache of a core from one copy to
/// the next. It is four times what wasmtime-wasi gives.
pub(crate) const STREAM_READ_BYTES_MAX: usize = 256 << 10;

/// The `error` of a stream over a file.
#[derive(Debug, thiserror::Error)]
#[error("{}", error::name(*.0))]
pub(crate) struct StreamFault(pub(crate) Error);

fn failed(error: Error) -> StreamError {
    StreamError::LastOperationFailed(StreamFault(error).into())
}

/// An `input-stream` over a file.
#[derive(Debug)]
pub(crate) struct Input {
    core: Shared,
    stream: FileInput,
}

impl Input {
    pub(crate) fn new(core: Shared, stream: FileInput) -> Self {
        Self { core, stream }
    }

    /// Does something with it, under the lock. `None` is the end of the file.
    fn with<T>(
        &self,
        operation: impl FnOnce(&FileInput, &mut Core) -> Result<Option<T>>,
    ) -> StreamResult<T> {
        self.core
            .operate(Operation::Read, |files| operation(&self.stream, files))
            .map_err(failed)?
            .ok_or(StreamError::Closed)
    }
}

#[async_trait]
impl InputStream for Input {
    fn read(&mut self, len: usize) -> StreamResult<Bytes> {
        let len = len.min(STREAM_READ_BYTES_MAX) as u64;
        let mut bytes = Vec::new();
        self.with(|stream, files| stream.read(files, len, &mut bytes))?;
        Ok(bytes.into())
    }

    async fn blocking_read(&mut self, len: usize) -> StreamResult<Bytes> {
        self.read(len)
    }

    fn skip(&mut self, len: usize) -> StreamResult<usize> {
        let skipped = self.with(|stream, files| stream.skip(files, len as u64))?;
        Ok(usize::try_from(skipped).unwrap_or(len))
    }

    async fn blocking_skip(&mut self, len: usize) -> StreamResult<usize> {
        self.skip(len)
    }
}

#[async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {}
}

impl Drop for Input {
    fn drop(&mut self) {
        let _ = self
            .core
            .operate(Operation::Close, |files| self.stream.close(files));
    }
}

/// An `output-stream` over a file. After an error it stays usable: a program that frees space may go
/// on writing.
#[derive(Debug)]
pub(crate) struct Output {
    core: Shared,
    stream: FileOutput,
}

impl Output {
    pub(crate) fn new(core: Shared, stream: FileOutput) -> Self {
        Self { core, stream }
    }

    /// Does something with it, under the lock.
    fn with<T>(
        &self,
        operation: impl FnOnce(&FileOutput, &mut Core) -> Result<T>,
    ) -> StreamResult<T> {
        self.core
            .operate(Operation::Write, |files| operation(&self.stream, files))
            .map_err(failed)
    }
}

#[async_trait]
impl OutputStream for Output {
    /// More than was permitted is taken, too.
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let bytes: &[u8] = &bytes;
        self.with(|stream, files| stream.write(files, (&bytes).into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(usize::try_from(WRITE_PERMIT_BYTES).unwrap_or(usize::MAX))
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.write(bytes)
    }

    fn write_zeroes(&mut self, len: usize) -> StreamResult<()> {
        self.with(|stream, files| stream.write_zeroes(files, len as u64))
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = self
            .core
            .operate(Operation::Close, |files| self.stream.close(files));
    }
}

#[cfg(test)]
mod tests {
    use monaka_fs_core::{Access, Follow, OpenFlags};

    use super::*;
    use crate::{Limits, Volume};

    #[test]
    fn a_read_gives_no_more_than_its_limit_and_the_next_goes_on() {
        let content = vec![7; STREAM_READ_BYTES_MAX + 1];
        let volume = Volume::new(Limits::default()).unwrap();
        volume.write("/file", &content).unwrap();
        let core = volume.view().build().unwrap().ctx().core;
        let opened = core.operate(Operation::Open, |files| {
            let root = files.open_root(Access::READ)?;
            let file =
                files.open_at(root, "file", Follow::Yes, OpenFlags::empty(), Access::READ)?;
            FileInput::open(files, file, 0)
        });
        let mut input = Input::new(core, opened.unwrap());
        let mut read = || input.read(usize::MAX).map(|bytes| bytes.len());
        assert_eq!(read().unwrap(), STREAM_READ_BYTES_MAX);
        assert_eq!(read().unwrap(), 1);
        assert!(matches!(read(), Err(StreamError::Closed)));
    }
}
