//! For the proxies that are generated when a program is composed: between host
//! handles and the adapter's own.
//!
//! A proxy passes handles as the canonical ABI's integers: an owned one is an
//! index into the table of the adapter's instance, a borrowed one of an
//! exported resource is its representation. Index 0 is never a handle.

#![allow(
    unsafe_code,
    reason = "exported symbols, and handles that come as integers"
)]

use super::bindings::exports::wasi::io::{error, poll, streams};
use super::bindings::wasi::io::{poll as host_poll, streams as host};
use super::io::{InputStream, IoError, OutputStream, Pollable};
use alloc::alloc::{Layout, dealloc};

/// What stands for "not the host's".
const VIRTUAL: u32 = 0;

#[unsafe(export_name = "monaka_error_new")]
extern "C" fn error_new(handle: u32) -> u32 {
    // SAFETY: the proxy gives away an owned handle of the host.
    let error = unsafe { host::Error::from_handle(handle) };
    error::Error::new(IoError::Host(error)).take_handle()
}

#[unsafe(export_name = "monaka_pollable_new")]
extern "C" fn pollable_new(handle: u32) -> u32 {
    // SAFETY: as above.
    let pollable = unsafe { host_poll::Pollable::from_handle(handle) };
    poll::Pollable::new(Pollable::Host(pollable)).take_handle()
}

#[unsafe(export_name = "monaka_input_stream_new")]
extern "C" fn input_stream_new(handle: u32) -> u32 {
    // SAFETY: as above.
    let stream = unsafe { host::InputStream::from_handle(handle) };
    streams::InputStream::new(InputStream::Host(stream)).take_handle()
}

#[unsafe(export_name = "monaka_output_stream_new")]
extern "C" fn output_stream_new(handle: u32) -> u32 {
    // SAFETY: as above.
    let stream = unsafe { host::OutputStream::from_handle(handle) };
    streams::OutputStream::new(OutputStream::Host(stream)).take_handle()
}

#[unsafe(export_name = "monaka_error_host")]
extern "C" fn error_host(representation: *const u8) -> u32 {
    // SAFETY: the proxy got it for a borrow of this resource, and the borrow
    // lasts until the proxy returns. So below.
    let error = unsafe { error::ErrorBorrow::lift(representation) };
    match error.get() {
        IoError::File(_) => VIRTUAL,
        IoError::Host(error) => error.handle(),
    }
}

#[unsafe(export_name = "monaka_pollable_host")]
extern "C" fn pollable_host(representation: *const u8) -> u32 {
    // SAFETY: as above.
    let pollable = unsafe { poll::PollableBorrow::lift(representation) };
    match pollable.get() {
        Pollable::Ready => VIRTUAL,
        Pollable::Host(pollable) => pollable.handle(),
    }
}

#[unsafe(export_name = "monaka_input_stream_host")]
extern "C" fn input_stream_host(representation: *const u8) -> u32 {
    // SAFETY: as above.
    let stream = unsafe { streams::InputStreamBorrow::lift(representation) };
    match stream.get() {
        InputStream::File(_) => VIRTUAL,
        InputStream::Host(stream) => stream.handle(),
    }
}

#[unsafe(export_name = "monaka_output_stream_host")]
extern "C" fn output_stream_host(representation: *const u8) -> u32 {
    // SAFETY: as above.
    let stream = unsafe { streams::OutputStreamBorrow::lift(representation) };
    match stream.get() {
        OutputStream::File(_) => VIRTUAL,
        OutputStream::Host(stream) => stream.handle(),
    }
}

/// Gives back memory of `cabi_realloc`. A size of zero is
/// memory that was never allocated.
#[unsafe(export_name = "monaka_free")]
extern "C" fn monaka_free(memory: *mut u8, size: usize, align: usize) {
    if let Ok(layout) = Layout::from_size_align(size, align)
        && size > 0
    {
        // SAFETY: the proxy owns the memory, and tells the layout it was
        // allocated with.
        unsafe { dealloc(memory, layout) }
    }
}
