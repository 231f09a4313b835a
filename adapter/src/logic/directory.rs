//! The entries of a directory, one at a time.

use alloc::string::String;
use core::cell::Cell;
use monaka_fs_core::{Access, Cursor, Env, Fd, Kind, Result, Volume};

/// A `directory-entry-stream`. It holds a handle of its own.
#[derive(Debug)]
pub struct DirectoryStream {
    fd: Fd,
    cursor: Cell<Cursor>,
}

impl DirectoryStream {
    /// A stream of the entries that the directory has now.
    pub fn open<E: Env>(volume: &mut Volume<E>, directory: Fd) -> Result<Self> {
        let cursor = volume.read_directory(directory)?;
        Ok(Self {
            fd: volume.dup(directory, Access::empty())?,
            cursor: Cell::new(cursor),
        })
    }

    /// Gives the handle back.
    pub fn close<E: Env>(&self, volume: &mut Volume<E>) -> Result<()> {
        volume.close(self.fd)
    }

    /// The kind and name of the next entry; `None` at the end.
    pub fn next<E: Env>(&self, volume: &Volume<E>) -> Result<Option<(Kind, String)>> {
        let mut cursor = self.cursor.get();
        let entry = match volume.next_entry(self.fd, &mut cursor)? {
            Some(entry) => Some((entry.kind, super::to_string(entry.name)?)),
            None => None,
        };
        self.cursor.set(cursor);
        Ok(entry)
    }
}
