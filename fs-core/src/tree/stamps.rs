//! The times of an inode, and the count of its changes.

use crate::Time;

/// A time that is still to be settled. It is later than every other, as it will be.
pub(crate) const MARKED: Time = Time(u64::MAX);

/// The latest time that an inode can have.
pub(crate) const LATEST: Time = Time(u64::MAX - 1);

/// When an inode was used and changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamps {
    pub(crate) atime: Time,
    pub(crate) mtime: Time,
    pub(crate) ctime: Time,
    /// Differs between any two states of content and metadata of one inode.
    pub(crate) change: u64,
}

impl Stamps {
    /// Of something that is made now.
    pub(crate) fn new(now: Time, change: u64) -> Self {
        Self {
            atime: now,
            mtime: now,
            ctime: now,
            change,
        }
    }

    /// Content changed: `mtime` and `ctime`.
    pub(crate) fn modified(&mut self, now: Time) {
        self.mtime = now;
        self.changed(now);
    }

    /// Metadata changed: `ctime`.
    pub(crate) fn changed(&mut self, now: Time) {
        self.ctime = now;
        self.change = self.change.wrapping_add(1);
    }

    /// Whether a time is to be settled.
    pub(crate) fn is_marked(&self) -> bool {
        [self.atime, self.mtime, self.ctime].contains(&MARKED)
    }

    /// Gives the times that are marked.
    pub(crate) fn settle(&mut self, now: Time) {
        for time in [&mut self.atime, &mut self.mtime, &mut self.ctime] {
            if *time == MARKED {
                *time = now;
            }
        }
    }

    /// Whether a read has to update `atime`: it is not later than the last change (`relatime` of
    /// Linux), nor marked to be.
    pub(crate) fn wants_atime(&self) -> bool {
        self.atime != MARKED && (self.atime <= self.mtime || self.atime <= self.ctime)
    }
}
