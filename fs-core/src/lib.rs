//! skeleton
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
mod error;
mod types;
pub mod image;
pub use error::*;
pub use types::*;

/// A filesystem.
#[allow(missing_docs)]
#[derive(Debug)]
pub struct Volume<E> { env: E }

#[allow(missing_docs, unused_variables, clippy::todo)]
impl<E: Env> Volume<E> {
    /// An empty volume: a root directory.
    pub fn new(env: E, limits: Limits) -> Result<Self> { todo!() }
    /// A volume that starts with the content of an image.
    pub fn from_image(env: E, limits: Limits, image: image::Image<'static>) -> Result<Self> { todo!() }
    pub fn usage(&self) -> Usage { todo!() }
    pub fn limits(&self) -> Limits { todo!() }

    // Handles. Every operation checks `Access`: reading without READ or writing without WRITE is
    // BadDescriptor, changing a directory without MUTATE_DIRECTORY is ReadOnly.
    /// A handle on the root of the volume.
    pub fn open_root(&mut self, access: Access) -> Result<Fd> { todo!() }
    /// Opens or creates. A relative path below `dir`; an absolute one is `NotPermitted`; `..` stops at the root;
    /// absolute symlink targets resolve from the root.
    pub fn open_at(&mut self, dir: Fd, path: &str, follow: Follow, open: OpenFlags, access: Access) -> Result<Fd> { todo!() }
    /// A second, independent handle on the same inode with this access (a subset of the handle's).
    pub fn dup(&mut self, fd: Fd, access: Access) -> Result<Fd> { todo!() }
    pub fn close(&mut self, fd: Fd) -> Result<()> { todo!() }
    pub fn access(&self, fd: Fd) -> Result<Access> { todo!() }
    pub fn kind(&self, fd: Fd) -> Result<Kind> { todo!() }
    pub fn ino(&self, fd: Fd) -> Result<Ino> { todo!() }

    // File content. A directory is IsDirectory; a missing right is BadDescriptor.
    /// The longest stored run at `offset`, at most `len_max` bytes; updates atime.
    pub fn run(&mut self, fd: Fd, offset: u64, len_max: usize) -> Result<Run<'_>> { todo!() }
    /// Fills `buf` across chunks; fewer bytes only at the end of the file.
    pub fn read(&mut self, fd: Fd, offset: u64, buf: &mut [u8]) -> Result<usize> { todo!() }
    /// Writes at `offset`. Fewer bytes than given when a limit is met on the way; an error when none fits.
    pub fn write(&mut self, fd: Fd, offset: u64, bytes: &[u8]) -> Result<usize> { todo!() }
    /// Writes at the end as it is now; gives the offset that the bytes went to and their number.
    pub fn append(&mut self, fd: Fd, bytes: &[u8]) -> Result<(u64, usize)> { todo!() }
    /// Writes `len` zero bytes (a hole where nothing is stored is enough).
    pub fn write_zeroes(&mut self, fd: Fd, offset: u64, len: u64) -> Result<u64> { todo!() }
    pub fn set_size(&mut self, fd: Fd, size: u64) -> Result<()> { todo!() }
    pub fn sync(&self, fd: Fd) -> Result<()> { todo!() }

    // Metadata.
    pub fn stat(&self, fd: Fd) -> Result<Stat> { todo!() }
    pub fn stat_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<Stat> { todo!() }
    pub fn set_times(&mut self, fd: Fd, atime: SetTime, mtime: SetTime) -> Result<()> { todo!() }
    pub fn set_times_at(&mut self, dir: Fd, path: &str, follow: Follow, atime: SetTime, mtime: SetTime) -> Result<()> { todo!() }
    /// 128 bits that differ between inodes and change whenever content or metadata change.
    pub fn metadata_hash(&self, fd: Fd) -> Result<[u64; 2]> { todo!() }
    pub fn metadata_hash_at(&mut self, dir: Fd, path: &str, follow: Follow) -> Result<[u64; 2]> { todo!() }

    // Names.
    pub fn create_directory_at(&mut self, dir: Fd, path: &str) -> Result<()> { todo!() }
    pub fn remove_directory_at(&mut self, dir: Fd, path: &str) -> Result<()> { todo!() }
    pub fn unlink_file_at(&mut self, dir: Fd, path: &str) -> Result<()> { todo!() }
    pub fn rename_at(&mut self, old_dir: Fd, old: &str, new_dir: Fd, new: &str) -> Result<()> { todo!() }
    pub fn link_at(&mut self, old_dir: Fd, follow: Follow, old: &str, new_dir: Fd, new: &str) -> Result<()> { todo!() }
    pub fn symlink_at(&mut self, target: &str, dir: Fd, path: &str) -> Result<()> { todo!() }
    pub fn readlink_at(&mut self, dir: Fd, path: &str) -> Result<&str> { todo!() }

    // Directory streams.
    /// A cursor at the start of the directory; updates atime. Needs READ.
    pub fn read_directory(&mut self, fd: Fd) -> Result<Cursor> { todo!() }
    /// The next entry, without `.` and `..`; `None` at the end. An entry removed before the cursor comes to it is
    /// skipped, one added after `read_directory` is not seen.
    pub fn next_entry(&self, fd: Fd, cursor: &mut Cursor) -> Result<Option<DirEntry<'_>>> { todo!() }
}
