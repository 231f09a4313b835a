//! The entries of a directory, one at a time.

use core::cell::Cell;
use monaka_fs_core::{Access, Cursor, DirEntry, Env, Fd, Result, View};

/// A `directory-entry-stream`. It holds a handle of its own.
#[derive(Debug)]
pub struct DirectoryStream {
    fd: Fd,
    cursor: Cell<Cursor>,
}

impl DirectoryStream {
    /// A stream of the entries that the directory has now.
    pub fn open<E: Env>(volume: &mut View<E>, directory: Fd) -> Result<Self> {
        let cursor = volume.read_directory(directory)?;
        Ok(Self {
            fd: volume.dup(directory, Access::empty())?,
            cursor: Cell::new(cursor),
        })
    }

    /// Gives the handle back.
    pub fn close<E: Env>(&self, volume: &mut View<E>) -> Result<()> {
        volume.close(self.fd)
    }

    /// The next entry; `None` at the end.
    pub fn next<'v, E: Env>(&self, volume: &'v mut View<E>) -> Result<Option<DirEntry<'v>>> {
        let mut cursor = self.cursor.get();
        let entry = volume.next_entry(self.fd, &mut cursor)?;
        self.cursor.set(cursor);
        Ok(entry)
    }
}
