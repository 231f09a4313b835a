//! How inodes come to be and cease.

use super::Volume;
use super::times::Marks;
use crate::boxed::Boxed;
use crate::tree::{Directory, Entry, Inode, Name, Node, ROOT, Tree};
use crate::{Env, Error, Ino, Kind, Limits, Result, Time};

use crate::handle::Handles;
use crate::quota::Ledger;

impl<E: Env> Volume<E> {
    /// An empty volume: a root directory.
    pub fn new(env: E, limits: Limits) -> Result<Self> {
        let mut volume = Self::bare(env, limits);
        volume.ledger.reserve_inodes(1)?;
        let root = Node::Directory(Boxed::try_new(Directory::new(ROOT))?);
        let now = volume.now();
        let root = volume.tree.insert(Inode::new(root, now, 0))?;
        volume.note_new(root, now);
        Ok(volume)
    }

    /// A volume without even a root.
    pub(super) fn bare(env: E, limits: Limits) -> Self {
        Self {
            env,
            tree: Tree::new(),
            handles: Handles::default(),
            ledger: Ledger::new(limits),
            marks: Marks::none(),
            read_only: false,
        }
    }

    /// Creates an inode under a name that is free, in a directory that may be changed. The caller
    /// has reserved the bytes that the node is charged with, and gets them back if this fails.
    pub(super) fn create(
        &mut self,
        dir: Ino,
        name: Name<'_>,
        node: Node,
        now: Time,
    ) -> Result<Ino> {
        let change = self.tree.next_change();
        let inode = Inode::new(node, now, change);
        let (kind, bytes) = (inode.kind(), inode.bytes_charged());
        let created = self.create_reserved(dir, name, inode);
        match created {
            Ok(ino) => {
                self.note_new(ino, now);
                if kind == Kind::Directory {
                    self.add_links(dir, 1)?;
                }
                self.modified(dir, now)?;
                Ok(ino)
            }
            Err(error) => {
                self.ledger.release_bytes(bytes);
                Err(error)
            }
        }
    }

    fn create_reserved(&mut self, dir: Ino, name: Name<'_>, inode: Inode) -> Result<Ino> {
        let kind = inode.kind();
        self.ledger.reserve_inodes(1)?;
        let created = self.tree.insert(inode).and_then(|ino| {
            let named = self
                .tree
                .directory_mut(dir)?
                .insert(name, Entry { ino, kind });
            named.inspect_err(|_| drop(self.tree.remove(ino)))?;
            Ok(ino)
        });
        created.inspect_err(|_| self.ledger.release_inode())
    }

    /// A name of `entry` is gone. `dir` is the directory that held it.
    pub(super) fn drop_name(&mut self, dir: Ino, entry: Entry, now: Time) -> Result<()> {
        self.changed(entry.ino, now)?;
        let inode = self.tree.inode_mut(entry.ino)?;
        match entry.kind {
            Kind::Directory => {
                inode.nlink = 0;
                self.remove_links(dir, 1)?;
                // `..` of a removed directory goes on to work.
                let parent = self.tree.inode_mut(dir)?;
                parent.opens = parent.opens.saturating_add(1);
            }
            Kind::File | Kind::Symlink => {
                inode.nlink = inode.nlink.saturating_sub(1);
                if inode.nlink > 0 {
                    self.ledger.release_inode();
                }
            }
        }
        self.reap(entry.ino);
        Ok(())
    }

    /// Something that held `ino` open lets go.
    pub(super) fn release(&mut self, ino: Ino) -> Result<()> {
        let inode = self.tree.inode_mut(ino)?;
        inode.opens = inode.opens.saturating_sub(1);
        if inode.opens == 0 && inode.nlink > 0 {
            self.settle_inode(ino)?;
        }
        self.reap(ino);
        Ok(())
    }

    pub(super) fn add_links(&mut self, ino: Ino, count: u32) -> Result<()> {
        let inode = self.tree.inode_mut(ino)?;
        inode.nlink = inode.nlink.checked_add(count).ok_or(Error::TooManyLinks)?;
        Ok(())
    }

    pub(super) fn remove_links(&mut self, ino: Ino, count: u32) -> Result<()> {
        let inode = self.tree.inode_mut(ino)?;
        inode.nlink = inode.nlink.saturating_sub(count);
        Ok(())
    }

    /// Frees an inode that nothing names or holds, and then what only it held: the parents of
    /// removed directories.
    fn reap(&mut self, mut ino: Ino) {
        while let Ok(inode) = self.tree.inode(ino)
            && inode.nlink == 0
            && inode.opens == 0
        {
            let Some(inode) = self.tree.remove(ino) else {
                return;
            };
            self.ledger.release_bytes(inode.bytes_charged());
            self.ledger.release_inode();
            let Node::Directory(directory) = inode.node else {
                return;
            };
            ino = directory.parent();
            if let Ok(parent) = self.tree.inode_mut(ino) {
                parent.opens = parent.opens.saturating_sub(1);
            }
        }
    }
}
