//! What a read gives: the runs of a file, one after the other.

use alloc::vec::Vec;
use monaka_fs_core::{Error, Result};

/// Takes the bytes that a read finds, in order: copies them, or notes where
/// they are. The stored bytes stay where they are until the volume is used
/// again after the read.
pub trait Gather {
    /// At most `len` bytes will come.
    fn reserve(&mut self, len: usize) -> Result<()>;
    /// Takes bytes of the file; false if it takes no more, and has not taken
    /// these.
    fn data(&mut self, bytes: &[u8]) -> bool;
    /// Takes zero bytes, by the same rule.
    fn zeroes(&mut self, count: usize) -> bool;
}

/// Appends. What it has not reserved it does not take.
impl Gather for Vec<u8> {
    fn reserve(&mut self, len: usize) -> Result<()> {
        self.try_reserve_exact(len)
            .map_err(|_| Error::InsufficientMemory)
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.spare_capacity_mut().len();
        if fits {
            self.extend_from_slice(bytes);
        }
        fits
    }

    fn zeroes(&mut self, count: usize) -> bool {
        let fits = count <= self.spare_capacity_mut().len();
        if fits {
            self.resize(self.len().saturating_add(count), 0);
        }
        fits
    }
}
