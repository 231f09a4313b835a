//! What one program sees of a volume, and does with it: the operations, by what they work on.

mod data;
mod device;
#[cfg(any(feature = "std", shuttle))]
mod fork;
mod link;
mod metadata;
mod names;
mod open;
mod rename;
mod stream;

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::handle::{Handle, Handles};
use crate::image::Image;
use crate::quota::Quota;
use crate::sync::Shared;
use crate::tree::{ROOT, Tree};
use crate::volume::hold;
use crate::walk::{self, Start};
use crate::{Access, Env, Error, Fd, Follow, Ino, Kind, Limits, Result, Usage, Volume};

/// A program's view of a volume, and its open handles.
///
/// A path argument is relative to a directory handle: an absolute one is `NotPermitted`, an empty
/// one `NoEntry`, one longer than [`PATH_BYTES_MAX`](crate::PATH_BYTES_MAX) `NameTooLong`, one with
/// a NUL `Invalid`. `..` stops at the root of the view, and the absolute target of a symbolic link
/// starts there.
///
/// Every change needs a handle with the right to it: [`Access::MUTATE_DIRECTORY`] on the directory
/// that a path starts from (else `ReadOnly`), [`Access::WRITE`] on a file (else `BadDescriptor`). A
/// read-only inode or view refuses it with `ReadOnly`.
///
/// Handles belong to the view: dropping it closes them.
#[derive(Debug)]
pub struct View<E: Env> {
    root: Ino,
    read_only: bool,
    quota: Option<Quota>,
    handles: Handles,
    handles_max: u32,
    /// The text that was given last: the target of a link, or the name of an entry.
    text: String,
    /// Dropped last: files that are open may borrow from the image, which the volume may own.
    volume: Shared<Volume<E>>,
}

/// What a view is restricted to.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The path of its root from the root of the volume, with or without `/` before it; empty for all
    /// of the volume. Symbolic links are followed.
    pub root: &'a str,
    /// It refuses changes.
    pub read_only: bool,
    /// What is created through it is charged to this, beside the volume.
    pub quota: Option<Quota>,
    /// Handles that it may have open.
    pub handles_max: u32,
}

impl Default for Scope<'_> {
    /// All of the volume, with nothing but its limits.
    fn default() -> Self {
        Self {
            root: "",
            read_only: false,
            quota: None,
            handles_max: u32::MAX,
        }
    }
}

impl<E: Env> View<E> {
    /// A view of all of a new, empty volume.
    pub fn new(env: E, limits: Limits) -> Result<Self> {
        Self::whole(Volume::new(env, limits)?)
    }

    /// A view of all of a new volume with the content of an image.
    pub fn from_image(env: E, limits: Limits, image: Image<'static>) -> Result<Self> {
        Self::whole(Volume::from_image(env, limits, image)?)
    }

    fn whole(volume: Volume<E>) -> Result<Self> {
        Self::of(Shared::new(volume), &Scope::default())
    }

    /// A view of a volume. `NoEntry`, `NotDirectory` and what else there is where the root is not a
    /// directory of the volume.
    pub fn of(volume: Shared<Volume<E>>, scope: &Scope<'_>) -> Result<Self> {
        let tree = volume.tree.read()?;
        let root = root(&tree, scope.root)?;
        hold(&tree, root)?;
        drop(tree);
        Ok(Self {
            volume,
            root,
            read_only: scope.read_only,
            quota: scope.quota.clone(),
            handles: Handles::default(),
            handles_max: scope.handles_max,
            text: String::new(),
        })
    }

    /// The volume.
    pub fn volume(&self) -> &Shared<Volume<E>> {
        &self.volume
    }

    /// What the volume holds now, and the handles of this view.
    pub fn usage(&self) -> Usage {
        Usage {
            handles: self.handles(),
            ..self.volume.usage()
        }
    }

    /// Its handles.
    pub fn handles(&self) -> u32 {
        self.handles.len()
    }

    /// What the volume may hold.
    pub fn limits(&self) -> Limits {
        self.volume.limits()
    }

    /// Makes the whole view refuse changes, or allow them again where no inode of its own refuses
    /// them.
    pub fn set_read_only_root(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Gives all marked times the time of now. Call it before waiting for something outside.
    pub fn settle(&mut self) {
        // That can fail only while an operation is under way.
        self.volume.settle().unwrap_or_default();
    }

    /// Whether every invariant holds, where this is the only view of its volume; if not, which one,
    /// and for which inode.
    #[doc(hidden)]
    pub fn check(&self) -> core::result::Result<(), (&'static str, Ino)> {
        let mut opens = BTreeMap::from([(self.root, 1)]);
        for handle in self.handles.iter() {
            *opens.entry(handle.ino).or_default() += 1;
        }
        let handles = self.handles.iter().count() as u32;
        match handles == self.volume.usage().handles && handles == self.handles.len() {
            true => self.volume.check_all(Some(&opens)),
            false => Err(("handles", self.root)),
        }
    }

    /// The usage, counted from what is there.
    #[doc(hidden)]
    pub fn recount(&self) -> Result<Usage> {
        Ok(Usage {
            handles: self.handles.iter().count() as u32,
            ..self.volume.recount(None)?
        })
    }

    /// The directory that paths start from.
    fn base(&self, fd: Fd) -> Result<Start> {
        start(self.root, self.handles.get(fd)?)
    }

    /// The directory that paths of changes start from.
    fn base_to_change(&self, fd: Fd) -> Result<Start> {
        let handle = self.handles.get(fd)?;
        let start = start(self.root, handle)?;
        match handle.access.contains(Access::MUTATE_DIRECTORY) {
            true => Ok(start),
            false => Err(Error::ReadOnly),
        }
    }

    fn check_writable(&self, tree: &Tree, ino: Ino) -> Result<()> {
        match self.read_only || tree.inode(ino)?.read_only {
            true => Err(Error::ReadOnly),
            false => Ok(()),
        }
    }
}

impl<E: Env> Drop for View<E> {
    fn drop(&mut self) {
        let held = self.handles.iter().map(|handle| handle.ino);
        for ino in held.chain([self.root]) {
            // What is held exists; nothing is left to do where it does not.
            self.volume.release(ino).unwrap_or_default();
        }
        for _ in self.handles.iter() {
            self.volume.ledger.release_handle();
        }
    }
}

fn start(root: Ino, handle: &Handle) -> Result<Start> {
    match handle.kind {
        Kind::Directory => Ok(Start {
            dir: handle.ino,
            root,
        }),
        Kind::File | Kind::Symlink => Err(Error::NotDirectory),
    }
}

/// The directory that a view is rooted at.
fn root(tree: &Tree, path: &str) -> Result<Ino> {
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        return Ok(ROOT);
    }
    let volume = Start {
        dir: ROOT,
        root: ROOT,
    };
    let entry = walk::resolve(tree, volume, path, Follow::Yes)?.existing()?;
    match entry.kind {
        Kind::Directory => Ok(entry.ino),
        Kind::File | Kind::Symlink => Err(Error::NotDirectory),
    }
}

/// Replaces what `text` holds; gives it back.
fn put<'t>(text: &'t mut String, new: &str) -> Result<&'t str> {
    text.clear();
    text.try_reserve(new.len())
        .map_err(|_| Error::InsufficientMemory)?;
    text.push_str(new);
    Ok(text)
}
