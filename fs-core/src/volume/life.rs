//! How inodes come to be and cease.

use super::Volume;
use crate::change::Change;
use crate::quota::Quota;
use crate::tree::{Entry, Inode, Name, Node, ROOT, Stamps, Tree};
use crate::{Env, Error, Ino, Kind, Limits, Result, Time};

impl<E: Env> Volume<E> {
    /// An empty volume: a root directory.
    pub fn new(env: E, limits: Limits) -> Result<Self> {
        let volume = Self::bare(env, limits);
        volume.ledger.reserve_inodes(1)?;
        let now = volume.now();
        let root = Inode::new(Node::directory(ROOT, Stamps::new(now, 0))?, None);
        let mut tree = volume.tree.write()?;
        let root = tree.insert(root)?;
        if now == crate::tree::MARKED {
            tree.marks.push(root);
        }
        drop(tree);
        Ok(volume)
    }

    /// Creates an inode under a name that is free, in a directory that may be changed. The caller
    /// has reserved the bytes that the node is charged with, and gets them back if this fails.
    pub(crate) fn create(
        &self,
        tree: &mut Tree,
        dir: Ino,
        name: Name<'_>,
        make: impl FnOnce(Stamps) -> Result<Node>,
        quota: Option<&Quota>,
    ) -> Result<Ino> {
        let now = self.now();
        let node = make(Stamps::new(now, tree.next_creation()))?;
        let inode = Inode::new(node, quota.cloned());
        let (kind, bytes) = (inode.kind(), inode.bytes_charged()?);
        let ino = self
            .create_reserved(tree, dir, name, inode)
            .inspect_err(|_| self.account(quota).release_bytes(bytes))?;
        self.note(tree, ino, now);
        if kind == Kind::Directory {
            add_links(tree, dir, 1)?;
        }
        self.modified(tree, dir, now)?;
        self.env.changed(Change::Added {
            dir,
            name: name.as_str(),
            ino,
            kind,
        });
        Ok(ino)
    }

    fn create_reserved(
        &self,
        tree: &mut Tree,
        dir: Ino,
        name: Name<'_>,
        inode: Inode,
    ) -> Result<Ino> {
        let (kind, quota) = (inode.kind(), inode.quota.clone());
        let account = self.account(quota.as_ref());
        account.reserve_inode()?;
        let created = tree.insert(inode).and_then(|ino| {
            let named = tree.directory_mut(dir)?.insert(name, Entry { ino, kind });
            named.inspect_err(|_| drop(tree.remove(ino)))?;
            Ok(ino)
        });
        created.inspect_err(|_| account.release_inode())
    }

    /// Takes out a name, which may be taken out.
    pub(crate) fn remove_name(
        &self,
        tree: &mut Tree,
        dir: Ino,
        name: Name<'_>,
        entry: Entry,
    ) -> Result<()> {
        let now = self.now();
        tree.directory_mut(dir)?.remove(name);
        self.modified(tree, dir, now)?;
        self.env.changed(Change::Removed {
            dir,
            name: name.as_str(),
            ino: entry.ino,
            kind: entry.kind,
        });
        self.drop_name(tree, dir, entry, now)
    }

    /// A name of `entry` is gone. `dir` is the directory that held it.
    pub(crate) fn drop_name(
        &self,
        tree: &mut Tree,
        dir: Ino,
        entry: Entry,
        now: Time,
    ) -> Result<()> {
        self.changed(tree, entry.ino, now)?;
        let inode = tree.inode_mut(entry.ino)?;
        match entry.kind {
            Kind::Directory => {
                inode.nlink = 0;
                remove_links(tree, dir, 1)?;
                // `..` of a removed directory goes on to work.
                hold(tree, dir)?;
            }
            Kind::File | Kind::Symlink => {
                inode.nlink = inode.nlink.saturating_sub(1);
                if inode.nlink > 0 {
                    self.account(inode.quota.as_ref()).release_inode();
                }
            }
        }
        self.reap(tree, entry.ino);
        Ok(())
    }

    /// Something that held `ino` open lets go.
    pub(crate) fn release(&self, ino: Ino) -> Result<()> {
        if self.let_go(&*self.tree.read()?, ino)? {
            return Ok(());
        }
        // Either it had no name, and this was the last to hold it: then nobody else comes here for it.
        // Or its times are to be settled: then it may meanwhile have been freed, or opened again.
        let mut tree = self.tree.write()?;
        if tree.inode(ino).is_ok_and(|inode| inode.nlink > 0) {
            self.settle_marks(&mut tree);
        }
        self.reap(&mut tree, ino);
        Ok(())
    }

    /// Whether that is all there is to do.
    fn let_go(&self, tree: &Tree, ino: Ino) -> Result<bool> {
        let inode = tree.inode(ino)?;
        let before = inode.opens.update(|opens| Some(opens.saturating_sub(1)));
        let is_last = before <= Some(1);
        Ok(!is_last || inode.nlink > 0 && !self.is_marked(inode)?)
    }

    /// Frees an inode that nothing names or holds, and then what only it held: the parents of
    /// removed directories.
    fn reap(&self, tree: &mut Tree, mut ino: Ino) {
        while let Ok(inode) = tree.inode(ino)
            && inode.nlink == 0
            && inode.opens.get() == 0
        {
            let Some(inode) = tree.remove(ino) else {
                return;
            };
            let account = self.account(inode.quota.as_ref());
            account.release_bytes(inode.bytes_charged().unwrap_or_default());
            account.release_inode();
            let Node::Directory(directory, _) = inode.node else {
                return;
            };
            ino = directory.parent();
            if let Ok(parent) = tree.inode(ino) {
                parent.opens.update(|opens| Some(opens.saturating_sub(1)));
            }
        }
    }
}

/// Something holds `ino` open.
pub(crate) fn hold(tree: &Tree, ino: Ino) -> Result<()> {
    let held = tree.inode(ino)?.opens.update(|opens| opens.checked_add(1));
    held.map(drop).ok_or(Error::InsufficientMemory)
}

pub(crate) fn add_links(tree: &mut Tree, ino: Ino, count: u32) -> Result<()> {
    let inode = tree.inode_mut(ino)?;
    inode.nlink = inode.nlink.checked_add(count).ok_or(Error::TooManyLinks)?;
    Ok(())
}

pub(crate) fn remove_links(tree: &mut Tree, ino: Ino, count: u32) -> Result<()> {
    let inode = tree.inode_mut(ino)?;
    inode.nlink = inode.nlink.saturating_sub(count);
    Ok(())
}
