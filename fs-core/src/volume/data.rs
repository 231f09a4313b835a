//! The content of files. On a directory all of these are `IsDirectory`.

use super::Volume;
use crate::{Access, Env, Error, Fd, Ino, Payload, Result, Run};

impl<E: Env> Volume<E> {
    /// The longest stored run at `offset`, at most `len_max` bytes. A `len_max` of 0 gives an empty
    /// run.
    pub fn run(&mut self, fd: Fd, offset: u64, len_max: usize) -> Result<Run<'_>> {
        let ino = self.file(fd, Access::READ)?;
        self.accessed(ino)?;
        self.tree.inode_mut(ino)?.body_mut()?.run(offset, len_max)
    }

    /// Fills `buf` across chunks; fewer bytes only at the end of the file, or before a damaged
    /// block.
    pub fn read(&mut self, fd: Fd, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let ino = self.file(fd, Access::READ)?;
        self.accessed(ino)?;
        self.tree.inode_mut(ino)?.body_mut()?.read(offset, buf)
    }

    /// Writes at `offset`. Fewer bytes than given when a limit is met on the way; an error when
    /// none fits.
    pub fn write(&mut self, fd: Fd, offset: u64, bytes: &[u8]) -> Result<usize> {
        self.write_from(fd, offset, (&bytes).into())
    }

    /// As [`Volume::write`], from any source.
    pub fn write_from(&mut self, fd: Fd, offset: u64, payload: Payload<'_>) -> Result<usize> {
        let ino = self.file_to_change(fd)?;
        self.write_inode(ino, offset, payload)
    }

    /// Writes at the end as it is now; gives the offset that the bytes went to and their number.
    pub fn append(&mut self, fd: Fd, bytes: &[u8]) -> Result<(u64, usize)> {
        self.append_from(fd, (&bytes).into())
    }

    /// As [`Volume::append`], from any source.
    pub fn append_from(&mut self, fd: Fd, payload: Payload<'_>) -> Result<(u64, usize)> {
        let ino = self.file_to_change(fd)?;
        let end = self.tree.inode_mut(ino)?.body_mut()?.size();
        Ok((end, self.write_inode(ino, end, payload)?))
    }

    /// Writes `len` zero bytes, without storing any: what was stored in the range becomes a hole
    /// where it can.
    pub fn write_zeroes(&mut self, fd: Fd, offset: u64, len: u64) -> Result<u64> {
        let ino = self.file_to_change(fd)?;
        let len = self.within_file_size(offset, len)?;
        if len > 0 {
            let now = self.now();
            let body = self.tree.inode_mut(ino)?.body_mut()?;
            body.write_zeroes(offset, len, &mut self.ledger)?;
            self.modified(ino, now)?;
        }
        Ok(len)
    }

    /// Cuts the file, or extends it by a hole. The size that it has changes nothing, not even
    /// times, as on tmpfs. A handle that may not write, or is on a directory, is `Invalid`, as for
    /// `ftruncate` of Linux.
    pub fn set_size(&mut self, fd: Fd, size: u64) -> Result<()> {
        let ino = match self.file_to_change(fd) {
            Err(Error::IsDirectory | Error::BadDescriptor) if self.handles.get(fd).is_ok() => {
                Err(Error::Invalid)
            }
            ino => ino,
        }?;
        if size > self.ledger.limits().file_size_max {
            return Err(Error::FileTooLarge);
        }
        let body = self.tree.inode_mut(ino)?.body_mut()?;
        if size == body.size() {
            return Ok(());
        }
        body.set_size(size, &mut self.ledger)?;
        let now = self.now();
        self.modified(ino, now)
    }

    /// Nothing to do but to check the handle: memory is all there is.
    pub fn sync(&self, fd: Fd) -> Result<()> {
        self.handles.get(fd).map(drop)
    }

    fn write_inode(&mut self, ino: Ino, offset: u64, payload: Payload<'_>) -> Result<usize> {
        let len = self.within_file_size(offset, payload.len() as u64)?;
        let fitting = payload.first(usize::try_from(len).unwrap_or(usize::MAX));
        if fitting.is_empty() {
            return Ok(0);
        }
        let body = self.tree.inode_mut(ino)?.body_mut()?;
        let written = body.write(offset, fitting, &mut self.ledger)?;
        let now = self.now();
        self.modified(ino, now)?;
        Ok(written)
    }

    /// How much of a write of `len` bytes the largest size of a file allows.
    fn within_file_size(&self, offset: u64, len: u64) -> Result<u64> {
        match self.ledger.limits().file_size_max.checked_sub(offset) {
            _ if len == 0 => Ok(0),
            None | Some(0) => Err(Error::FileTooLarge),
            Some(left) => Ok(len.min(left)),
        }
    }
}
