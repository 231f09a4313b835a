//! What is known about inodes.

use core::hash::BuildHasher;

use foldhash::quality::FixedState;

use super::View;
use crate::change::Change;
use crate::sync::Read;
use crate::tree::{LATEST, Stamps, Tree};
use crate::walk;
use crate::{Env, Error, Fd, Follow, Ino, Kind, Result, SetTime, Stat, Time};

impl<E: Env> View<E> {
    /// The metadata of what a handle is open on.
    pub fn stat(&mut self, fd: Fd) -> Result<Stat> {
        let mut stat = self.state(fd)?.0;
        if let Some(device) = &self.handles.get(fd)?.device {
            stat.size = device.size();
        }
        Ok(stat)
    }

    /// The metadata of what a path leads to.
    pub fn stat_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<Stat> {
        Ok(self.state_at(dir, path, follow)?.0)
    }

    /// Sets times through a handle, which need not be open for writing: as for `futimens` of Linux.
    /// A directory's handle has to have `MUTATE_DIRECTORY`, else `ReadOnly`.
    pub fn set_times(&mut self, fd: Fd, atime: SetTime, mtime: SetTime) -> Result<()> {
        let ino = match self.kind(fd)? {
            Kind::Directory => self.base_to_change(fd)?.dir,
            Kind::File | Kind::Symlink => self.ino(fd)?,
        };
        let mut tree = self.volume.tree.write()?;
        self.set_inode_times(&mut tree, ino, atime, mtime)
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
        let mut tree = self.volume.tree.write()?;
        let ino = walk::resolve(&tree, base, path, follow)?.existing()?.ino;
        self.set_inode_times(&mut tree, ino, atime, mtime)
    }

    /// 128 bits that differ between inodes and change whenever content or metadata change, reading
    /// apart. The lower 64 bits come from the identity of the inode alone and stay: every libc
    /// makes `st_ino` of them, and programs that walk a tree compare it.
    pub fn metadata_hash(&mut self, fd: Fd) -> Result<[u64; 2]> {
        let (stat, stamps) = self.state(fd)?;
        Ok(hash(&stat, &stamps))
    }

    /// The `metadata_hash` of what a path leads to.
    pub fn metadata_hash_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<[u64; 2]> {
        let (stat, stamps) = self.state_at(dir, path, follow)?;
        Ok(hash(&stat, &stamps))
    }

    fn state(&self, fd: Fd) -> Result<(Stat, Stamps)> {
        let ino = self.ino(fd)?;
        self.settled_state(self.volume.tree.read()?, ino)
    }

    fn state_at(&self, dir: Fd, path: &str, follow: Follow) -> Result<(Stat, Stamps)> {
        let base = self.base(dir)?;
        self.refresh(base, path, follow)?;
        let tree = self.volume.tree.read()?;
        let ino = walk::resolve(&tree, base, path, follow)?.existing()?.ino;
        self.settled_state(tree, ino)
    }

    /// The metadata of an inode, whose times are settled before.
    fn settled_state(&self, tree: Read<'_, Tree>, ino: Ino) -> Result<(Stat, Stamps)> {
        let state = tree.inode(ino)?.stat(ino)?;
        if !state.1.is_marked() {
            return Ok(state);
        }
        drop(tree);
        let mut tree = self.volume.tree.write()?;
        self.volume.settle_marks(&mut tree);
        // Between the locks somebody may have removed it.
        let inode = tree.inode(ino).map_err(|_| Error::NoEntry)?;
        match inode.stat(ino)? {
            state if !state.1.is_marked() => Ok(state),
            // Whoever marked it has not noted that yet.
            _ => inode.settled(ino, self.volume.settling()),
        }
    }

    fn set_inode_times(
        &self,
        tree: &mut Tree,
        ino: Ino,
        atime: SetTime,
        mtime: SetTime,
    ) -> Result<()> {
        if (atime, mtime) == (SetTime::Unchanged, SetTime::Unchanged) {
            return Ok(());
        }
        self.check_writable(tree, ino)?;
        let now = self.volume.now();
        self.volume.touch(tree, ino, now, |stamps| {
            stamps.changed(now);
            stamps.atime = chosen(atime, stamps.atime, now);
            stamps.mtime = chosen(mtime, stamps.mtime, now);
        })?;
        self.volume.env.changed(Change::Touched { ino });
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

/// The change number alone tells two states of an inode apart; times and size tell two inodes of the
/// same number, or two volumes, apart.
fn hash(stat: &Stat, stamps: &Stamps) -> [u64; 2] {
    let hasher = FixedState::default();
    let Stat {
        ino,
        size,
        mtime,
        ctime,
        ..
    } = *stat;
    let state = (ino.0, stamps.change, size, mtime.0, ctime.0);
    [hasher.hash_one(ino.0), hasher.hash_one(state)]
}
