//! What parts of a volume are shared by, and guarded with.
//!
//! On hosts (feature `std`) these are a lock that its readers do not contend for, over the one of the
//! standard library, and a counted pointer: a volume is `Sync`. In a guest, which has one thread, they are
//! cells and the value itself: the same code, with the same answers, without their cost. With `--cfg
//! shuttle` the locks below are those of shuttle, which tries the orders that threads may take them in.
//!
//! # Lock order
//!
//! `tree -> file -> leaves`, where the leaves are the atomic counts of the ledger and whatever
//! [`Env`](crate::Env) locks. Each may be skipped; none is taken while a later one is held:
//!
//! * *tree* ([`Volume`](crate::Volume)`::tree`): names, directories, the table of inodes, link
//!   counts, times of what is not a file. Held for writing by what changes a name, for reading by what
//!   resolves a path. Nothing that depends on the size of a file happens under it, but for a snapshot.
//! * *file* ([`File`](crate::tree::File)): content, size and times of one file. An operation on the
//!   content of an open file takes this one alone, so that files do not wait for each other or for
//!   names.
//! * Two files are locked together by [`snapshot`](crate::Volume::snapshot) only, which holds the tree
//!   for writing: nobody else can be between two files.
//!
//! `opens` of an inode is an atomic in the tree: it grows under any lock of it, and reaches the
//! decision that frees the inode only under its write lock.

#[cfg(not(any(feature = "std", shuttle)))]
mod cells;
#[cfg(any(feature = "std", shuttle))]
mod threads;

#[cfg(not(any(feature = "std", shuttle)))]
pub use cells::Shared;
#[cfg(not(any(feature = "std", shuttle)))]
pub(crate) use cells::{Atomic32, Atomic64, Lock, Read};
#[cfg(any(feature = "std", shuttle))]
pub use threads::Shared;
#[cfg(any(feature = "std", shuttle))]
pub(crate) use threads::{Atomic32, Atomic64, Lock, Read, Write};
