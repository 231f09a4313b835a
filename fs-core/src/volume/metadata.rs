//! What is known about inodes.

use core::hash::BuildHasher;

use foldhash::quality::FixedState;

use super::Volume;
use crate::tree::{Inode, LATEST};
use crate::walk;
use crate::{Env, Fd, Follow, Ino, Kind, Result, SetTime, Stat, Time};

impl<E: Env> Volume<E> {
    /// The metadata of what a handle is open on.
    pub fn stat(&mut self, fd: Fd) -> Result<Stat> {
        let ino = self.ino(fd)?;
        self.settle_inode(ino)?;
        Ok(self.tree.inode(ino)?.stat(ino))
    }

    /// The metadata of what a path leads to.
    pub fn stat_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<Stat> {
        let base = self.base(dir)?;
        let ino = walk::resolve(&self.tree, base, path, follow)?
            .existing()?
            .ino;
        self.settle_inode(ino)?;
        Ok(self.tree.inode(ino)?.stat(ino))
    }

    /// Sets times through a handle, which need not be open for writing: as for `futimens` of Linux.
    /// A directory's handle has to have `MUTATE_DIRECTORY`, else `ReadOnly`.
    pub fn set_times(&mut self, fd: Fd, atime: SetTime, mtime: SetTime) -> Result<()> {
        let ino = match self.kind(fd)? {
            Kind::Directory => self.base_to_change(fd)?,
            Kind::File | Kind::Symlink => self.ino(fd)?,
        };
        self.set_inode_times(ino, atime, mtime)
    }

    /// Sets times of what a path leads to.
    pub fn set_times_at(
        &mut self,
        dir: Fd,
        path: &str,
        follow: Follow,
        atime: SetTime,
        mtime: SetTime,
    ) -> Result<()> {
        let base = self.base_to_change(dir)?;
        let ino = walk::resolve(&self.tree, base, path, follow)?
            .existing()?
            .ino;
        self.set_inode_times(ino, atime, mtime)
    }

    /// 128 bits that differ between inodes and change whenever content or metadata change, reading
    /// apart. The lower 64 bits come from the identity of the inode alone and stay: every libc
    /// makes `st_ino` of them, and programs that walk a tree compare it.
    pub fn metadata_hash(&mut self, fd: Fd) -> Result<[u64; 2]> {
        let ino = self.ino(fd)?;
        self.settle_inode(ino)?;
        Ok(hash(ino, self.tree.inode(ino)?))
    }

    /// The `metadata_hash` of what a path leads to.
    pub fn metadata_hash_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<[u64; 2]> {
        let base = self.base(dir)?;
        let ino = walk::resolve(&self.tree, base, path, follow)?
            .existing()?
            .ino;
        self.settle_inode(ino)?;
        Ok(hash(ino, self.tree.inode(ino)?))
    }

    fn set_inode_times(&mut self, ino: Ino, atime: SetTime, mtime: SetTime) -> Result<()> {
        if (atime, mtime) == (SetTime::Unchanged, SetTime::Unchanged) {
            return Ok(());
        }
        self.check_writable(ino)?;
        let now = self.now();
        self.changed(ino, now)?;
        let inode = self.tree.inode_mut(ino)?;
        inode.atime = chosen(atime, inode.atime, now);
        inode.mtime = chosen(mtime, inode.mtime, now);
        Ok(())
    }
}

fn chosen(set: SetTime, before: Time, now: Time) -> Time {
    match set {
        SetTime::Unchanged => before,
        SetTime::Now => now,
        SetTime::At(time) => time.min(LATEST),
    }
}

/// The change number alone tells two states of a volume apart; times and size tell two volumes
/// apart.
fn hash(ino: Ino, inode: &Inode) -> [u64; 2] {
    let stat = inode.stat(ino);
    let hasher = FixedState::default();
    let state = (ino.0, inode.change, stat.size, stat.mtime.0, stat.ctime.0);
    [hasher.hash_one(ino.0), hasher.hash_one(state)]
}
