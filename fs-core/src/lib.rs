//! The filesystem of Monaka: everything of POSIX that WASI can express, on an inode tree in memory,
//! without I/O.
//!
//! A [`Volume`] is the whole filesystem. It is handed the time ([`Env`]) and its [`Limits`], and may
//! start with the content of an [`image`]. A [`View`] is what one program sees of it, and is used
//! through operations on handles ([`Fd`]) and paths that give the results Linux gives on tmpfs, as the
//! error codes of WASI ([`Error`]). With the feature `std` views of one volume work at the same time.
//!
//! # Layers
//!
//! Each knows only those below it.
//!
//! * `view`: the operations, on what one program sees. Each checks rights, resolves, plans, reserves,
//!   and only then changes anything.
//! * `volume`: what views share: how inodes come to be and cease, their times, mounting. `snapshot`: all
//!   of it at one moment.
//! * `walk`: path resolution.
//! * `tree`: inodes, directories, the rules of renaming.
//! * `body`: the bytes of a file, as chunks that are holes, owned, or borrowed from the image.
//! * `handle`, `quota`: the table of handles; the ledger of what is held against what may be.
//! * `sync`: the locks, and their order. [`device`]: nodes whose content the host makes.
//! * [`image`]: a directory tree as bytes that are read in place. [`config`]: the record that a
//!   composed file carries.
//!
//! # Invariants
//!
//! * No operation panics, whatever it is given, and none recurses: depth of directories and length
//!   of paths cost no stack.
//! * An operation that fails has changed nothing that can be seen. A write or read that could be
//!   done in part is done in part.
//! * An inode lives while it has a name or is open, and not longer. Handles lead to inodes, never
//!   to paths.
//! * The ledger counts what is alive, no more and no less. Bytes and inodes are reserved before
//!   memory is allocated.
//! * Where memory ends there is an error, not the end of the program: no allocation is infallible.
//! * A serial of a directory entry is never used twice: it is the position of a directory stream.
//! * Bytes of an image are compared with their checksum before the first of a block is seen; a
//!   damaged block fails with [`Error::Io`] wherever it would be read, and the rest of the volume
//!   works.
//! * What is below a read-only inode of an image is read-only too, so one look at an inode decides.
//!
//! # Absent on purpose
//!
//! * Clocks, entropy, threads, I/O. What has to be waited for is a lock, and only on hosts.
//! * Users and permissions: WASI 0.2 knows none. `mode` is carried for images.
//! * `atime` follows `relatime` of Linux without its clause of 24 hours: it is updated by the first
//!   read after a change, so that reading does not ask the host for the time. Following a symbolic
//!   link does not update the link's.

#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

extern crate alloc;
#[cfg(any(test, feature = "std", shuttle))]
extern crate std;

mod body;
mod boxed;
mod change;
#[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
pub mod config;
pub mod device;
mod error;
mod gather;
mod handle;
pub mod image;
mod quota;
#[cfg(any(feature = "std", shuttle))]
mod snapshot;
mod source;
mod sum;
mod sync;
mod text;
mod tree;
mod types;
mod view;
mod volume;
mod walk;

pub use change::Change;
pub use error::*;
pub use gather::{Found, Gather};
pub use quota::Quota;
#[cfg(any(feature = "std", shuttle))]
pub use snapshot::{Snapshot, SnapshotInode};
pub use source::{Payload, Source};
pub use sync::Shared;
pub use types::*;
pub use view::{Scope, View};
#[cfg(any(feature = "std", shuttle))]
pub use volume::SYNTHETIC_DEPTH_MAX;
pub use volume::Volume;
