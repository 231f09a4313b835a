//! Making and removing names: directories, symbolic links, `unlink`.

use alloc::borrow::Cow;

use super::View;
use crate::tree::{Entry, Name, Node, Tree};
use crate::walk::{self, Last, Parent};
use crate::{Env, Error, Fd, Ino, Kind, PATH_BYTES_MAX, Result, text};

/// A name that is free, and the directory that may get it.
#[derive(Debug)]
pub(super) struct Vacancy<'p> {
    pub(super) dir: Ino,
    pub(super) name: Name<'p>,
}

impl<E: Env> View<E> {
    /// Creates an empty directory.
    pub fn create_directory_at(&mut self, dir: Fd, path: &str) -> Result<()> {
        let mut tree = self.volume.tree.write()?;
        let Vacancy { dir, name } = self.vacancy(&tree, dir, path, Kind::Directory)?;
        let make = |stamps| Node::directory(dir, stamps);
        self.volume
            .create(&mut tree, dir, name, make, self.quota.as_ref())
            .map(drop)
    }

    /// Removes an empty directory. Handles on it stay open, and find it empty.
    pub fn remove_directory_at(&mut self, dir: Fd, path: &str) -> Result<()> {
        let base = self.base_to_change(dir)?;
        let mut tree = self.volume.tree.write()?;
        let parent = walk::parent(&tree, base, path)?;
        let (name, entry) = match parent.last {
            Last::Name(name) => tree.lookup_component(parent.dir, name)?,
            Last::Dot => return Err(Error::Invalid),
            Last::DotDot => return Err(Error::NotEmpty),
        };
        let entry = entry.ok_or(Error::NoEntry)?;
        if !tree.directory(entry.ino)?.is_empty() {
            return Err(Error::NotEmpty);
        }
        self.remove(&mut tree, parent.dir, name, entry)
    }

    /// Removes a name of a file or symbolic link, and what it names with its last name and its last
    /// handle.
    pub fn unlink_file_at(&mut self, dir: Fd, path: &str) -> Result<()> {
        let base = self.base_to_change(dir)?;
        let mut tree = self.volume.tree.write()?;
        let parent = walk::parent(&tree, base, path)?;
        let Last::Name(name) = parent.last else {
            return Err(Error::IsDirectory);
        };
        let (name, entry) = tree.lookup_component(parent.dir, name)?;
        let entry = entry.ok_or(Error::NoEntry)?;
        match entry.kind {
            Kind::Directory => Err(Error::IsDirectory),
            Kind::File | Kind::Symlink if parent.slash => Err(Error::NotDirectory),
            Kind::File | Kind::Symlink => self.remove(&mut tree, parent.dir, name, entry),
        }
    }

    /// Creates a symbolic link. The target is any text of 1 to 4095 bytes without NUL; an absolute
    /// one leads to the root of the volume.
    pub fn symlink_at(&mut self, target: &str, dir: Fd, path: &str) -> Result<()> {
        match target.as_bytes() {
            [] => return Err(Error::NoEntry),
            bytes if bytes.len() > PATH_BYTES_MAX => return Err(Error::NameTooLong),
            _ if text::contains(target, 0) => return Err(Error::Invalid),
            _ => {}
        }
        let mut tree = self.volume.tree.write()?;
        let Vacancy { dir, name } = self.vacancy(&tree, dir, path, Kind::Symlink)?;
        let account = self.volume.account(self.quota.as_ref());
        let len = target.len() as u64;
        account.reserve_bytes(len)?;
        let target = text::own(target).inspect_err(|_| account.release_bytes(len))?;
        let make = |stamps| Ok(Node::Symlink(Cow::Owned(target), stamps));
        self.volume
            .create(&mut tree, dir, name, make, self.quota.as_ref())
            .map(drop)
    }

    /// The place for something new: what `filename_create` of Linux checks.
    pub(super) fn vacancy<'p>(
        &self,
        tree: &Tree,
        dir: Fd,
        path: &'p str,
        kind: Kind,
    ) -> Result<Vacancy<'p>> {
        let base = self.base_to_change(dir)?;
        let Parent { dir, last, slash } = walk::parent(tree, base, path)?;
        let Last::Name(name) = last else {
            return Err(Error::Exist);
        };
        let (name, entry) = tree.lookup_component(dir, name)?;
        if entry.is_some() {
            return Err(Error::Exist);
        }
        if slash && kind != Kind::Directory {
            return Err(Error::NoEntry);
        }
        self.check_vacancy(tree, dir)?;
        Ok(Vacancy { dir, name })
    }

    /// Whether a directory can get a name: it may be changed, and has not been removed.
    pub(super) fn check_vacancy(&self, tree: &Tree, dir: Ino) -> Result<()> {
        if tree.inode(dir)?.nlink == 0 {
            return Err(Error::NoEntry);
        }
        self.check_writable(tree, dir)
    }

    fn remove(&self, tree: &mut Tree, dir: Ino, name: Name<'_>, entry: Entry) -> Result<()> {
        self.check_writable(tree, dir)?;
        self.check_writable(tree, entry.ino)?;
        self.volume.remove_name(tree, dir, name, entry)
    }
}
