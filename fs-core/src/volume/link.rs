//! Links of both kinds: further names, and reading symbolic ones.

use super::Volume;
use super::names::Vacancy;
use crate::tree::Node;
use crate::walk;
use crate::{Env, Error, Fd, Follow, Kind, LINKS_MAX, Result};

impl<E: Env> Volume<E> {
    /// Gives a file or symbolic link a further name, which the ledger counts as an inode, as tmpfs
    /// does. A directory is `NotPermitted`.
    pub fn link_at(
        &mut self,
        old_dir: Fd,
        follow: Follow,
        old: &str,
        new_dir: Fd,
        new: &str,
    ) -> Result<()> {
        let old_base = self.base_to_change(old_dir)?;
        let entry = walk::resolve(&self.tree, old_base, old, follow)?.existing()?;
        let Vacancy { dir, name } = self.vacancy(new_dir, new, Kind::File)?;
        if entry.kind == Kind::Directory {
            return Err(Error::NotPermitted);
        }
        self.check_writable(entry.ino)?;
        if self.tree.inode(entry.ino)?.nlink >= LINKS_MAX {
            return Err(Error::TooManyLinks);
        }
        self.ledger.reserve_inodes(1)?;
        let named = self.tree.directory_mut(dir)?.insert(name, entry);
        named.inspect_err(|_| self.ledger.release_inode())?;
        let now = self.now();
        self.add_links(entry.ino, 1)?;
        self.changed(entry.ino, now)?;
        self.modified(dir, now)
    }

    /// The target of a symbolic link; anything else is `Invalid`.
    pub fn readlink_at(&mut self, dir: Fd, path: &str) -> Result<&str> {
        let base = self.base(dir)?;
        let entry = walk::resolve(&self.tree, base, path, Follow::No)?.existing()?;
        if entry.kind != Kind::Symlink {
            return Err(Error::Invalid);
        }
        self.accessed(entry.ino)?;
        match &self.tree.inode(entry.ino)?.node {
            Node::Symlink(target) => Ok(target),
            _ => Err(Error::Invalid),
        }
    }
}
