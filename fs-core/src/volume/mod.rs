//! The operations, by what they work on.

mod check;
mod data;
mod life;
mod link;
mod metadata;
mod mount;
mod names;
mod open;
mod rename;
mod stream;
mod times;

use crate::handle::Handles;
use crate::quota::Ledger;
use crate::tree::{Inode, Tree};
use crate::{Access, Env, Error, Fd, Ino, Kind, Limits, Result, Usage};

/// A filesystem.
///
/// A path argument is relative to a directory handle: an absolute one is `NotPermitted`, an empty
/// one `NoEntry`, one longer than [`PATH_BYTES_MAX`](crate::PATH_BYTES_MAX) `NameTooLong`, one with
/// a NUL `Invalid`. `..` stops at the root, and the absolute target of a symbolic link starts
/// there.
///
/// Every change needs a handle with the right to it: [`Access::MUTATE_DIRECTORY`] on the directory
/// that a path starts from (else `ReadOnly`), [`Access::WRITE`] on a file (else `BadDescriptor`). A
/// read-only inode refuses it with `ReadOnly`.
#[derive(Debug)]
pub struct Volume<E> {
    env: E,
    tree: Tree,
    handles: Handles,
    ledger: Ledger,
    marks: times::Marks,
    read_only: bool,
}

impl<E: Env> Volume<E> {
    /// What the volume holds now.
    pub fn usage(&self) -> Usage {
        self.ledger.usage(self.handles.len())
    }

    /// What the volume may hold.
    pub fn limits(&self) -> Limits {
        self.ledger.limits()
    }

    /// Makes the whole volume refuse changes, or allow them again where no inode of its own refuses
    /// them.
    pub fn set_read_only_root(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    fn inode_of(&self, fd: Fd) -> Result<&Inode> {
        self.tree.inode(self.handles.get(fd)?.ino)
    }

    /// The directory that paths start from.
    fn base(&self, fd: Fd) -> Result<Ino> {
        let ino = self.handles.get(fd)?.ino;
        match self.tree.inode(ino)?.kind() {
            Kind::Directory => Ok(ino),
            _ => Err(Error::NotDirectory),
        }
    }

    /// The directory that paths of changes start from.
    fn base_to_change(&self, fd: Fd) -> Result<Ino> {
        let ino = self.base(fd)?;
        match self
            .handles
            .get(fd)?
            .access
            .contains(Access::MUTATE_DIRECTORY)
        {
            true => Ok(ino),
            false => Err(Error::ReadOnly),
        }
    }

    fn check_writable(&self, ino: Ino) -> Result<()> {
        match self.read_only || self.tree.inode(ino)?.read_only {
            true => Err(Error::ReadOnly),
            false => Ok(()),
        }
    }
}
