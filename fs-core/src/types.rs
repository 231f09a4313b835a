//! The values that operations take and give.

use bitflags::bitflags;

use crate::Change;

/// Nanoseconds since 1970-01-01T00:00:00Z. Times outside of 1970..2554 are
/// clamped at the edge, as Linux clamps to the range of a filesystem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// What the core needs from outside: it reads no clock of its own.
pub trait Env {
    /// The wall-clock time.
    fn now(&self) -> Time;

    /// Whether asking for the time costs more than the operations that need it. Then times are
    /// marked, and settled later: see [`Volume::settle`](crate::Volume::settle). The answer stays the same.
    fn is_costly(&self) -> bool {
        false
    }

    /// Something has changed. It is told under the locks of what changed, in the order of the changes
    /// to each name and to each file; it must not use the volume.
    fn changed(&self, _change: Change<'_>) {}
}

/// An inode number: stable for the life of the inode. Inodes of a mounted
/// image get the numbers that the image gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ino(pub u32);

/// An open handle: an index and the generation that the index had when the
/// handle was opened. A stale one is `BadDescriptor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fd {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// The type of an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
}

bitflags! {
    /// How `open_at` opens (`open-flags` of WASI).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct OpenFlags: u8 {
        /// Create the file if it does not exist (`O_CREAT`).
        const CREATE = 1;
        /// Fail if it is not a directory (`O_DIRECTORY`).
        const DIRECTORY = 2;
        /// Fail if it exists (`O_EXCL`).
        const EXCLUSIVE = 4;
        /// Cut the file to size 0 (`O_TRUNC`).
        const TRUNCATE = 8;
    }
}

bitflags! {
    /// What a handle may do (`descriptor-flags` of WASI, same bits).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Access: u8 {
        /// Read data or directory entries.
        const READ = 1;
        /// Write data.
        const WRITE = 2;
        /// Kept and reported; a memory filesystem is always in sync.
        const FILE_INTEGRITY_SYNC = 4;
        /// Kept and reported.
        const DATA_INTEGRITY_SYNC = 8;
        /// Kept and reported.
        const REQUESTED_WRITE_SYNC = 16;
        /// Create, rename and remove entries below the directory.
        const MUTATE_DIRECTORY = 32;
    }
}

/// Whether a symbolic link in the last component of a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Operate on the link itself.
    No,
    /// Operate on what the link points at.
    Yes,
}

/// A timestamp argument of `set_times`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetTime {
    /// Leave it as it is.
    Unchanged,
    /// The time of `Env::now`.
    Now,
    /// This time.
    At(Time),
}

/// What `stat` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The inode number.
    pub ino: Ino,
    /// The type of the inode.
    pub kind: Kind,
    /// Number of hard links; for a directory 2 plus its subdirectories.
    pub nlink: u32,
    /// Bytes of a file; bytes of the target of a symlink; 0 for a directory.
    pub size: u64,
    /// The permission bits (07777): carried for images, not enforced, since WASI 0.2 has none.
    pub mode: u16,
    /// Last access.
    pub atime: Time,
    /// Last change of content.
    pub mtime: Time,
    /// Last change of content or metadata.
    pub ctime: Time,
}

/// The limits of a volume. Reaching one is an error code, never a trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes held in memory: the stored bytes of files, 16 more for each 64 KiB of a file larger
    /// than that, and the targets of symbolic links. Holes and borrowed image data do not count.
    /// The memory behind it is at most twice that.
    pub bytes_max: u64,
    /// Inodes, the root and those of the image included. A further name of an inode counts as one,
    /// as on tmpfs.
    pub inodes_max: u32,
    /// Bytes of one file, at most [`FILE_SIZE_MAX`].
    pub file_size_max: u64,
    /// Handles open at one time.
    pub handles_max: u32,
}

/// Bytes of one chunk of file content.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes of a name: `NAME_MAX` of Linux.
pub const NAME_BYTES_MAX: usize = 255;
/// Bytes of a path without the terminating NUL: `PATH_MAX` of Linux less one.
pub const PATH_BYTES_MAX: usize = 4095;
/// Symbolic links followed in one resolution: as Linux.
pub const SYMLINK_HOPS_MAX: u32 = 40;
/// Names of one file or symbolic link: as ext4.
pub const LINKS_MAX: u32 = 65_000;
/// The largest file that any limit allows: 2^44 bytes.
pub const FILE_SIZE_MAX: u64 = 1 << 44;

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 1 << 30,
            inodes_max: 1 << 22,
            file_size_max: FILE_SIZE_MAX,
            handles_max: 1 << 20,
        }
    }
}

/// What a volume holds now, beside its [`Limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes counted against `bytes_max`.
    pub bytes: u64,
    /// Inodes alive, the root included, and names beyond the first of each.
    pub inodes: u32,
    /// Handles open.
    pub handles: u32,
}

/// A directory entry, borrowed from the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirEntry<'a> {
    /// The name, without `/`.
    pub name: &'a str,
    /// The inode it names.
    pub ino: Ino,
    /// The type of that inode.
    pub kind: Kind,
}

/// A position in a directory: entries come and go without moving it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The serial of the next entry.
    pub(crate) next: u64,
    /// The serial at which the directory ended when the stream was opened.
    pub(crate) end: u64,
    /// The place of the next entry, unless the directory was compacted meanwhile.
    pub(crate) place: u32,
}

/// The longest stored stretch at an offset of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// These bytes, at least one.
    Data(&'a [u8]),
    /// This many zero bytes, at least one.
    Zero(u64),
    /// The offset is at or after the end of the file.
    End,
}
