//! The functions of `wasi:filesystem` and `wasi:io`, on handles and Rust's
//! types: find what a handle stands for, call `logic` or the core.

mod filesystem;
mod io;
mod splice;
#[cfg(test)]
mod tests;

use crate::segments::Segments;
use crate::table::{Kind, READY, Resource, Table};
use alloc::vec::Vec;
use monaka_fs_core::{Env, Error, Fd, Result, View};

/// The host, as far as a file meets it in one list or in one splice. Handles are
/// the host's.
pub trait Host: Env {
    /// `pollable.ready`.
    fn ready(&self, pollable: u32) -> bool;
    /// `input-stream.read`.
    fn read(&self, stream: u32, len: u64) -> StreamResult<Vec<u8>>;
    /// `input-stream.blocking-read`.
    fn blocking_read(&self, stream: u32, len: u64) -> StreamResult<Vec<u8>>;
    /// `output-stream.check-write`.
    fn check_write(&self, stream: u32) -> StreamResult<u64>;
    /// `output-stream.write`.
    fn write(&self, stream: u32, bytes: &[u8]) -> StreamResult<()>;
    /// `output-stream.blocking-flush`.
    fn blocking_flush(&self, stream: u32) -> StreamResult<()>;
}

/// `stream-error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// With the handle of an error: one of this module, or the host's.
    Failed(u32),
    /// The end, or no stream.
    Closed,
}

/// What a function of a stream gives.
pub type StreamResult<T> = core::result::Result<T, StreamError>;

/// The filesystem of a program, behind handles.
#[derive(Debug)]
pub struct Vfs<H: Env> {
    host: H,
    /// Or why it could not be mounted.
    volume: Result<View<H>>,
    handles: Table,
    segments: Segments,
    /// The result of the last `poll`.
    ready: Vec<u32>,
}

impl<H: Host> Vfs<H> {
    /// Over a volume, or over the reason why there is none.
    pub fn new(host: H, volume: Result<View<H>>) -> Self {
        Self {
            host,
            volume,
            handles: Table::default(),
            segments: Segments::default(),
            ready: Vec::new(),
        }
    }

    /// Ends a resource of this kind. A handle of any other does nothing.
    pub fn drop(&mut self, handle: u32, kind: Kind) {
        let Some(resource) = self.handles.remove(handle, kind) else {
            return;
        };
        let Ok(volume) = &mut self.volume else {
            return;
        };
        // What was open can be closed.
        let _ = match resource {
            Resource::Descriptor(Some(fd)) => volume.close(fd),
            Resource::Directory(stream) => stream.close(volume),
            Resource::Input(stream) => stream.close(volume),
            Resource::Output(stream) => stream.close(volume),
            Resource::Descriptor(None) | Resource::Error(_) | Resource::Pollable => Ok(()),
        };
    }

    /// Gives the marked times of files the time of now.
    pub fn settle(&mut self) {
        if let Ok(volume) = &mut self.volume {
            volume.settle();
        }
    }

    #[inline(never)]
    fn volume(&mut self) -> Result<&mut View<H>> {
        self.volume.as_mut().map_err(|error| *error)
    }

    #[inline(never)]
    fn fd(&self, descriptor: u32) -> Result<Fd> {
        match self.handles.get(descriptor) {
            Some(Resource::Descriptor(fd)) => fd.ok_or(Error::Io),
            _ => Err(Error::BadDescriptor),
        }
    }

    /// Does something with the volume and a descriptor.
    fn with<T>(
        &mut self,
        descriptor: u32,
        operation: impl FnOnce(&mut View<H>, Fd) -> Result<T>,
    ) -> Result<T> {
        let fd = self.fd(descriptor)?;
        operation(self.volume()?, fd)
    }

    /// Opens something through a descriptor. The place for its handle is
    /// reserved first: what fails has changed nothing.
    fn open(
        &mut self,
        descriptor: u32,
        operation: impl FnOnce(&mut View<H>, Fd) -> Result<Resource>,
    ) -> Result<u32> {
        let fd = self.fd(descriptor)?;
        self.handles.reserve()?;
        let resource = operation(self.volume()?, fd)?;
        Ok(self.handles.insert(resource))
    }

    /// A handle for what holds nothing of the volume.
    fn insert(&mut self, resource: Resource) -> Result<u32> {
        self.handles.reserve()?;
        Ok(self.handles.insert(resource))
    }

    fn insert_pollable(&mut self) -> u32 {
        self.insert(Resource::Pollable).unwrap_or(READY)
    }

    /// The error of a stream, or closed where there is no place for it.
    #[cold]
    fn failed(&mut self, error: Error) -> StreamError {
        match self.insert(Resource::Error(error)) {
            Ok(handle) => StreamError::Failed(handle),
            Err(_) => StreamError::Closed,
        }
    }
}
