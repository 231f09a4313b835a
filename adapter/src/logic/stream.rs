//! Streams over files. Each holds a handle of its own, so that it outlives the
//! descriptor that it came from, and its own position.

use super::descriptor;
use alloc::vec::Vec;
use core::cell::Cell;
use monaka_fs_core::{Access, Env, Error, Fd, Kind, Result, Volume};

/// Bytes that one read gives at most. It bounds the memory that a read needs,
/// and is large enough that the cost of a call is lost in that of the copy.
pub const READ_BYTES_MAX: u64 = 1 << 20;

/// What `check-write` of a file permits: as good as everything, so that a
/// program writes each buffer in one call. More than that is taken too.
pub const WRITE_PERMIT_BYTES: u64 = 1 << 30;

/// An `input-stream` over a file.
#[derive(Debug)]
pub struct FileInput {
    fd: Fd,
    offset: Cell<u64>,
}

impl FileInput {
    /// A stream that starts at `offset`, which may lie beyond the end.
    pub fn open<E: Env>(volume: &mut Volume<E>, file: Fd, offset: u64) -> Result<Self> {
        Ok(Self {
            fd: dup_file(volume, file, Access::READ)?,
            offset: Cell::new(offset),
        })
    }

    /// Gives the handle back.
    pub fn close<E: Env>(&self, volume: &mut Volume<E>) -> Result<()> {
        volume.close(self.fd)
    }

    /// The next bytes, at most `len` and [`READ_BYTES_MAX`]; `None` at the end
    /// of the file. The end is not final: what is appended later is read later.
    pub fn read<E: Env>(&self, volume: &mut Volume<E>, len: u64) -> Result<Option<Vec<u8>>> {
        let (bytes, _) = descriptor::read(volume, self.fd, self.offset.get(), len)?;
        if bytes.is_empty() && len > 0 {
            return Ok(None);
        }
        advance(&self.offset, bytes.len() as u64);
        Ok(Some(bytes))
    }

    /// Moves on by up to `len` bytes, not beyond the end; `None` at the end.
    pub fn skip<E: Env>(&self, volume: &mut Volume<E>, len: u64) -> Result<Option<u64>> {
        let rest = volume.stat(self.fd)?.size.saturating_sub(self.offset.get());
        if rest == 0 && len > 0 {
            return Ok(None);
        }
        let skipped = rest.min(len);
        advance(&self.offset, skipped);
        Ok(Some(skipped))
    }
}

/// An `output-stream` over a file.
#[derive(Debug)]
pub struct FileOutput {
    fd: Fd,
    position: Position,
}

/// Where the next byte goes.
#[derive(Debug)]
enum Position {
    At(Cell<u64>),
    /// The end of the file, as it is at each write.
    End,
}

impl FileOutput {
    /// A stream that starts at `offset`, which may lie beyond the end.
    pub fn open<E: Env>(volume: &mut Volume<E>, file: Fd, offset: u64) -> Result<Self> {
        Ok(Self {
            fd: dup_file(volume, file, Access::WRITE)?,
            position: Position::At(Cell::new(offset)),
        })
    }

    /// A stream that appends.
    pub fn open_append<E: Env>(volume: &mut Volume<E>, file: Fd) -> Result<Self> {
        Ok(Self {
            fd: dup_file(volume, file, Access::WRITE)?,
            position: Position::End,
        })
    }

    /// Gives the handle back.
    pub fn close<E: Env>(&self, volume: &mut Volume<E>) -> Result<()> {
        volume.close(self.fd)
    }

    /// Writes all bytes, or as many as fit: those stay, the position moves on
    /// by them, and the error is that of the rest.
    pub fn write<E: Env>(&self, volume: &mut Volume<E>, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = self.write_some(volume, rest)?;
            rest = match rest.get(written..) {
                Some(left) if written > 0 => left,
                _ => return Err(Error::InsufficientSpace),
            };
        }
        Ok(())
    }

    fn write_some<E: Env>(&self, volume: &mut Volume<E>, bytes: &[u8]) -> Result<usize> {
        match &self.position {
            Position::At(offset) => {
                let written = volume.write(self.fd, offset.get(), bytes)?;
                advance(offset, written as u64);
                Ok(written)
            }
            Position::End => Ok(volume.append(self.fd, bytes)?.1),
        }
    }

    /// Writes zeroes, by the same rule as [`FileOutput::write`].
    pub fn write_zeroes<E: Env>(&self, volume: &mut Volume<E>, len: u64) -> Result<()> {
        let mut rest = len;
        while rest > 0 {
            let written = self.write_some_zeroes(volume, rest)?;
            rest = match rest.checked_sub(written) {
                Some(left) if written > 0 => left,
                _ => return Err(Error::InsufficientSpace),
            };
        }
        Ok(())
    }

    fn write_some_zeroes<E: Env>(&self, volume: &mut Volume<E>, len: u64) -> Result<u64> {
        match &self.position {
            Position::At(offset) => {
                let written = volume.write_zeroes(self.fd, offset.get(), len)?;
                advance(offset, written);
                Ok(written)
            }
            Position::End => {
                let end = volume.stat(self.fd)?.size;
                volume.write_zeroes(self.fd, end, len)
            }
        }
    }
}

fn advance(offset: &Cell<u64>, bytes: u64) {
    offset.set(offset.get().saturating_add(bytes));
}

/// A handle for a stream: on a file, with just the right that the stream needs.
fn dup_file<E: Env>(volume: &mut Volume<E>, file: Fd, right: Access) -> Result<Fd> {
    if volume.kind(file)? == Kind::Directory {
        return Err(Error::IsDirectory);
    }
    if !volume.access(file)?.contains(right) {
        return Err(Error::BadDescriptor);
    }
    volume.dup(file, right)
}
