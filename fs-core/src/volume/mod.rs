//! What the views of a volume share, and how its inodes live.

mod check;
#[cfg(any(feature = "std", shuttle))]
mod device;
mod life;
mod mount;
mod times;

#[cfg(any(feature = "std", shuttle))]
pub use device::SYNTHETIC_DEPTH_MAX;
pub(crate) use life::{add_links, hold, remove_links};
pub(crate) use times::{Atime, Marks};

use core::fmt;

use crate::quota::{Account, Ledger, Quota};
use crate::sync::{Atomic64, Lock};
use crate::tree::{Node, Tree};
use crate::{DirEntry, Env, Ino, Limits, Result, Usage};

/// A filesystem. What programs do with it, they do through a [`View`](crate::View).
///
/// With the feature `std` it is `Send` and `Sync` if its [`Env`] is: views of it work at the same time,
/// and each operation takes place at one moment between its call and its return. The locks, and their
/// order, are told in `sync`.
pub struct Volume<E> {
    pub(crate) tree: Lock<Tree>,
    pub(crate) ledger: Ledger,
    /// When marked times were settled last.
    settled: Atomic64,
    /// There has been a directory that the host makes on the fly.
    #[cfg(any(feature = "std", shuttle))]
    has_dynamic: core::sync::atomic::AtomicBool,
    /// The number of the next question to such a directory: later ones have higher numbers.
    #[cfg(any(feature = "std", shuttle))]
    asked: core::sync::atomic::AtomicU64,
    /// Dropped last: it may own the bytes of the image that the tree borrows.
    pub(crate) env: E,
}

impl<E> Volume<E> {
    /// What the volume was made with.
    pub fn env(&self) -> &E {
        &self.env
    }

    /// What the volume holds now.
    pub fn usage(&self) -> Usage {
        self.ledger.usage()
    }

    /// What the volume may hold.
    pub fn limits(&self) -> Limits {
        self.ledger.limits()
    }

    pub(crate) fn account<'a>(&'a self, quota: Option<&'a Quota>) -> Account<'a> {
        Account::new(&self.ledger, quota)
    }
}

/// Without its files, which may be many.
impl<E> fmt::Debug for Volume<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Volume")
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}

impl<E: Env> Volume<E> {
    fn bare(env: E, limits: Limits) -> Self {
        Self {
            env,
            tree: Lock::new(Tree::new()),
            ledger: Ledger::new(limits),
            settled: Atomic64::new(0),
            #[cfg(any(feature = "std", shuttle))]
            has_dynamic: core::sync::atomic::AtomicBool::new(false),
            #[cfg(any(feature = "std", shuttle))]
            asked: core::sync::atomic::AtomicU64::new(1),
        }
    }

    /// Shows all names, each with the directory that it is in. None changes, and [`Env::changed`] is told
    /// of none, before `see` is done: who follows changes from there on has missed nothing. `see` must
    /// not use the volume.
    pub fn with_names<T>(
        &self,
        see: impl FnOnce(&mut dyn Iterator<Item = (Ino, DirEntry<'_>)>) -> T,
    ) -> Result<T> {
        let tree = self.tree.read()?;
        let directories = tree.iter().filter_map(|(ino, inode)| match &inode.node {
            Node::Directory(directory, _) => Some((ino, directory)),
            _ => None,
        });
        let mut names = directories
            .flat_map(|(ino, directory)| directory.entries().map(move |entry| (ino, entry)));
        Ok(see(&mut names))
    }

    /// Gives all marked times the time of now. Call it before waiting for something outside.
    pub fn settle(&self) -> Result<()> {
        let is_settled = self.tree.read()?.marks.is_empty();
        if !is_settled {
            self.settle_marks(&mut *self.tree.write()?);
        }
        Ok(())
    }
}
