//! `wasi:io`.

use super::memory::{self, ProgramBytes};
use super::state;
use crate::layout::{self, Fallible, List, Nothing};
use crate::segments::Segments;
use crate::table::Kind;
use crate::vfs::{StreamError, StreamResult};
use monaka_fs_core::Payload;

type Outcome<T> = Fallible<T, layout::StreamError>;

#[unsafe(export_name = "wasi:io/error#[method]error.to-debug-string")]
extern "C" fn to_debug_string(error: u32) -> List {
    state::with(|vfs| memory::list(vfs.to_debug_string(error).as_bytes()))
}

#[unsafe(export_name = "wasi:io/error#[resource-drop]error")]
extern "C" fn drop_error(error: u32) {
    state::with(|vfs| vfs.drop(error, Kind::Error));
}

/// A file is ready, and so is what is no pollable.
#[unsafe(export_name = "wasi:io/poll#[method]pollable.ready")]
extern "C" fn ready(_pollable: u32) -> bool {
    true
}

#[unsafe(export_name = "wasi:io/poll#[method]pollable.block")]
extern "C" fn block(_pollable: u32) {}

#[unsafe(export_name = "wasi:io/poll#poll")]
extern "C" fn poll(list: *const u32, len: usize) -> List {
    // SAFETY: the glue put the list into `scratch`.
    let list = unsafe { memory::numbers(list, len) };
    state::with(|vfs| memory::list(vfs.poll(list)))
}

#[unsafe(export_name = "wasi:io/poll#[resource-drop]pollable")]
extern "C" fn drop_pollable(pollable: u32) {
    state::with(|vfs| vfs.drop(pollable, Kind::Pollable));
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.read")]
extern "C" fn read(stream: u32, len: u64) -> Outcome<List> {
    state::with(|vfs| outcome(vfs.input_read(stream, len).map(segments)))
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.blocking-read")]
extern "C" fn blocking_read(stream: u32, len: u64) -> Outcome<List> {
    read(stream, len)
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.skip")]
extern "C" fn skip(stream: u32, len: u64) -> Outcome<u64> {
    state::with(|vfs| outcome(vfs.input_skip(stream, len)))
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.blocking-skip")]
extern "C" fn blocking_skip(stream: u32, len: u64) -> Outcome<u64> {
    skip(stream, len)
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.subscribe")]
extern "C" fn subscribe_input(_stream: u32) -> u32 {
    state::with(|vfs| vfs.subscribe())
}

#[unsafe(export_name = "wasi:io/streams#[resource-drop]input-stream")]
extern "C" fn drop_input(stream: u32) {
    state::with(|vfs| vfs.drop(stream, Kind::Input));
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.check-write")]
extern "C" fn check_write(stream: u32) -> Outcome<u64> {
    state::with(|vfs| outcome(vfs.check_write(stream)))
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.write")]
extern "C" fn write(stream: u32, address: u32, len: usize) -> Outcome<Nothing> {
    let contents = ProgramBytes { address };
    let payload = Payload::new(&contents, len);
    state::with(|vfs| done(vfs.output_write(stream, payload)))
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-write-and-flush")]
extern "C" fn blocking_write_and_flush(stream: u32, address: u32, len: usize) -> Outcome<Nothing> {
    write(stream, address, len)
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.flush")]
extern "C" fn flush(stream: u32) -> Outcome<Nothing> {
    state::with(|vfs| done(vfs.flush(stream)))
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-flush")]
extern "C" fn blocking_flush(stream: u32) -> Outcome<Nothing> {
    flush(stream)
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.subscribe")]
extern "C" fn subscribe_output(_stream: u32) -> u32 {
    state::with(|vfs| vfs.subscribe())
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.write-zeroes")]
extern "C" fn write_zeroes(stream: u32, len: u64) -> Outcome<Nothing> {
    state::with(|vfs| done(vfs.write_zeroes(stream, len)))
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-write-zeroes-and-flush")]
extern "C" fn blocking_write_zeroes_and_flush(stream: u32, len: u64) -> Outcome<Nothing> {
    write_zeroes(stream, len)
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.splice")]
extern "C" fn splice(sink: u32, source: u32, len: u64) -> Outcome<u64> {
    state::with(|vfs| outcome(vfs.splice(sink, source, len)))
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-splice")]
extern "C" fn blocking_splice(sink: u32, source: u32, len: u64) -> Outcome<u64> {
    state::with(|vfs| outcome(vfs.blocking_splice(sink, source, len)))
}

#[unsafe(export_name = "wasi:io/streams#[resource-drop]output-stream")]
extern "C" fn drop_output(stream: u32) {
    state::with(|vfs| vfs.drop(stream, Kind::Output));
}

/// The bytes of a read as the glue expects them: their number, and the segments
/// that they are in.
pub(super) fn segments(segments: &Segments) -> List {
    List {
        len: segments.bytes() as u32,
        ..memory::list(segments.as_slice())
    }
}

fn outcome<T: Copy>(result: StreamResult<T>) -> Outcome<T> {
    match result {
        Ok(value) => Fallible::ok(value),
        Err(StreamError::Failed(error)) => Fallible::err(layout::StreamError::failed(error)),
        Err(StreamError::Closed) => Fallible::err(layout::StreamError::CLOSED),
    }
}

fn done(result: StreamResult<()>) -> Outcome<Nothing> {
    outcome(result.map(|()| Nothing::HERE))
}
