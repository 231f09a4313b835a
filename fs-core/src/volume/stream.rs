//! Reading directories.

use super::Volume;
use crate::{Cursor, DirEntry, Env, Error, Fd, Kind, Result};

impl<E: Env> Volume<E> {
    /// A cursor at the start of the directory. It needs no right: `READ` is about data, POSIX has
    /// no directory handle that cannot be listed, and Go opens directories without any.
    pub fn read_directory(&mut self, fd: Fd) -> Result<Cursor> {
        let handle = self.handles.get(fd)?;
        if self.tree.inode(handle.ino)?.kind() != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        self.accessed(handle.ino)?;
        Ok(self.tree.directory(handle.ino)?.cursor())
    }

    /// The next entry, without `.` and `..`; `None` at the end.
    ///
    /// An entry removed before the cursor comes to it is skipped, one added after `read_directory`
    /// is not seen. One that is renamed within the directory, or replaced, is seen once.
    pub fn next_entry(&self, fd: Fd, cursor: &mut Cursor) -> Result<Option<DirEntry<'_>>> {
        let ino = self.handles.get(fd)?.ino;
        let directory = self.tree.directory(ino).map_err(|_| Error::NotDirectory)?;
        Ok(directory.next(cursor))
    }
}
