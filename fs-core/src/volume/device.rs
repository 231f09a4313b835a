//! Mounting what the host makes, and making it anew.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use super::Volume;
use crate::device::{DeviceDirectory, Synthetic};
use crate::tree::{Entry, Name, Node, ROOT, Tree};
use crate::walk::{self, Last, Start};
use crate::{Env, Error, Ino, Kind, Result};

/// Directories in one another that a host can make, so that it needs no stack without limit.
pub const SYNTHETIC_DEPTH_MAX: usize = 64;

impl<E: Env> Volume<E> {
    /// Mounts what the host makes at a path from the root of the volume, where nothing is yet and
    /// whose parent exists. It stays for as long as the volume lives, or until [`Volume::unmount`].
    ///
    /// # Errors
    ///
    /// `Exist`, `NoEntry` and what else creating a name gives; `NameTooLong` or `Invalid` for a name in
    /// it that no directory can hold; `Loop` where it is deeper than [`SYNTHETIC_DEPTH_MAX`]. Then
    /// nothing of it is mounted.
    pub fn mount(&self, path: &str, node: Synthetic) -> Result<()> {
        let mut tree = self.tree.write()?;
        let (dir, name) = place(&tree, path)?;
        if tree.lookup(dir, name)?.is_some() {
            return Err(Error::Exist);
        }
        if tree.inode(dir)?.read_only {
            return Err(Error::ReadOnly);
        }
        self.plant(&mut tree, dir, name, node, SYNTHETIC_DEPTH_MAX)
    }

    /// Takes out what was mounted at a path. What a program has open of it stays open.
    ///
    /// # Errors
    ///
    /// `NoEntry`; `NotPermitted` where something else is.
    pub fn unmount(&self, path: &str) -> Result<()> {
        let mut tree = self.tree.write()?;
        let (dir, name) = place(&tree, path)?;
        let entry = tree.lookup(dir, name)?.ok_or(Error::NoEntry)?;
        match tree.inode(entry.ino)?.synthetic && !tree.inode(dir)?.synthetic {
            true => self.uproot(&mut tree, dir, name, entry),
            false => Err(Error::NotPermitted),
        }
    }

    /// Whether there has been any directory that is made on the fly.
    pub(crate) fn has_dynamic(&self) -> bool {
        self.has_dynamic.load(Ordering::Acquire)
    }

    /// Makes a directory anew, if the host makes it.
    pub(crate) fn remake(&self, ino: Ino) -> Result<()> {
        while let Some(source) = self.source(ino)? {
            let asked = self.asked.fetch_add(1, Ordering::AcqRel);
            // The host is asked while no lock is held.
            let made = source.entries()?;
            let mut tree = self.tree.write()?;
            // Who asked later may have been faster: what the host told then is not taken back.
            if is_made_by(&tree, ino, &source) {
                return match tree.directory_mut(ino)?.is_news(asked) {
                    true => self.reconcile(&mut tree, ino, made, SYNTHETIC_DEPTH_MAX),
                    false => Ok(()),
                };
            }
            // It was made anew with the directory that holds it, and is still to be asked; or it was
            // unmounted, and its number may be another inode's.
        }
        Ok(())
    }

    fn source(&self, ino: Ino) -> Result<Option<Arc<dyn DeviceDirectory>>> {
        let tree = self.tree.read()?;
        let directory = tree.directory(ino).ok();
        Ok(directory.and_then(|directory| directory.source().cloned()))
    }

    /// Lets a directory have these entries. What is there under its name and of its kind stays the
    /// inode that it is.
    fn reconcile(
        &self,
        tree: &mut Tree,
        dir: Ino,
        made: Vec<(String, Synthetic)>,
        depth_left: usize,
    ) -> Result<()> {
        let depth_left = depth_left.checked_sub(1).ok_or(Error::Loop)?;
        if tree.inode(dir)?.nlink == 0 {
            return Ok(());
        }
        let kinds: BTreeMap<&str, Kind> = made
            .iter()
            .map(|(name, node)| (name.as_str(), kind(node)))
            .collect();
        for (name, entry) in entries(tree, dir)? {
            if kinds.get(name.as_str()) != Some(&entry.kind) {
                self.uproot(tree, dir, Name::from_component(&name)?, entry)?;
            }
        }
        for (name, node) in made {
            let name = name_of(&name)?;
            match tree.lookup(dir, name)? {
                None => self.plant(tree, dir, name, node, depth_left)?,
                Some(entry) => self.replace(tree, entry.ino, node, depth_left)?,
            }
        }
        Ok(())
    }

    /// Gives an inode the content of a new node of the same kind.
    fn replace(&self, tree: &mut Tree, ino: Ino, node: Synthetic, depth_left: usize) -> Result<()> {
        match (node, &mut tree.inode_mut(ino)?.node) {
            (Synthetic::File(device), Node::Device(place, _)) => *place = device,
            (Synthetic::Dynamic(source), Node::Directory(directory, _)) => {
                directory.set_source(Some(source));
            }
            (Synthetic::Directory(made), Node::Directory(directory, _)) => {
                directory.set_source(None);
                return self.reconcile(tree, ino, made, depth_left);
            }
            _ => {}
        }
        Ok(())
    }

    /// Creates a node and what is below it, or nothing.
    fn plant(
        &self,
        tree: &mut Tree,
        dir: Ino,
        name: Name<'_>,
        node: Synthetic,
        depth_left: usize,
    ) -> Result<()> {
        let depth_left = depth_left.checked_sub(1).ok_or(Error::Loop)?;
        let (source, below) = match node {
            Synthetic::File(device) => {
                let make = |stamps| Ok(Node::Device(device, stamps));
                let ino = self.create(tree, dir, name, make, None)?;
                return mark(tree, ino);
            }
            Synthetic::Directory(below) => (None, below),
            Synthetic::Dynamic(source) => (Some(source), Vec::new()),
        };
        let make = |stamps| Node::directory(dir, stamps);
        let ino = self.create(tree, dir, name, make, None)?;
        mark(tree, ino)?;
        if source.is_some() {
            tree.directory_mut(ino)?.set_source(source);
            self.has_dynamic.store(true, Ordering::Release);
        }
        let kind = Kind::Directory;
        self.plant_all(tree, ino, below, depth_left)
            .or_else(|error| {
                self.uproot(tree, dir, name, Entry { ino, kind })?;
                Err(error)
            })
    }

    fn plant_all(
        &self,
        tree: &mut Tree,
        dir: Ino,
        nodes: Vec<(String, Synthetic)>,
        depth_left: usize,
    ) -> Result<()> {
        for (name, node) in nodes {
            let name = name_of(&name)?;
            if tree.lookup(dir, name)?.is_some() {
                return Err(Error::Exist);
            }
            self.plant(tree, dir, name, node, depth_left)?;
        }
        Ok(())
    }

    /// Removes a node and what is below it, which is no deeper than it was made.
    fn uproot(&self, tree: &mut Tree, dir: Ino, name: Name<'_>, entry: Entry) -> Result<()> {
        if entry.kind == Kind::Directory {
            for (name, below) in entries(tree, entry.ino)? {
                self.uproot(tree, entry.ino, Name::from_component(&name)?, below)?;
            }
        }
        self.remove_name(tree, dir, name, entry)
    }
}

fn is_made_by(tree: &Tree, ino: Ino, source: &Arc<dyn DeviceDirectory>) -> bool {
    let now = tree.directory(ino).ok().and_then(|now| now.source());
    now.is_some_and(|now| Arc::ptr_eq(now, source))
}

fn entries(tree: &Tree, dir: Ino) -> Result<Vec<(String, Entry)>> {
    let entries = tree.directory(dir)?.entries().map(|entry| {
        let (ino, kind) = (entry.ino, entry.kind);
        (String::from(entry.name), Entry { ino, kind })
    });
    Ok(entries.collect())
}

/// The directory and the name that a path from the root leads to.
fn place<'p>(tree: &Tree, path: &'p str) -> Result<(Ino, Name<'p>)> {
    let root = Start {
        dir: ROOT,
        root: ROOT,
    };
    let parent = walk::parent(tree, root, path.trim_start_matches('/'))?;
    match parent.last {
        Last::Name(name) => Ok((parent.dir, Name::from_component(name)?)),
        Last::Dot | Last::DotDot => Err(Error::Exist),
    }
}

/// A name that the host chose.
fn name_of(name: &str) -> Result<Name<'_>> {
    match name {
        "" | "." | ".." => Err(Error::Invalid),
        name if name.contains(['/', '\0']) => Err(Error::Invalid),
        name => Name::from_component(name),
    }
}

fn kind(node: &Synthetic) -> Kind {
    match node {
        Synthetic::File(_) => Kind::File,
        Synthetic::Directory(_) | Synthetic::Dynamic(_) => Kind::Directory,
    }
}

/// What the host makes refuses changes.
fn mark(tree: &mut Tree, ino: Ino) -> Result<()> {
    let inode = tree.inode_mut(ino)?;
    inode.read_only = true;
    inode.synthetic = true;
    if inode.kind() == Kind::Directory {
        inode.mode = 0o555;
    }
    Ok(())
}
