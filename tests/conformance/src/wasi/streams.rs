//! `wasi:io/streams` and `wasi:io/error`, of files.

use std::convert::Infallible;

use monaka_wasi::error::{IoError, name};
use monaka_wasi::splice::{self, Sink, Source};
use monaka_wasi::stream::{FileInput, FileOutput, WRITE_PERMIT_BYTES};

use super::convert;
use super::generated::filesystem::types::ErrorCode;
use super::poll::Pollable;
use crate::files;

type Outcome<T> = Result<T, StreamError>;

/// The resource `error`.
#[derive(Debug)]
pub struct Error(IoError<Infallible>);

impl Error {
    /// `error.to-debug-string`.
    pub fn to_debug_string(&self) -> String {
        match &self.0 {
            IoError::File(code) => name(*code).to_string(),
            IoError::Host(error) => match *error {},
        }
    }
}

/// `types.filesystem-error-code`.
pub fn filesystem_error_code(error: &Error) -> Option<ErrorCode> {
    error.0.code().map(convert::error_code)
}

/// The variant `stream-error`.
#[derive(Debug)]
pub enum StreamError {
    /// With what it failed.
    LastOperationFailed(Error),
    /// The stream takes or gives nothing any more.
    Closed,
}

impl From<monaka_fs_core::Error> for StreamError {
    fn from(error: monaka_fs_core::Error) -> Self {
        Self::LastOperationFailed(Error(IoError::File(error)))
    }
}

fn until_end<T>(outcome: monaka_fs_core::Result<Option<T>>) -> Outcome<T> {
    outcome?.ok_or(StreamError::Closed)
}

/// The resource `input-stream`.
#[derive(Debug)]
pub struct InputStream(pub(super) FileInput);

impl Drop for InputStream {
    fn drop(&mut self) {
        files::with(|files| self.0.close(files)).ok();
    }
}

/// Each method is the function of its name.
#[allow(missing_docs, reason = "wasi:io documents them")]
impl InputStream {
    pub fn read(&self, len: u64) -> Outcome<Vec<u8>> {
        let mut bytes = Vec::new();
        until_end(files::with(|files| self.0.read(files, len, &mut bytes)))?;
        Ok(bytes)
    }

    pub fn blocking_read(&self, len: u64) -> Outcome<Vec<u8>> {
        self.read(len)
    }

    pub fn skip(&self, len: u64) -> Outcome<u64> {
        until_end(files::with(|files| self.0.skip(files, len)))
    }

    pub fn blocking_skip(&self, len: u64) -> Outcome<u64> {
        self.skip(len)
    }

    pub fn subscribe(&self) -> Pollable {
        Pollable::of_file()
    }
}

/// The resource `output-stream`.
#[derive(Debug)]
pub struct OutputStream(pub(super) FileOutput);

impl Drop for OutputStream {
    fn drop(&mut self) {
        files::with(|files| self.0.close(files)).ok();
    }
}

/// Each method is the function of its name.
#[allow(missing_docs, reason = "wasi:io documents them")]
impl OutputStream {
    pub fn check_write(&self) -> Outcome<u64> {
        Ok(WRITE_PERMIT_BYTES)
    }

    pub fn write(&self, contents: &[u8]) -> Outcome<()> {
        Ok(files::with(|files| {
            self.0.write(files, (&contents).into())
        })?)
    }

    pub fn blocking_write_and_flush(&self, contents: &[u8]) -> Outcome<()> {
        self.write(contents)
    }

    pub fn flush(&self) -> Outcome<()> {
        Ok(())
    }

    pub fn blocking_flush(&self) -> Outcome<()> {
        Ok(())
    }

    pub fn subscribe(&self) -> Pollable {
        Pollable::of_file()
    }

    pub fn write_zeroes(&self, len: u64) -> Outcome<()> {
        Ok(files::with(|files| self.0.write_zeroes(files, len))?)
    }

    pub fn blocking_write_zeroes_and_flush(&self, len: u64) -> Outcome<()> {
        self.write_zeroes(len)
    }

    pub fn splice(&self, src: &InputStream, len: u64) -> Outcome<u64> {
        splice::splice(src, self, len)
    }

    pub fn blocking_splice(&self, src: &InputStream, len: u64) -> Outcome<u64> {
        splice::blocking_splice(src, self, len)
    }
}

impl Source<StreamError> for InputStream {
    fn read(&self, len: u64) -> Outcome<Vec<u8>> {
        self.read(len)
    }

    fn blocking_read(&self, len: u64) -> Outcome<Vec<u8>> {
        self.blocking_read(len)
    }
}

impl Sink<StreamError> for OutputStream {
    fn check_write(&self) -> Outcome<u64> {
        self.check_write()
    }

    /// A file always takes bytes.
    fn block(&self) -> Outcome<()> {
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Outcome<()> {
        self.write(bytes)
    }
}
