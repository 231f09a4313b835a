//! What changed: the effects of operations, for a host that follows them.

use crate::{Ino, Kind};

/// A change, told to [`Env::changed`](crate::Env::changed) when it is made.
///
/// Inodes are told by their numbers, entries by their directory and name: who wants paths, keeps the
/// names (they are all told). An inode that loses its last name goes on to change while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<'a> {
    /// A name was added: of a new inode, or a further one of a file or symbolic link.
    Added {
        /// The directory of the name.
        dir: Ino,
        /// The name.
        name: &'a str,
        /// What it names.
        ino: Ino,
        /// The type of that.
        kind: Kind,
    },
    /// A name was removed.
    Removed {
        /// The directory of the name.
        dir: Ino,
        /// The name.
        name: &'a str,
        /// What it named.
        ino: Ino,
        /// The type of that.
        kind: Kind,
    },
    /// A name was moved. What the new name stood for before was told as `Removed`.
    Renamed {
        /// The directory of the old name.
        old_dir: Ino,
        /// The old name.
        old_name: &'a str,
        /// The directory of the new name.
        new_dir: Ino,
        /// The new name.
        new_name: &'a str,
        /// What it names.
        ino: Ino,
        /// The type of that.
        kind: Kind,
    },
    /// Bytes of a file were written.
    Written {
        /// The file.
        ino: Ino,
        /// Where they start.
        offset: u64,
        /// How many they are.
        len: u64,
    },
    /// A file was cut, or extended by a hole.
    Resized {
        /// The file.
        ino: Ino,
        /// Its size now.
        size: u64,
    },
    /// Times were set.
    Touched {
        /// The inode.
        ino: Ino,
    },
}
