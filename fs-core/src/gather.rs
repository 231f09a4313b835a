//! Where the bytes of a read go.

use alloc::vec::Vec;

use crate::{Error, Result};

/// Takes the bytes that a read finds, in order: copies them, or notes where they are. Stored bytes
/// stay where they are until the volume is used again after the read.
pub trait Gather {
    /// At most `len` bytes will come.
    fn reserve(&mut self, len: usize) -> Result<()>;
    /// Takes bytes of the file; false if it takes no more, and has not taken these.
    fn data(&mut self, bytes: &[u8]) -> bool;
    /// Takes zero bytes, by the same rule.
    fn zeroes(&mut self, count: usize) -> bool;
}

/// What a read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bytes.
    pub len: usize,
    /// Whether they reach the end of the file.
    pub end: bool,
}

/// Appends. What has not been reserved is not taken.
impl Gather for Vec<u8> {
    fn reserve(&mut self, len: usize) -> Result<()> {
        self.try_reserve_exact(len)
            .map_err(|_| Error::InsufficientMemory)
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.capacity().saturating_sub(self.len());
        if fits {
            self.extend_from_slice(bytes);
        }
        fits
    }

    fn zeroes(&mut self, count: usize) -> bool {
        let fits = count <= self.capacity().saturating_sub(self.len());
        if fits {
            self.resize(self.len().saturating_add(count), 0);
        }
        fits
    }
}

/// Fills a slice from its start, and then is what is left of it.
impl Gather for &mut [u8] {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        let place = self.split_off_mut(..bytes.len());
        place.map(|place| place.copy_from_slice(bytes)).is_some()
    }

    fn zeroes(&mut self, count: usize) -> bool {
        let place = self.split_off_mut(..count);
        place.map(|place| place.fill(0)).is_some()
    }
}
