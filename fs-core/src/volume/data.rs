//! The content of files. On a directory all of these are `IsDirectory`.

use super::Volume;
use crate::body::Body;
use crate::quota::Ledger;
use crate::{Access, Env, Error, Fd, Found, Gather, Ino, Kind, Payload, Result, Run};

impl<E: Env> Volume<E> {
    /// The longest stored run at `offset`, at most `len_max` bytes. A `len_max` of 0 gives an empty
    /// run.
    pub fn run(&mut self, fd: Fd, offset: u64, len_max: usize) -> Result<Run<'_>> {
        self.body_to_read(fd)?.run(offset, len_max)
    }

    /// Gathers at most `len_max` bytes at `offset`, across chunks. Fewer only at the end of the
    /// file, before a damaged block, whose error the next read gives, and where `into` takes no
    /// more.
    pub fn gather(
        &mut self,
        fd: Fd,
        offset: u64,
        len_max: usize,
        into: &mut dyn Gather,
    ) -> Result<Found> {
        self.body_to_read(fd)?.gather(offset, len_max, into)
    }

    /// As [`Volume::gather`], into `buf`; gives the number of bytes.
    pub fn read(&mut self, fd: Fd, offset: u64, mut buf: &mut [u8]) -> Result<usize> {
        let len = buf.len();
        Ok(self.gather(fd, offset, len, &mut buf)?.len)
    }

    /// Writes at `offset`. Fewer bytes than given when a limit is met on the way; an error when
    /// none fits.
    pub fn write(&mut self, fd: Fd, offset: u64, bytes: &[u8]) -> Result<usize> {
        self.write_from(fd, offset, (&bytes).into())
    }

    /// As [`Volume::write`], from any source.
    pub fn write_from(&mut self, fd: Fd, offset: u64, payload: Payload<'_>) -> Result<usize> {
        let (ino, body, ledger) = self.body_to_change(fd)?;
        let written = write(body, offset, payload, ledger)?;
        self.written(ino, written)
    }

    /// Writes at the end as it is now; gives the offset that the bytes went to and their number.
    pub fn append(&mut self, fd: Fd, bytes: &[u8]) -> Result<(u64, usize)> {
        self.append_from(fd, (&bytes).into())
    }

    /// As [`Volume::append`], from any source.
    pub fn append_from(&mut self, fd: Fd, payload: Payload<'_>) -> Result<(u64, usize)> {
        let (ino, body, ledger) = self.body_to_change(fd)?;
        let end = body.size();
        let written = write(body, end, payload, ledger)?;
        Ok((end, self.written(ino, written)?))
    }

    /// Writes `len` zero bytes, without storing any: what was stored in the range becomes a hole
    /// where it can.
    pub fn write_zeroes(&mut self, fd: Fd, offset: u64, len: u64) -> Result<u64> {
        let (ino, body, ledger) = self.body_to_change(fd)?;
        let len = within_file_size(offset, len, ledger)?;
        if len > 0 {
            body.write_zeroes(offset, len, ledger)?;
            self.modified(ino, self.now())?;
        }
        Ok(len)
    }

    /// Cuts the file, or extends it by a hole. The size that it has changes nothing, not even
    /// times, as on tmpfs. A handle that may not write, or is on a directory, is `Invalid`, as for
    /// `ftruncate` of Linux.
    pub fn set_size(&mut self, fd: Fd, size: u64) -> Result<()> {
        self.handles.get(fd)?;
        let (ino, body, ledger) = self.body_to_change(fd).map_err(|error| match error {
            Error::IsDirectory | Error::BadDescriptor => Error::Invalid,
            error => error,
        })?;
        if size > ledger.limits().file_size_max {
            return Err(Error::FileTooLarge);
        }
        if size == body.size() {
            return Ok(());
        }
        body.set_size(size, ledger)?;
        self.modified(ino, self.now())
    }

    /// Nothing to do but to check the handle: memory is all there is.
    pub fn sync(&self, fd: Fd) -> Result<()> {
        self.handles.get(fd).map(drop)
    }

    /// Content that is being read.
    fn body_to_read(&mut self, fd: Fd) -> Result<&mut Body> {
        let ino = self.file(fd, Access::READ)?;
        self.accessed(ino)?.body_mut()
    }

    /// Content that may be written, and what it is charged to.
    fn body_to_change(&mut self, fd: Fd) -> Result<(Ino, &mut Body, &mut Ledger)> {
        let ino = self.file(fd, Access::WRITE)?;
        let inode = self.tree.inode_mut(ino)?;
        match self.read_only || inode.read_only {
            true => Err(Error::ReadOnly),
            false => Ok((ino, inode.body_mut()?, &mut self.ledger)),
        }
    }

    /// The file behind a handle that has this right.
    fn file(&self, fd: Fd, right: Access) -> Result<Ino> {
        let handle = self.handles.get(fd)?;
        if self.tree.inode(handle.ino)?.kind() == Kind::Directory {
            return Err(Error::IsDirectory);
        }
        match handle.access.contains(right) {
            true => Ok(handle.ino),
            false => Err(Error::BadDescriptor),
        }
    }

    /// So many bytes have been written.
    fn written(&mut self, ino: Ino, count: usize) -> Result<usize> {
        if count > 0 {
            self.modified(ino, self.now())?;
        }
        Ok(count)
    }
}

/// Writes as many bytes as the largest size of a file allows.
fn write(body: &mut Body, offset: u64, payload: Payload<'_>, ledger: &mut Ledger) -> Result<usize> {
    let len = within_file_size(offset, payload.len() as u64, ledger)?;
    match payload.first(usize::try_from(len).unwrap_or(usize::MAX)) {
        fitting if fitting.is_empty() => Ok(0),
        fitting => body.write(offset, fitting, ledger),
    }
}

/// How much of a write of `len` bytes the largest size of a file allows.
fn within_file_size(offset: u64, len: u64, ledger: &Ledger) -> Result<u64> {
    match ledger.limits().file_size_max.checked_sub(offset) {
        _ if len == 0 => Ok(0),
        None | Some(0) => Err(Error::FileTooLarge),
        Some(left) => Ok(len.min(left)),
    }
}
