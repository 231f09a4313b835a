//! What is known about inodes.

use xxhash_rust::xxh3::xxh3_128;

use super::Volume;
use crate::tree::Inode;
use crate::walk;
use crate::{Access, Env, Error, Fd, Follow, Ino, Kind, Result, SetTime, Stat, Time};

impl<E: Env> Volume<E> {
    /// The metadata of what a handle is open on.
    pub fn stat(&self, fd: Fd) -> Result<Stat> {
        Ok(self.inode_of(fd)?.stat(self.ino(fd)?))
    }

    /// The metadata of what a path leads to.
    pub fn stat_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<Stat> {
        let base = self.base(dir)?;
        let ino = walk::resolve(&self.tree, base, path, follow)?
            .existing()?
            .ino;
        Ok(self.tree.inode(ino)?.stat(ino))
    }

    /// Sets times through a handle that may change: one with `WRITE` on a file, with `MUTATE_DIRECTORY` on a directory, else
    /// `ReadOnly`. (Linux asks for ownership instead, which a capability system expresses by what a handle may do.)
    pub fn set_times(&mut self, fd: Fd, atime: SetTime, mtime: SetTime) -> Result<()> {
        let handle = self.handles.get(fd)?;
        let needed = match self.tree.inode(handle.ino)?.kind() {
            Kind::Directory => Access::MUTATE_DIRECTORY,
            Kind::File | Kind::Symlink => Access::WRITE,
        };
        if !handle.access.contains(needed) {
            return Err(Error::ReadOnly);
        }
        self.set_inode_times(handle.ino, atime, mtime)
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

    /// 128 bits that differ between inodes and change whenever content or metadata change, reading apart.
    pub fn metadata_hash(&self, fd: Fd) -> Result<[u64; 2]> {
        Ok(hash(self.ino(fd)?, self.inode_of(fd)?))
    }

    /// The `metadata_hash` of what a path leads to.
    pub fn metadata_hash_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<[u64; 2]> {
        let base = self.base(dir)?;
        let ino = walk::resolve(&self.tree, base, path, follow)?
            .existing()?
            .ino;
        Ok(hash(ino, self.tree.inode(ino)?))
    }

    fn set_inode_times(&mut self, ino: Ino, atime: SetTime, mtime: SetTime) -> Result<()> {
        if (atime, mtime) == (SetTime::Unchanged, SetTime::Unchanged) {
            return Ok(());
        }
        self.check_writable(ino)?;
        let now = self.env.now();
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
        SetTime::At(time) => time,
    }
}

/// The change number alone tells two states of a volume apart; times and size tell two volumes apart.
fn hash(ino: Ino, inode: &Inode) -> [u64; 2] {
    let stat = inode.stat(ino);
    let mut bytes = [0; 36];
    let words = [inode.change, stat.size, stat.mtime.0, stat.ctime.0];
    let (numbers, rest) = bytes.as_chunks_mut::<8>();
    for (place, word) in numbers.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    for (place, byte) in rest.iter_mut().zip(ino.0.to_le_bytes()) {
        *place = byte;
    }
    let hash = xxh3_128(&bytes);
    [hash as u64, (hash >> 64) as u64]
}
