//! What the module calls of its host.

use crate::layout::{Datetime, Fallible, List, Nothing, StreamError as Failure};
use crate::vfs::{Host, StreamError, StreamResult};
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use monaka_fs_core::{Env, Time};
use monaka_wasi::descriptor;

#[link(wasm_import_module = "wasi:clocks/wall-clock")]
unsafe extern "C" {
    #[link_name = "now"]
    fn now(result: *mut Datetime);
}

#[link(wasm_import_module = "wasi:io/poll")]
unsafe extern "C" {
    #[link_name = "[method]pollable.ready"]
    fn ready(pollable: u32) -> u32;
}

#[link(wasm_import_module = "wasi:io/streams")]
unsafe extern "C" {
    #[link_name = "[method]input-stream.read"]
    fn read(stream: u32, len: u64, result: *mut Fallible<List, Failure>);
    #[link_name = "[method]input-stream.blocking-read"]
    fn blocking_read(stream: u32, len: u64, result: *mut Fallible<List, Failure>);
    #[link_name = "[method]output-stream.check-write"]
    fn check_write(stream: u32, result: *mut Fallible<u64, Failure>);
    #[link_name = "[method]output-stream.write"]
    fn write(stream: u32, bytes: *const u8, len: usize, result: *mut Fallible<Nothing, Failure>);
    #[link_name = "[method]output-stream.blocking-flush"]
    fn blocking_flush(stream: u32, result: *mut Fallible<Nothing, Failure>);
}

/// The host, through the module's imports.
#[derive(Clone, Copy, Debug)]
pub(super) struct Imports;

impl Env for Imports {
    fn now(&self) -> Time {
        // SAFETY: it fills the result in.
        let time = unsafe { result(|at| now(at)) };
        descriptor::time(time.seconds, time.nanoseconds).unwrap_or_default()
    }

    /// A call of the host takes longer than a write.
    fn is_costly(&self) -> bool {
        true
    }
}

impl Host for Imports {
    fn ready(&self, pollable: u32) -> bool {
        // SAFETY: it touches no memory.
        unsafe { ready(pollable) != 0 }
    }

    fn read(&self, stream: u32, len: u64) -> StreamResult<Vec<u8>> {
        // SAFETY: it fills the result in, with a list that it gives away.
        unsafe { stream_result(|at| read(stream, len, at)).map(|bytes| take(bytes)) }
    }

    fn blocking_read(&self, stream: u32, len: u64) -> StreamResult<Vec<u8>> {
        // SAFETY: as above.
        unsafe { stream_result(|at| blocking_read(stream, len, at)).map(|bytes| take(bytes)) }
    }

    fn check_write(&self, stream: u32) -> StreamResult<u64> {
        // SAFETY: it fills the result in. So below.
        unsafe { stream_result(|at| check_write(stream, at)) }
    }

    fn write(&self, stream: u32, bytes: &[u8]) -> StreamResult<()> {
        // SAFETY: as above; it reads the bytes only.
        unsafe { stream_result(|at| write(stream, bytes.as_ptr(), bytes.len(), at)) }
            .map(|Nothing { .. }| ())
    }

    fn blocking_flush(&self, stream: u32) -> StreamResult<()> {
        // SAFETY: as above.
        unsafe { stream_result(|at| blocking_flush(stream, at)) }.map(|Nothing { .. }| ())
    }
}

/// What a call writes to the address that it is given.
///
/// # Safety
///
/// The call writes a valid `T`.
unsafe fn result<T>(call: impl FnOnce(*mut T)) -> T {
    let mut result = MaybeUninit::uninit();
    call(result.as_mut_ptr());
    // SAFETY: the caller's promise.
    unsafe { result.assume_init() }
}

/// As [`result`], for a call on a stream.
///
/// # Safety
///
/// The call writes a valid result.
unsafe fn stream_result<T: Copy>(call: impl FnOnce(*mut Fallible<T, Failure>)) -> StreamResult<T> {
    // SAFETY: the caller's promise, and that of the canonical ABI: a result
    // that the host wrote has the case that its discriminant tells.
    unsafe { result(call).into_result() }.map_err(|failure| match failure.handle() {
        Some(error) => StreamError::Failed(error),
        None => StreamError::Closed,
    })
}

/// The bytes of a list that the host allocated.
///
/// # Safety
///
/// It comes from `cabi_realloc`, and nobody else has it.
unsafe fn take(list: List) -> Vec<u8> {
    let len = list.len as usize;
    if len == 0 {
        return Vec::new();
    }
    // SAFETY: the caller's promise; the size that was asked for is the length.
    unsafe { Vec::from_raw_parts(list.address as *mut u8, len, len) }
}
