//! `wasi:io`, for handles of this module.

use super::{Host, StreamError, StreamResult, Vfs};
use crate::segments::Segments;
use crate::table::{Resource, Table, is_virtual};
use monaka_fs_core::{Env, Error, Gather, Payload, Result, View};
use monaka_wasi::error::name;
use monaka_wasi::poll::ready_now;
use monaka_wasi::stream::{FileInput, FileOutput, WRITE_PERMIT_BYTES};

/// Each is the function of the same name in WIT. A file has nothing to wait
/// for: a `blocking-` function is the other one.
#[allow(missing_docs, reason = "WIT has it")]
impl<H: Host> Vfs<H> {
    pub fn to_debug_string(&self, error: u32) -> &'static str {
        let code = self.filesystem_error_code(error);
        name(code.unwrap_or(Error::BadDescriptor))
    }

    /// Positions of what is ready in a list of which something is a file's, and
    /// so is ready now.
    pub fn poll(&mut self, list: &[u32]) -> &[u32] {
        let host = &self.host;
        let ready = list
            .iter()
            .map(|&pollable| is_virtual(pollable) || host.ready(pollable));
        ready_now(ready, &mut self.ready);
        &self.ready
    }

    pub fn input_read(&mut self, stream: u32, len: u64) -> StreamResult<&Segments> {
        let (volume, file) = input(&mut self.volume, &self.handles, stream)?;
        self.segments.clear();
        let outcome = file.read(volume, len, &mut self.segments);
        self.until_end(outcome)?;
        Ok(&self.segments)
    }

    /// As `input_read`, into anything.
    pub(super) fn input_read_into(
        &mut self,
        stream: u32,
        len: u64,
        into: &mut dyn Gather,
    ) -> StreamResult<()> {
        let (volume, file) = input(&mut self.volume, &self.handles, stream)?;
        let outcome = file.read(volume, len, into);
        self.until_end(outcome).map(drop)
    }

    pub fn input_skip(&mut self, stream: u32, len: u64) -> StreamResult<u64> {
        let (volume, file) = input(&mut self.volume, &self.handles, stream)?;
        let outcome = file.skip(volume, len);
        self.until_end(outcome)
    }

    /// Of a stream of either direction.
    pub fn subscribe(&mut self) -> u32 {
        self.insert_pollable()
    }

    pub fn check_write(&mut self, stream: u32) -> StreamResult<u64> {
        output(&mut self.volume, &self.handles, stream).map(|_| WRITE_PERMIT_BYTES)
    }

    pub fn output_write(&mut self, stream: u32, payload: Payload<'_>) -> StreamResult<()> {
        let (volume, file) = output(&mut self.volume, &self.handles, stream)?;
        let outcome = file.write(volume, payload);
        outcome.map_err(|error| self.failed(error))
    }

    pub fn write_zeroes(&mut self, stream: u32, len: u64) -> StreamResult<()> {
        let (volume, file) = output(&mut self.volume, &self.handles, stream)?;
        let outcome = file.write_zeroes(volume, len);
        outcome.map_err(|error| self.failed(error))
    }

    /// What is written is where it belongs.
    pub fn flush(&mut self, stream: u32) -> StreamResult<()> {
        output(&mut self.volume, &self.handles, stream).map(drop)
    }

    /// The end of a file closes the stream, until there is more.
    fn until_end<T>(&mut self, outcome: Result<Option<T>>) -> StreamResult<T> {
        match outcome {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) => Err(StreamError::Closed),
            Err(error) => Err(self.failed(error)),
        }
    }
}

fn input<'v, H: Env>(
    volume: &'v mut Result<View<H>>,
    handles: &'v Table,
    stream: u32,
) -> StreamResult<(&'v mut View<H>, &'v FileInput)> {
    match (volume, handles.get(stream)) {
        (Ok(volume), Some(Resource::Input(file))) => Ok((volume, file)),
        _ => Err(StreamError::Closed),
    }
}

fn output<'v, H: Env>(
    volume: &'v mut Result<View<H>>,
    handles: &'v Table,
    stream: u32,
) -> StreamResult<(&'v mut View<H>, &'v FileOutput)> {
    match (volume, handles.get(stream)) {
        (Ok(volume), Some(Resource::Output(file))) => Ok((volume, file)),
        _ => Err(StreamError::Closed),
    }
}
