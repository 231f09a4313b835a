//! The namespace: inodes, and directories that give them names.

mod dir;
mod file;
mod inode;
mod name;
mod rename;
mod slab;
mod stamps;

pub(crate) use dir::{Directory, Entry};
pub(crate) use file::{Content, File};
pub(crate) use inode::{Inode, Node};
pub(crate) use name::Name;
pub(crate) use rename::{Move, plan_rename};
pub(crate) use stamps::{LATEST, MARKED, Stamps};

use crate::volume::Marks;
use crate::{Error, Ino, Result};

/// The root directory: `..` of it is itself.
pub(crate) const ROOT: Ino = Ino(0);

/// All inodes of a volume.
#[derive(Debug)]
pub(crate) struct Tree {
    slab: slab::Slab,
    /// Inodes made so far.
    creations: u64,
    /// What has times to be settled.
    pub(crate) marks: Marks,
}

/// Changes of an inode before its numbers could be those of another one's. What tells two states apart
/// is the number together with the inode's own, its times and its size.
const CHANGES_PER_CREATION: u64 = 1 << 24;

impl Tree {
    pub(crate) fn new() -> Self {
        Self {
            slab: slab::Slab::new(),
            creations: 0,
            marks: Marks::none(),
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
            Node::Directory(directory, _) => Ok(directory),
            _ => Err(Error::NotDirectory),
        }
    }

    pub(crate) fn directory_mut(&mut self, ino: Ino) -> Result<&mut Directory> {
        match &mut self.inode_mut(ino)?.node {
            Node::Directory(directory, _) => Ok(directory),
            _ => Err(Error::NotDirectory),
        }
    }

    pub(crate) fn lookup(&self, dir: Ino, name: Name<'_>) -> Result<Option<Entry>> {
        Ok(self.directory(dir)?.lookup(name))
    }

    /// A component of a path looked up in a directory: as a name, and what that stands for. In a directory
    /// that has been removed no name is too long not to be there: Linux asks in that order.
    #[inline]
    pub(crate) fn lookup_component<'a>(
        &self,
        dir: Ino,
        component: &'a str,
    ) -> Result<(Name<'a>, Option<Entry>)> {
        match Name::from_component(component) {
            Ok(name) => Ok((name, self.lookup(dir, name)?)),
            Err(_) if self.inode(dir)?.nlink == 0 => Err(Error::NoEntry),
            Err(error) => Err(error),
        }
    }

    /// The first change number of a new inode.
    pub(crate) fn next_creation(&mut self) -> u64 {
        self.creations = self.creations.wrapping_add(1);
        self.creations.wrapping_mul(CHANGES_PER_CREATION)
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

    /// Whether `dir` is `ancestor` or below it.
    pub(crate) fn is_within(&self, ancestor: Ino, dir: Ino) -> Result<bool> {
        Ok(dir == ancestor || self.child_towards(ancestor, dir)?.is_some())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Ino, &Inode)> {
        self.slab.iter()
    }
}
