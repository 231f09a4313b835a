//! The invariants as code, for tests to run after every step.

use alloc::collections::BTreeMap;

use super::Volume;
use crate::tree::{Inode, Node, ROOT};
use crate::{Env, Ino, Kind, Usage};

/// What refers to an inode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct References {
    names: u32,
    subdirs: u32,
    opens: u32,
}

impl<E: Env> Volume<E> {
    /// The usage, counted from what is there.
    #[doc(hidden)]
    pub fn recount(&self) -> Usage {
        let (mut bytes, mut inodes) = (0, 0);
        for (_, inode) in self.tree.iter() {
            let further_names = match inode.kind() {
                Kind::Directory => 0,
                Kind::File | Kind::Symlink => inode.nlink.saturating_sub(1),
            };
            bytes += inode.bytes_charged();
            inodes += 1 + further_names;
        }
        Usage {
            bytes,
            inodes,
            handles: self.handles.iter().count() as u32,
        }
    }

    /// Whether every invariant holds; if not, which one, and for which inode.
    #[doc(hidden)]
    pub fn check(&self) -> Result<(), (&'static str, Ino)> {
        ensure(self.usage() == self.recount(), "ledger", ROOT)?;
        let references = self.references()?;
        for (ino, inode) in self.tree.iter() {
            let found = references.get(&ino).copied().unwrap_or_default();
            self.check_references(ino, inode, found)?;
            match &inode.node {
                Node::Directory(directory) => directory.check().map_err(|broken| (broken, ino))?,
                Node::File(body) => body.check().map_err(|broken| (broken, ino))?,
                Node::Symlink(target) => ensure(!target.is_empty(), "empty symlink", ino)?,
                Node::Vacant(_) => return Err(("vacant inode", ino)),
            }
        }
        Ok(())
    }

    fn references(&self) -> Result<BTreeMap<Ino, References>, (&'static str, Ino)> {
        let mut references: BTreeMap<Ino, References> = BTreeMap::new();
        for handle in self.handles.iter() {
            references.entry(handle.ino).or_default().opens += 1;
        }
        for (ino, inode) in self.tree.iter() {
            let Node::Directory(directory) = &inode.node else {
                continue;
            };
            if inode.nlink == 0 {
                references.entry(directory.parent()).or_default().opens += 1;
            }
            for entry in directory.entries() {
                let child = self
                    .tree
                    .inode(entry.ino)
                    .map_err(|_| ("dangling entry", ino))?;
                ensure(child.kind() == entry.kind, "kind of an entry", ino)?;
                ensure(
                    child.read_only || !inode.read_only,
                    "read-only subtree",
                    ino,
                )?;
                references.entry(entry.ino).or_default().names += 1;
                if let Node::Directory(subdir) = &child.node {
                    ensure(subdir.parent() == ino, "parent", entry.ino)?;
                    references.entry(ino).or_default().subdirs += 1;
                }
            }
        }
        Ok(references)
    }

    fn check_references(
        &self,
        ino: Ino,
        inode: &Inode,
        found: References,
    ) -> Result<(), (&'static str, Ino)> {
        ensure(inode.opens == found.opens, "opens", ino)?;
        ensure(
            inode.nlink > 0 || inode.opens > 0,
            "unreferenced inode",
            ino,
        )?;
        match &inode.node {
            Node::Directory(directory) if inode.nlink == 0 => ensure(
                found.names == 0 && directory.is_empty(),
                "removed directory",
                ino,
            ),
            Node::Directory(_) => {
                ensure(
                    found.names == u32::from(ino != ROOT),
                    "names of a directory",
                    ino,
                )?;
                ensure(
                    inode.nlink == 2 + found.subdirs,
                    "links of a directory",
                    ino,
                )
            }
            _ => ensure(inode.nlink == found.names, "links", ino),
        }
    }
}

fn ensure(holds: bool, invariant: &'static str, ino: Ino) -> Result<(), (&'static str, Ino)> {
    match holds {
        true => Ok(()),
        false => Err((invariant, ino)),
    }
}
