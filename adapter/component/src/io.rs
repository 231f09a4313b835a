//! `wasi:io/{error, poll, streams}`: files, and the host's behind the same
//! types.

use super::Adapter;
use super::bindings::exports::wasi::io::error;
use super::bindings::exports::wasi::io::poll::{self, PollableBorrow};
use super::bindings::exports::wasi::io::streams::{self, InputStreamBorrow, StreamError};
use super::bindings::wasi::io::{poll as host_poll, streams as host};
use super::state;
use alloc::string::String;
use alloc::vec::Vec;
use monaka_fs_core::{Error, Payload};
use monaka_wasi::error::name;
use monaka_wasi::poll::HostPollable;
use monaka_wasi::splice::{self, Sink, Source};
use monaka_wasi::stream::{FileInput, FileOutput, WRITE_PERMIT_BYTES};
use monaka_wasi::to_string;

pub(super) type IoError = monaka_wasi::error::IoError<host::Error>;
pub(super) type Pollable = monaka_wasi::poll::Pollable<host_poll::Pollable>;

type Outcome<T> = Result<T, StreamError>;

impl error::Guest for Adapter {
    type Error = IoError;
}

impl error::GuestError for IoError {
    fn to_debug_string(&self) -> String {
        match self {
            Self::File(code) => to_string(name(*code)).unwrap_or_default(),
            Self::Host(error) => error.to_debug_string(),
        }
    }
}

impl poll::Guest for Adapter {
    type Pollable = Pollable;

    fn poll(list: Vec<PollableBorrow<'_>>) -> Vec<u32> {
        monaka_wasi::poll::poll(list.iter().map(PollableBorrow::get::<Pollable>))
    }
}

impl poll::GuestPollable for Pollable {
    fn ready(&self) -> bool {
        self.ready()
    }

    fn block(&self) {
        self.block();
    }
}

impl HostPollable for host_poll::Pollable {
    fn ready(&self) -> bool {
        self.ready()
    }

    fn block(&self) {
        state::settle();
        self.block();
    }

    fn poll(list: &[&Self]) -> Vec<u32> {
        state::settle();
        host_poll::poll(list)
    }
}

impl streams::Guest for Adapter {
    type InputStream = InputStream;
    type OutputStream = OutputStream;
}

pub(super) enum InputStream {
    File(FileInput),
    Host(host::InputStream),
}

impl Drop for InputStream {
    fn drop(&mut self) {
        if let Self::File(file) = self {
            let _ = state::with(|files| file.close(files));
        }
    }
}

impl streams::GuestInputStream for InputStream {
    fn read(&self, len: u64) -> Outcome<Vec<u8>> {
        match self {
            Self::File(file) => {
                let mut bytes = Vec::new();
                until_end(state::with(|files| file.read(files, len, &mut bytes)))?;
                Ok(bytes)
            }
            Self::Host(stream) => stream.read(len).map_err(host_error),
        }
    }

    fn blocking_read(&self, len: u64) -> Outcome<Vec<u8>> {
        match self {
            Self::File(_) => streams::GuestInputStream::read(self, len),
            Self::Host(stream) => {
                state::settle();
                stream.blocking_read(len).map_err(host_error)
            }
        }
    }

    fn skip(&self, len: u64) -> Outcome<u64> {
        match self {
            Self::File(file) => until_end(state::with(|files| file.skip(files, len))),
            Self::Host(stream) => stream.skip(len).map_err(host_error),
        }
    }

    fn blocking_skip(&self, len: u64) -> Outcome<u64> {
        match self {
            Self::File(_) => self.skip(len),
            Self::Host(stream) => {
                state::settle();
                stream.blocking_skip(len).map_err(host_error)
            }
        }
    }

    fn subscribe(&self) -> poll::Pollable {
        poll::Pollable::new(match self {
            Self::File(_) => Pollable::Ready,
            Self::Host(stream) => Pollable::Host(stream.subscribe()),
        })
    }
}

pub(super) enum OutputStream {
    File(FileOutput),
    Host(host::OutputStream),
}

impl Drop for OutputStream {
    fn drop(&mut self) {
        if let Self::File(file) = self {
            let _ = state::with(|files| file.close(files));
        }
    }
}

impl OutputStream {
    fn write_file(file: &FileOutput, contents: &[u8]) -> Outcome<()> {
        state::with(|files| file.write(files, Payload::from(&contents))).map_err(file_error)
    }

    fn write_zeroes_file(file: &FileOutput, len: u64) -> Outcome<()> {
        state::with(|files| file.write_zeroes(files, len)).map_err(file_error)
    }
}

impl streams::GuestOutputStream for OutputStream {
    fn check_write(&self) -> Outcome<u64> {
        match self {
            Self::File(_) => Ok(WRITE_PERMIT_BYTES),
            Self::Host(stream) => stream.check_write().map_err(host_error),
        }
    }

    fn write(&self, contents: Vec<u8>) -> Outcome<()> {
        Sink::write(self, &contents)
    }

    fn blocking_write_and_flush(&self, contents: Vec<u8>) -> Outcome<()> {
        match self {
            Self::File(file) => Self::write_file(file, &contents),
            Self::Host(stream) => stream
                .blocking_write_and_flush(&contents)
                .map_err(host_error),
        }
    }

    fn flush(&self) -> Outcome<()> {
        match self {
            Self::File(_) => Ok(()),
            Self::Host(stream) => stream.flush().map_err(host_error),
        }
    }

    fn blocking_flush(&self) -> Outcome<()> {
        match self {
            Self::File(_) => Ok(()),
            Self::Host(stream) => stream.blocking_flush().map_err(host_error),
        }
    }

    fn subscribe(&self) -> poll::Pollable {
        poll::Pollable::new(match self {
            Self::File(_) => Pollable::Ready,
            Self::Host(stream) => Pollable::Host(stream.subscribe()),
        })
    }

    fn write_zeroes(&self, len: u64) -> Outcome<()> {
        match self {
            Self::File(file) => Self::write_zeroes_file(file, len),
            Self::Host(stream) => stream.write_zeroes(len).map_err(host_error),
        }
    }

    fn blocking_write_zeroes_and_flush(&self, len: u64) -> Outcome<()> {
        match self {
            Self::File(file) => Self::write_zeroes_file(file, len),
            Self::Host(stream) => stream
                .blocking_write_zeroes_and_flush(len)
                .map_err(host_error),
        }
    }

    fn splice(&self, source: InputStreamBorrow<'_>, len: u64) -> Outcome<u64> {
        match (self, source.get()) {
            (Self::Host(sink), InputStream::Host(source)) => {
                sink.splice(source, len).map_err(host_error)
            }
            (_, source) => splice::splice(source, self, len),
        }
    }

    fn blocking_splice(&self, source: InputStreamBorrow<'_>, len: u64) -> Outcome<u64> {
        match (self, source.get()) {
            (Self::Host(sink), InputStream::Host(source)) => {
                sink.blocking_splice(source, len).map_err(host_error)
            }
            (_, source) => splice::blocking_splice(source, self, len),
        }
    }
}

impl Source<StreamError> for InputStream {
    fn read(&self, len: u64) -> Outcome<Vec<u8>> {
        streams::GuestInputStream::read(self, len)
    }

    fn blocking_read(&self, len: u64) -> Outcome<Vec<u8>> {
        streams::GuestInputStream::blocking_read(self, len)
    }
}

impl Sink<StreamError> for OutputStream {
    fn check_write(&self) -> Outcome<u64> {
        streams::GuestOutputStream::check_write(self)
    }

    fn block(&self) -> Outcome<()> {
        if let Self::Host(stream) = self {
            stream.subscribe().block();
        }
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Outcome<()> {
        match self {
            Self::File(file) => Self::write_file(file, bytes),
            Self::Host(stream) => stream.write(bytes).map_err(host_error),
        }
    }
}

/// The end of a file closes the stream, until there is more.
fn until_end<T>(outcome: monaka_fs_core::Result<Option<T>>) -> Outcome<T> {
    outcome.map_err(file_error)?.ok_or(StreamError::Closed)
}

fn file_error(error: Error) -> StreamError {
    StreamError::LastOperationFailed(error::Error::new(IoError::File(error)))
}

fn host_error(error: host::StreamError) -> StreamError {
    match error {
        host::StreamError::Closed => StreamError::Closed,
        host::StreamError::LastOperationFailed(error) => {
            StreamError::LastOperationFailed(error::Error::new(IoError::Host(error)))
        }
    }
}
