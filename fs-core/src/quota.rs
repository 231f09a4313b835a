//! The ledger: what a volume holds, against what it may hold.
//!
//! Every operation reserves here before it allocates and gives back what it frees, so that the
//! counts are those of what is alive at any time (`Volume::check` compares them with a recount).

use crate::{Error, FILE_SIZE_MAX, Limits, Result, Usage};

/// The counts and their limits.
#[derive(Debug)]
pub(crate) struct Ledger {
    limits: Limits,
    bytes: u64,
    inodes: u32,
}

impl Ledger {
    pub(crate) fn new(limits: Limits) -> Self {
        let file_size_max = limits.file_size_max.min(FILE_SIZE_MAX);
        Self {
            limits: Limits {
                file_size_max,
                ..limits
            },
            bytes: 0,
            inodes: 0,
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn usage(&self, handles: u32) -> Usage {
        Usage {
            bytes: self.bytes,
            inodes: self.inodes,
            handles,
        }
    }

    /// Bytes that can still be reserved.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.limits.bytes_max.saturating_sub(self.bytes)
    }

    pub(crate) fn reserve_bytes(&mut self, count: u64) -> Result<()> {
        if count > self.bytes_left() {
            return Err(Error::InsufficientSpace);
        }
        self.bytes = self.bytes.saturating_add(count);
        Ok(())
    }

    pub(crate) fn release_bytes(&mut self, count: u64) {
        debug_assert!(
            count <= self.bytes,
            "released more bytes than were reserved"
        );
        self.bytes = self.bytes.saturating_sub(count);
    }

    /// Reserves `count` inodes, or names beyond the first of an inode, which count the same.
    pub(crate) fn reserve_inodes(&mut self, count: u32) -> Result<()> {
        let inodes = self
            .inodes
            .checked_add(count)
            .ok_or(Error::InsufficientSpace)?;
        if inodes > self.limits.inodes_max {
            return Err(Error::InsufficientSpace);
        }
        self.inodes = inodes;
        Ok(())
    }

    pub(crate) fn release_inode(&mut self) {
        debug_assert!(self.inodes > 0, "released more inodes than were reserved");
        self.inodes = self.inodes.saturating_sub(1);
    }
}
