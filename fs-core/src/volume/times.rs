//! The times of inodes, and when the clock is asked.
//!
//! Where asking is cheap, an operation stores the time at which it happens. Where it is costly (a
//! guest's host call takes longer than a write), it *marks* the times instead, and they are settled
//! later, all at once: that is how POSIX has it (XBD 4.12, File Times Update). "At an update point in
//! time, any marked fields shall be set to the current time and the update marks shall be cleared."
//!
//! Settled are all marked times together, so that no two of them are in the wrong order:
//! * before a marked time is seen, by `stat`, `metadata_hash` or a decision that compares it;
//! * when the last handle on a marked inode is closed;
//! * when [`MARKED_MAX`] inodes are marked;
//! * when the owner says so, because it is about to wait: [`Volume::settle`].
//!
//! What this leaves open is the time that a program computes between a change and the next of these.

use super::Volume;
use crate::tree::{Inode, LATEST, MARKED, ROOT};
use crate::{Env, Ino, Result, Time};

/// Inodes with marked times at once.
const MARKED_MAX: usize = 16;

/// The inodes with marked times. One that has been freed may be among them.
#[derive(Debug)]
pub(super) struct Marks {
    inodes: [Ino; MARKED_MAX],
    len: usize,
    /// When times were settled last.
    settled: Time,
}

impl Marks {
    pub(super) fn none() -> Self {
        Self {
            inodes: [ROOT; MARKED_MAX],
            len: 0,
            settled: Time(0),
        }
    }
}

impl<E: Env> Volume<E> {
    /// Gives all marked times the time of now. Call it before waiting for something outside.
    pub fn settle(&mut self) {
        if self.marks.len == 0 {
            return;
        }
        let now = self.env.now().min(LATEST);
        self.marks.settled = now;
        let len = core::mem::take(&mut self.marks.len);
        for &ino in self.marks.inodes.get(..len).unwrap_or_default() {
            if let Ok(inode) = self.tree.inode_mut(ino) {
                inode.settle(now);
            }
        }
    }

    /// The time for a change that happens now: that of the clock, or the mark.
    pub(super) fn now(&self) -> Time {
        match self.env.is_costly() {
            true => MARKED,
            false => self.env.now().min(LATEST),
        }
    }

    /// Makes sure that the times of `ino` are times.
    pub(super) fn settle_inode(&mut self, ino: Ino) -> Result<()> {
        if self.tree.inode(ino)?.is_marked() {
            self.settle();
        }
        Ok(())
    }

    /// Notes that `ino` has been made with the time `now`.
    pub(super) fn note_new(&mut self, ino: Ino, now: Time) {
        if now != MARKED {
            return;
        }
        if self.marks.len >= MARKED_MAX {
            self.settle();
        }
        if let Some(place) = self.marks.inodes.get_mut(self.marks.len) {
            *place = ino;
            self.marks.len = self.marks.len.saturating_add(1);
        }
    }

    /// Content of `ino` changed.
    pub(super) fn modified(&mut self, ino: Ino, now: Time) -> Result<()> {
        self.touch(ino, now, Inode::modified)
    }

    /// Metadata of `ino` changed.
    pub(super) fn changed(&mut self, ino: Ino, now: Time) -> Result<()> {
        self.touch(ino, now, Inode::changed)
    }

    /// Gives `ino` the time `now`. One that is marked already has been noted.
    fn touch(
        &mut self,
        ino: Ino,
        now: Time,
        change: impl FnOnce(&mut Inode, Time, u64),
    ) -> Result<()> {
        let number = self.tree.next_change();
        let inode = self.tree.inode_mut(ino)?;
        let is_noted = inode.is_marked();
        change(inode, now, number);
        if !is_noted {
            self.note_new(ino, now);
        }
        Ok(())
    }

    /// `ino` is being read.
    pub(super) fn accessed(&mut self, ino: Ino) -> Result<&mut Inode> {
        if self.wants_atime(ino)? {
            let now = self.now();
            self.touch(ino, now, |inode, now, _| inode.atime = now)?;
        }
        self.tree.inode_mut(ino)
    }

    /// Whether a read of `ino` has to update its `atime`. A mark is later than every time but one of
    /// the future: where `atime` may be that, the marks are settled before they are compared.
    fn wants_atime(&mut self, ino: Ino) -> Result<bool> {
        let inode = self.tree.inode(ino)?;
        if !inode.wants_atime() || inode.read_only || self.read_only {
            return Ok(false);
        }
        if inode.atime <= self.marks.settled || !inode.is_marked() {
            return Ok(true);
        }
        self.settle();
        Ok(self.tree.inode(ino)?.wants_atime())
    }
}
