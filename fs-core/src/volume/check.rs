//! The invariants as code, for tests to run after every step.

use alloc::collections::BTreeMap;

use super::Volume;
use crate::quota::Quota;
use crate::tree::{Inode, Node, ROOT, Tree};
use crate::{Env, Ino, Kind, Usage};

/// What refers to an inode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct References {
    names: u32,
    subdirs: u32,
    opens: u32,
}

/// How often inodes are held open, by whom the caller knows.
pub(crate) type Opens = BTreeMap<Ino, u32>;

type Checked<T> = Result<T, (&'static str, Ino)>;

impl<E: Env> Volume<E> {
    /// The usage, counted from what is there, but for handles; or what of it is charged to one quota.
    #[doc(hidden)]
    pub fn recount(&self, quota: Option<&Quota>) -> crate::Result<Usage> {
        let tree = self.tree.read()?;
        let (mut bytes, mut inodes) = (0, 0);
        for (_, inode) in tree.iter() {
            let is_charged = |quota: &Quota| inode.quota.as_ref().is_some_and(|own| own.is(quota));
            if !quota.is_none_or(is_charged) {
                continue;
            }
            let further_names = match inode.kind() {
                Kind::Directory => 0,
                Kind::File | Kind::Symlink => inode.nlink.saturating_sub(1),
            };
            bytes += inode.bytes_charged()?;
            inodes += 1 + further_names;
        }
        Ok(Usage {
            bytes,
            inodes,
            handles: 0,
        })
    }

    /// Whether every invariant holds; if not, which one, and for which inode. `opens` are all handles
    /// there are, where the caller knows them. Nobody may be using the volume meanwhile.
    #[doc(hidden)]
    pub fn check_all(&self, opens: Option<&Opens>) -> Checked<()> {
        let usage = self.usage();
        let recount = self.recount(None).map_err(|_| ("a lock is held", ROOT))?;
        ensure(
            (usage.bytes, usage.inodes) == (recount.bytes, recount.inodes),
            "ledger",
            ROOT,
        )?;
        let tree = self.tree.read().map_err(|_| ("a lock is held", ROOT))?;
        let references = references(&tree, opens)?;
        for (ino, inode) in tree.iter() {
            let found = references.get(&ino).copied().unwrap_or_default();
            if opens.is_some() {
                ensure(inode.opens.get() == found.opens, "opens", ino)?;
            }
            check_references(ino, inode, found)?;
            check_node(ino, &inode.node, inode.read_only)?;
        }
        Ok(())
    }
}

fn check_node(ino: Ino, node: &Node, inode_is_read_only: bool) -> Checked<()> {
    match node {
        Node::Directory(directory, _) => directory.check().map_err(|broken| (broken, ino)),
        Node::File(file) => {
            let content = file.0.read().map_err(|_| ("a lock is held", ino))?;
            content.body.check().map_err(|broken| (broken, ino))
        }
        Node::Symlink(target, _) => ensure(!target.is_empty(), "empty symlink", ino),
        Node::Device(..) => ensure(inode_is_read_only, "a device that may be changed", ino),
        Node::Vacant(_) => Err(("vacant inode", ino)),
    }
}

fn references(tree: &Tree, opens: Option<&Opens>) -> Checked<BTreeMap<Ino, References>> {
    let mut references: BTreeMap<Ino, References> = BTreeMap::new();
    for (&ino, &count) in opens.into_iter().flatten() {
        references.entry(ino).or_default().opens += count;
    }
    for (ino, inode) in tree.iter() {
        let Node::Directory(directory, _) = &inode.node else {
            continue;
        };
        if inode.nlink == 0 {
            references.entry(directory.parent()).or_default().opens += 1;
        }
        for entry in directory.entries() {
            let child = tree.inode(entry.ino).map_err(|_| ("dangling entry", ino))?;
            ensure(child.kind() == entry.kind, "kind of an entry", ino)?;
            ensure(
                child.read_only || !inode.read_only,
                "read-only subtree",
                ino,
            )?;
            references.entry(entry.ino).or_default().names += 1;
            if let Node::Directory(subdir, _) = &child.node {
                ensure(subdir.parent() == ino, "parent", entry.ino)?;
                references.entry(ino).or_default().subdirs += 1;
            }
        }
    }
    Ok(references)
}

fn check_references(ino: Ino, inode: &Inode, found: References) -> Checked<()> {
    ensure(
        inode.nlink > 0 || inode.opens.get() > 0,
        "unreferenced inode",
        ino,
    )?;
    match &inode.node {
        Node::Directory(directory, _) if inode.nlink == 0 => ensure(
            found.names == 0 && directory.is_empty(),
            "removed directory",
            ino,
        ),
        Node::Directory(..) => {
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

fn ensure(holds: bool, invariant: &'static str, ino: Ino) -> Checked<()> {
    match holds {
        true => Ok(()),
        false => Err((invariant, ino)),
    }
}
