//! Moving bytes between streams of which at least one is a file's. (Between
//! two streams of the host, the host splices.)

use super::stream::READ_BYTES_MAX;
use alloc::vec::Vec;

/// Where a splice takes bytes from.
pub trait Source<E> {
    /// At most `len` bytes; none if there are none yet. The end is an error.
    fn read(&self, len: u64) -> Result<Vec<u8>, E>;
    /// As `read`, but waits for the first byte.
    fn blocking_read(&self, len: u64) -> Result<Vec<u8>, E>;
}

/// Where a splice puts them.
pub trait Sink<E> {
    /// How many bytes it takes now.
    fn check_write(&self) -> Result<u64, E>;
    /// Waits until it takes any, or has failed.
    fn block(&self);
    /// Writes; at most as many bytes as `check_write` told.
    fn write(&self, bytes: &[u8]) -> Result<(), E>;
}

/// Moves up to `len` bytes, as many as are there and find room, and tells how
/// many it were. One call moves at most [`READ_BYTES_MAX`].
pub fn splice<E>(source: &impl Source<E>, sink: &impl Sink<E>, len: u64) -> Result<u64, E> {
    let room = sink.check_write()?.min(len).min(READ_BYTES_MAX);
    if room == 0 {
        return Ok(0);
    }
    transfer(&source.read(room)?, sink)
}

/// As [`splice`], but waits for room, then for bytes.
pub fn blocking_splice<E>(
    source: &impl Source<E>,
    sink: &impl Sink<E>,
    len: u64,
) -> Result<u64, E> {
    if len == 0 {
        return Ok(0);
    }
    let mut room = sink.check_write()?;
    while room == 0 {
        sink.block();
        room = sink.check_write()?;
    }
    let bytes = source.blocking_read(room.min(len).min(READ_BYTES_MAX))?;
    transfer(&bytes, sink)
}

fn transfer<E>(bytes: &[u8], sink: &impl Sink<E>) -> Result<u64, E> {
    if !bytes.is_empty() {
        sink.write(bytes)?;
    }
    Ok(bytes.len() as u64)
}
