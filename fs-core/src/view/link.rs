//! Links of both kinds: further names, and reading symbolic ones.

use super::names::Vacancy;
use super::{View, put};
use crate::change::Change;
use crate::tree::{Node, Tree};
use crate::volume::{Atime, add_links};
use crate::walk::{self, Start};
use crate::{Env, Error, Fd, Follow, Ino, Kind, LINKS_MAX, Result};

impl<E: Env> View<E> {
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
        let mut tree = self.volume.tree.write()?;
        let entry = walk::resolve(&tree, old_base, old, follow)?.existing()?;
        let Vacancy { dir, name } = self.vacancy(&tree, new_dir, new, Kind::File)?;
        if entry.kind == Kind::Directory {
            return Err(Error::NotPermitted);
        }
        self.check_writable(&tree, entry.ino)?;
        let inode = tree.inode(entry.ino)?;
        if inode.nlink >= LINKS_MAX {
            return Err(Error::TooManyLinks);
        }
        let quota = inode.quota.clone();
        let account = self.volume.account(quota.as_ref());
        account.reserve_inode()?;
        let named = tree.directory_mut(dir)?.insert(name, entry);
        named.inspect_err(|_| account.release_inode())?;
        let now = self.volume.now();
        add_links(&mut tree, entry.ino, 1)?;
        self.volume.changed(&mut tree, entry.ino, now)?;
        self.volume.modified(&mut tree, dir, now)?;
        self.volume.env.changed(Change::Added {
            dir,
            name: name.as_str(),
            ino: entry.ino,
            kind: entry.kind,
        });
        Ok(())
    }

    /// The target of a symbolic link; anything else is `Invalid`.
    pub fn readlink_at(&mut self, dir: Fd, path: &str) -> Result<&str> {
        let base = self.base(dir)?;
        self.refresh(base, path, Follow::No)?;
        let tree = self.volume.tree.read()?;
        let (ino, target) = symlink(&tree, base, path)?;
        let inode = tree.inode(ino)?;
        let read_only = self.read_only || inode.read_only;
        if self.volume.atime(&inode.stamps()?, read_only) == Atime::Stays {
            return put(&mut self.text, target);
        }
        drop(tree);
        // The path is resolved again: what it leads to may be gone.
        self.volume.settle()?;
        let mut tree = self.volume.tree.write()?;
        let (ino, target) = symlink(&tree, base, path)?;
        put(&mut self.text, target)?;
        let stamps = tree.inode(ino)?.stamps()?;
        if self.volume.atime(&stamps, read_only) == Atime::Due {
            let now = self.volume.now();
            let volume = &self.volume;
            volume.touch(&mut tree, ino, now, |stamps| stamps.atime = now)?;
        }
        Ok(&self.text)
    }
}

/// A symbolic link and its target.
fn symlink<'t>(tree: &'t Tree, base: Start, path: &'t str) -> Result<(Ino, &'t str)> {
    let entry = walk::resolve(tree, base, path, Follow::No)?.existing()?;
    match &tree.inode(entry.ino)?.node {
        Node::Symlink(target, _) => Ok((entry.ino, target)),
        _ => Err(Error::Invalid),
    }
}
