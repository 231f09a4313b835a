//! Reading directories.

use super::{View, put};
use crate::{Cursor, DirEntry, Env, Error, Fd, Kind, Result};

impl<E: Env> View<E> {
    /// A cursor at the start of the directory. It needs no right: `READ` is about data, POSIX has
    /// no directory handle that cannot be listed, and Go opens directories without any.
    pub fn read_directory(&mut self, fd: Fd) -> Result<Cursor> {
        let handle = self.handles.get(fd)?;
        if handle.kind != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        let ino = handle.ino;
        self.refresh_directory(ino)?;
        self.volume.accessed(ino, self.read_only)?;
        Ok(self.volume.tree.read()?.directory(ino)?.cursor())
    }

    /// The next entry, without `.` and `..`; `None` at the end.
    ///
    /// An entry removed before the cursor comes to it is skipped, one added after `read_directory`
    /// is not seen. One that is renamed within the directory, or replaced, is seen once.
    pub fn next_entry(&mut self, fd: Fd, cursor: &mut Cursor) -> Result<Option<DirEntry<'_>>> {
        let handle = self.handles.get(fd)?;
        if handle.kind != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        let tree = self.volume.tree.read()?;
        let mut moved = *cursor;
        let Some(entry) = tree.directory(handle.ino)?.next(&mut moved) else {
            *cursor = moved;
            return Ok(None);
        };
        let (ino, kind) = (entry.ino, entry.kind);
        let name = put(&mut self.text, entry.name)?;
        *cursor = moved;
        Ok(Some(DirEntry { name, ino, kind }))
    }
}
