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
//! * when the owner says so, because it is about to wait: [`Volume::settle`](crate::Volume::settle).
//!
//! What this leaves open is the time that a program computes between a change and the next of these.

use super::Volume;
use crate::tree::{Content, Inode, LATEST, MARKED, ROOT, Stamps, Tree};
use crate::{Env, Ino, Result, Time};

/// Inodes with marked times at once.
const MARKED_MAX: usize = 16;

/// The inodes with marked times. One that has been freed may be among them.
#[derive(Debug)]
pub(crate) struct Marks {
    inodes: [Ino; MARKED_MAX],
    len: usize,
}

impl Marks {
    pub(crate) fn none() -> Self {
        Self {
            inodes: [ROOT; MARKED_MAX],
            len: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn push(&mut self, ino: Ino) {
        if let Some(place) = self.inodes.get_mut(self.len) {
            *place = ino;
            self.len = self.len.saturating_add(1);
        }
    }
}

/// What is known of whether a read has to update `atime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atime {
    /// It stays.
    Stays,
    /// It is to be updated.
    Due,
    /// Marks have to be settled before it can be told.
    Unsettled,
}

impl<E: Env> Volume<E> {
    /// Gives all marked times the time of now.
    pub(crate) fn settle_marks(&self, tree: &mut Tree) {
        if tree.marks.is_empty() {
            return;
        }
        let now = self.settling();
        let marks = core::mem::replace(&mut tree.marks, Marks::none());
        for &ino in marks.inodes.get(..marks.len).unwrap_or_default() {
            // One that has been freed has no times; nothing else can fail.
            let settled = tree
                .inode_mut(ino)
                .and_then(|inode| inode.stamp(|stamps| stamps.settle(now)));
            settled.unwrap_or_default();
        }
    }

    /// The time that marks get now. The tree is held for writing.
    pub(crate) fn settling(&self) -> Time {
        let now = self.env.now().min(LATEST);
        self.settled.update(|_| Some(now.0));
        now
    }

    /// The time for a change that happens now: that of the clock, or the mark.
    pub(crate) fn now(&self) -> Time {
        match self.env.is_costly() {
            true => MARKED,
            false => self.env.now().min(LATEST),
        }
    }

    /// Whether an inode has times to be settled. Where asking is cheap none has: its lock is not taken to
    /// find that out.
    pub(crate) fn is_marked(&self, inode: &Inode) -> Result<bool> {
        Ok(self.env.is_costly() && inode.stamps()?.is_marked())
    }

    /// Notes that `ino` has just got the time `now`, and had no mark before.
    pub(crate) fn note(&self, tree: &mut Tree, ino: Ino, now: Time) {
        if now != MARKED {
            return;
        }
        if tree.marks.len >= MARKED_MAX {
            self.settle_marks(tree);
        }
        tree.marks.push(ino);
    }

    /// As [`Volume::note`], for who holds no lock.
    pub(crate) fn note_unlocked(&self, ino: Ino) -> Result<()> {
        self.note(&mut *self.tree.write()?, ino, MARKED);
        Ok(())
    }

    /// Content of `ino` changed.
    pub(crate) fn modified(&self, tree: &mut Tree, ino: Ino, now: Time) -> Result<()> {
        self.touch(tree, ino, now, |stamps| stamps.modified(now))
    }

    /// Metadata of `ino` changed.
    pub(crate) fn changed(&self, tree: &mut Tree, ino: Ino, now: Time) -> Result<()> {
        self.touch(tree, ino, now, |stamps| stamps.changed(now))
    }

    /// Gives `ino` the time `now`. One that is marked already has been noted.
    pub(crate) fn touch(
        &self,
        tree: &mut Tree,
        ino: Ino,
        now: Time,
        change: impl FnOnce(&mut Stamps),
    ) -> Result<()> {
        let was_marked = tree.inode_mut(ino)?.stamp(|stamps| {
            let was_marked = stamps.is_marked();
            change(stamps);
            was_marked
        })?;
        if !was_marked {
            self.note(tree, ino, now);
        }
        Ok(())
    }

    /// A directory or symbolic link is being read.
    pub(crate) fn accessed(&self, ino: Ino, read_only: bool) -> Result<()> {
        let wants = |inode: &Inode| Ok(self.atime(&inode.stamps()?, read_only || inode.read_only));
        let atime = wants(self.tree.read()?.inode(ino)?)?;
        match atime {
            Atime::Stays => return Ok(()),
            Atime::Due => {}
            Atime::Unsettled => self.settle()?,
        }
        let mut tree = self.tree.write()?;
        if wants(tree.inode(ino)?)? == Atime::Due {
            let now = self.now();
            self.touch(&mut tree, ino, now, |stamps| stamps.atime = now)?;
        }
        Ok(())
    }

    /// A file, whose lock is held, is being read. Gives whether it has to be noted.
    pub(crate) fn accessed_content(&self, content: &mut Content) -> bool {
        let was_marked = content.stamps.is_marked();
        content.stamps.atime = self.now();
        !was_marked && content.stamps.atime == MARKED
    }

    /// Content of a file, whose lock is held, changed. Gives whether it has to be noted.
    pub(crate) fn modified_content(&self, content: &mut Content) -> bool {
        let was_marked = content.stamps.is_marked();
        let now = self.now();
        content.stamps.modified(now);
        !was_marked && now == MARKED
    }

    /// Whether a read has to update `atime`. A mark is later than every time but one of the future:
    /// where `atime` may be that, the marks are settled before they are compared.
    pub(crate) fn atime(&self, stamps: &Stamps, read_only: bool) -> Atime {
        match stamps.wants_atime() && !read_only {
            false => Atime::Stays,
            true if stamps.atime.0 <= self.settled.get() || !stamps.is_marked() => Atime::Due,
            true => Atime::Unsettled,
        }
    }
}
