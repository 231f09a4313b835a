//! A volume at one moment, without what the host makes (devices).
//!
//! It takes the lock of the tree and those of all files, each for as long as it takes to count the
//! references of the chunks: no byte of a file is copied. So it is a state that the volume was in, and
//! what a program wrote later is in it only together with what it wrote before. What is written after
//! that is written to a copy of the chunk it goes to: a snapshot that is kept while everything changes
//! keeps as much memory again, which no ledger counts.

use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::body::Still;
use crate::boxed::reserve;
use crate::sync::Write;
use crate::tree::{Content, Inode, Node, ROOT, Tree};
use crate::{Env, Error, Ino, Kind, Result, Run, Stat, Volume, text};

type State = foldhash::fast::FixedState;

/// What a volume held at one moment: everything that had a name.
#[derive(Debug)]
pub struct Snapshot {
    inodes: HashMap<Ino, SnapshotInode, State>,
}

/// One inode of a [`Snapshot`].
#[derive(Debug)]
pub struct SnapshotInode {
    stat: Stat,
    read_only: bool,
    body: Held,
}

#[derive(Debug)]
enum Held {
    File(Still),
    Directory(Vec<(String, Ino, Kind)>),
    Symlink(String),
}

impl Snapshot {
    /// The root directory.
    pub fn root(&self) -> Ino {
        ROOT
    }

    /// An inode that the root, or an entry, leads to.
    pub fn inode(&self, ino: Ino) -> Option<&SnapshotInode> {
        self.inodes.get(&ino)
    }
}

impl SnapshotInode {
    /// Its metadata.
    pub fn stat(&self) -> &Stat {
        &self.stat
    }

    /// Whether it refuses changes.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The entries of a directory, in the order in which they were made; none of anything else.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, Ino, Kind)> {
        let entries = match &self.body {
            Held::Directory(entries) => entries.as_slice(),
            Held::File(_) | Held::Symlink(_) => &[],
        };
        entries
            .iter()
            .map(|(name, ino, kind)| (name.as_str(), *ino, *kind))
    }

    /// The target of a symbolic link.
    pub fn target(&self) -> Option<&str> {
        match &self.body {
            Held::Symlink(target) => Some(target),
            Held::File(_) | Held::Directory(_) => None,
        }
    }

    /// The longest stored run of a file at an offset; `Io` in a damaged block of an image. Anything
    /// else is at its end.
    pub fn run(&self, offset: u64) -> Result<Run<'_>> {
        match &self.body {
            Held::File(still) => still.run(offset),
            Held::Directory(_) | Held::Symlink(_) => Ok(Run::End),
        }
    }
}

impl<E: Env> Volume<E> {
    /// What the volume holds now, at the cost of a reference for each chunk and a copy of the names.
    ///
    /// # Errors
    ///
    /// `InsufficientMemory`.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.snapshot_at(|| ())
    }

    /// As [`Volume::snapshot`], and calls `moment` at the moment that the snapshot is of: what
    /// [`Env::changed`] was told before is in it, and what it is told afterwards is not. `moment` must
    /// not use the volume.
    ///
    /// # Errors
    ///
    /// `InsufficientMemory`; `moment` may have been called.
    pub fn snapshot_at(&self, moment: impl FnOnce()) -> Result<Snapshot> {
        let mut tree = self.tree.write()?;
        self.settle_marks(&mut tree);
        // All locks are held before the first file is looked at, so that it is one moment.
        let mut files = locked(&tree)?;
        let mut inodes: HashMap<Ino, SnapshotInode, State> = HashMap::default();
        inodes
            .try_reserve(tree.iter().count())
            .map_err(|_| Error::InsufficientMemory)?;
        let now = self.settling();
        for (ino, content) in &mut files {
            // What has just been marked may not be noted yet.
            content.stamps.settle(now);
            let inode = tree.inode(*ino)?;
            let still = Held::File(content.body.still()?);
            inodes.insert(*ino, snapshot(inode, stat(*ino, inode, content), still));
        }
        moment();
        drop(files);
        let lasting = |(_, inode): &(Ino, &Inode)| inode.nlink > 0 && !inode.synthetic;
        for (ino, inode) in tree.iter().filter(lasting) {
            let body = match &inode.node {
                Node::Directory(directory, _) => {
                    let mut entries = Vec::new();
                    reserve(&mut entries, directory.len())?;
                    for entry in directory.entries() {
                        if tree.inode(entry.ino)?.synthetic {
                            continue;
                        }
                        entries.push((text::own(entry.name)?, entry.ino, entry.kind));
                    }
                    Held::Directory(entries)
                }
                Node::Symlink(target, _) => Held::Symlink(text::own(target)?),
                Node::File(_) | Node::Device(..) | Node::Vacant(_) => continue,
            };
            inodes.insert(ino, snapshot(inode, inode.stat(ino)?.0, body));
        }
        Ok(Snapshot { inodes })
    }
}

/// The files that have a name, all locked.
fn locked(tree: &Tree) -> Result<Vec<(Ino, Write<'_, Content>)>> {
    let mut files = Vec::new();
    reserve(&mut files, tree.iter().count())?;
    for (ino, inode) in tree.iter() {
        if let Node::File(file) = &inode.node
            && inode.nlink > 0
        {
            files.push((ino, file.0.write()?));
        }
    }
    Ok(files)
}

fn snapshot(inode: &Inode, stat: Stat, body: Held) -> SnapshotInode {
    SnapshotInode {
        stat,
        read_only: inode.read_only,
        body,
    }
}

/// The metadata of a file whose lock is held.
fn stat(ino: Ino, inode: &Inode, content: &Content) -> Stat {
    inode.stat_of(ino, content.body.size(), &content.stamps)
}
