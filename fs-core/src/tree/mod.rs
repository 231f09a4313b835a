//! The namespace: inodes, and directories that give them names.

mod dir;
mod inode;
mod name;
mod rename;
mod slab;

pub(crate) use dir::{Directory, Entry};
pub(crate) use inode::{Inode, LATEST, MARKED, Node};
pub(crate) use name::Name;
pub(crate) use rename::{Move, plan_rename};

use crate::{Error, Ino, Result};

/// The root directory: `..` of it is itself.
pub(crate) const ROOT: Ino = Ino(0);

/// All inodes of a volume.
#[derive(Debug)]
pub(crate) struct Tree {
    slab: slab::Slab,
    /// The number of the last change to any inode.
    changes: u64,
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self {
            slab: slab::Slab::new(),
            changes: 0,
        }
    }

    /// Stores an inode under the number that was freed last, or else under a new one.
    pub(crate) fn insert(&mut self, inode: Inode) -> Result<Ino> {
        self.slab.insert(inode)
    }

    pub(crate) fn remove(&mut self, ino: Ino) -> Option<Inode> {
        self.slab.remove(ino)
    }

    /// An inode that a name or a handle leads to; those always exist, so `Io` is for a broken
    /// invariant only.
    pub(crate) fn inode(&self, ino: Ino) -> Result<&Inode> {
        self.slab.get(ino).ok_or(Error::Io)
    }

    pub(crate) fn inode_mut(&mut self, ino: Ino) -> Result<&mut Inode> {
        self.slab.get_mut(ino).ok_or(Error::Io)
    }

    pub(crate) fn directory(&self, ino: Ino) -> Result<&Directory> {
        match &self.inode(ino)?.node {
            Node::Directory(directory) => Ok(directory),
            _ => Err(Error::NotDirectory),
        }
    }

    pub(crate) fn directory_mut(&mut self, ino: Ino) -> Result<&mut Directory> {
        match &mut self.inode_mut(ino)?.node {
            Node::Directory(directory) => Ok(directory),
            _ => Err(Error::NotDirectory),
        }
    }

    pub(crate) fn lookup(&self, dir: Ino, name: Name<'_>) -> Result<Option<Entry>> {
        Ok(self.directory(dir)?.lookup(name))
    }

    /// The next change number: it differs from every one before.
    pub(crate) fn next_change(&mut self) -> u64 {
        self.changes = self.changes.wrapping_add(1);
        self.changes
    }

    /// The child of `ancestor` that is, or holds, `dir`: `None` where `dir` is not below
    /// `ancestor`.
    pub(crate) fn child_towards(&self, ancestor: Ino, dir: Ino) -> Result<Option<Ino>> {
        let mut at = dir;
        while at != ROOT {
            let parent = self.directory(at)?.parent();
            if parent == ancestor {
                return Ok(Some(at));
            }
            at = parent;
        }
        Ok(None)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Ino, &Inode)> {
        self.slab.iter()
    }
}
