//! The content of files. On a directory all of these are `IsDirectory`.

use alloc::vec::Vec;

use super::View;
use crate::body::Body;
use crate::change::Change;
use crate::device::{DEVICE_WRITE_BYTES_MAX, held};
use crate::handle::Handle;
use crate::quota::Account;
use crate::tree::{Content, File};
use crate::volume::Atime;
use crate::{Access, Env, Error, Fd, Found, Gather, Ino, Kind, Payload, Result};

impl<E: Env> View<E> {
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
        let handle = self.file(fd, Access::READ)?;
        if let Some(device) = &handle.device {
            return device.gather(offset, len_max, into);
        }
        let ready = handle.with_file(&self.volume.tree, |file| {
            self.gather_ready(file, handle, offset, len_max, into)
        });
        match ready? {
            Some(found) => Ok(found),
            None => self.gather_unready(handle, offset, len_max, into),
        }
    }

    /// As [`View::gather`], into `buf`; gives the number of bytes.
    pub fn read(&mut self, fd: Fd, offset: u64, mut buf: &mut [u8]) -> Result<usize> {
        let len = buf.len();
        Ok(self.gather(fd, offset, len, &mut buf)?.len)
    }

    /// Writes at `offset`. Fewer bytes than given when a limit is met on the way; an error when
    /// none fits.
    pub fn write(&mut self, fd: Fd, offset: u64, bytes: &[u8]) -> Result<usize> {
        self.write_from(fd, offset, (&bytes).into())
    }

    /// As [`View::write`], from any source.
    pub fn write_from(&mut self, fd: Fd, offset: u64, payload: Payload<'_>) -> Result<usize> {
        if let Some(device) = self.device_to_change(fd)? {
            return write_device(device, Some(offset), payload);
        }
        self.change(fd, |body, account| {
            let written = write(body, offset, payload, account)?;
            Ok((written, Extent::written(offset, written as u64)))
        })
    }

    /// Writes at the end as it is now; gives the offset that the bytes went to and their number.
    pub fn append(&mut self, fd: Fd, bytes: &[u8]) -> Result<(u64, usize)> {
        self.append_from(fd, (&bytes).into())
    }

    /// As [`View::append`], from any source.
    pub fn append_from(&mut self, fd: Fd, payload: Payload<'_>) -> Result<(u64, usize)> {
        if let Some(device) = self.device_to_change(fd)? {
            let end = device.size();
            return Ok((end, write_device(device, None, payload)?));
        }
        self.change(fd, |body, account| {
            let end = body.size();
            let written = write(body, end, payload, account)?;
            Ok(((end, written), Extent::written(end, written as u64)))
        })
    }

    /// Writes `len` zero bytes, without storing any: what was stored in the range becomes a hole
    /// where it can. A device does not do that: `Unsupported`.
    pub fn write_zeroes(&mut self, fd: Fd, offset: u64, len: u64) -> Result<u64> {
        self.change(fd, |body, account| {
            zero(body, offset, len, account).map(|len| (len, Extent::written(offset, len)))
        })
    }

    /// As [`View::write_zeroes`], at the end as it is now.
    pub fn append_zeroes(&mut self, fd: Fd, len: u64) -> Result<u64> {
        self.change(fd, |body, account| {
            let end = body.size();
            zero(body, end, len, account).map(|len| (len, Extent::written(end, len)))
        })
    }

    /// Cuts the file, or extends it by a hole. The size that it has changes nothing, not even
    /// times, as on tmpfs. A handle that may not write, or is on a directory, is `Invalid`, as for
    /// `ftruncate` of Linux.
    pub fn set_size(&mut self, fd: Fd, size: u64) -> Result<()> {
        let handle = self.handles.get(fd)?;
        if handle.kind == Kind::Directory || !handle.access.contains(Access::WRITE) {
            return Err(Error::Invalid);
        }
        if let Some(device) = self.device_to_change(fd)? {
            return device.set_size(size);
        }
        self.change(fd, |body, account| {
            if size > account.file_size_max() {
                return Err(Error::FileTooLarge);
            }
            if size == body.size() {
                return Ok(((), None));
            }
            body.set_size(size, account)?;
            Ok(((), Some(Extent::Resized { size })))
        })
    }

    /// Nothing to do but to check the handle: memory is all there is.
    pub fn sync(&self, fd: Fd) -> Result<()> {
        self.handles.get(fd).map(drop)
    }

    /// Reads what needs nothing but to be read, under a lock that other readers share. `None` where it
    /// needs more.
    #[inline]
    fn gather_ready(
        &self,
        file: &File,
        handle: &Handle,
        offset: u64,
        len_max: usize,
        into: &mut dyn Gather,
    ) -> Result<Option<Found>> {
        let content = file.0.read()?;
        let is_ready = self.atime_of(&content, handle) == Atime::Stays
            && content.body.is_ready(offset, len_max);
        match is_ready {
            true => content.body.gather(offset, len_max, into).map(Some),
            false => Ok(None),
        }
    }

    /// Reads what is to be verified before, or whose `atime` is to be updated.
    #[cold]
    fn gather_unready(
        &self,
        handle: &Handle,
        offset: u64,
        len_max: usize,
        into: &mut dyn Gather,
    ) -> Result<Found> {
        let tree = &self.volume.tree;
        let atime = handle.with_file(tree, |file| Ok(self.atime_of(&*file.0.read()?, handle)));
        if atime? == Atime::Unsettled {
            self.volume.settle()?;
        }
        let (found, marked) = handle.with_file(tree, |file| {
            let content = &mut *file.0.write()?;
            let ready = content.body.prepare(offset, len_max)?;
            let is_due = self.atime_of(content, handle) == Atime::Due;
            let marked = is_due && self.volume.accessed_content(content);
            Ok((content.body.gather(offset, ready, into)?, marked))
        })?;
        if marked {
            self.volume.note_unlocked(handle.ino)?;
        }
        Ok(found)
    }

    fn atime_of(&self, content: &Content, handle: &Handle) -> Atime {
        let read_only = self.read_only || handle.read_only;
        self.volume.atime(&content.stamps, read_only)
    }

    /// Changes the content of a file, whose lock is held meanwhile. `change` gives what of it changed.
    fn change<T>(
        &mut self,
        fd: Fd,
        change: impl FnOnce(&mut Body, Account<'_>) -> Result<(T, Option<Extent>)>,
    ) -> Result<T> {
        let handle = self.file(fd, Access::WRITE)?;
        if handle.device.is_some() {
            return Err(Error::Unsupported);
        }
        if self.read_only || handle.read_only {
            return Err(Error::ReadOnly);
        }
        let account = self.volume.account(handle.quota.as_ref());
        let (value, marked) = handle.with_file(&self.volume.tree, |file| {
            let content = &mut *file.0.write()?;
            let (value, extent) = change(&mut content.body, account)?;
            let marked = extent.is_some_and(|extent| self.changed(content, handle.ino, extent));
            Ok((value, marked))
        })?;
        if marked {
            self.volume.note_unlocked(handle.ino)?;
        }
        Ok(value)
    }

    /// The device behind a handle that may write to it.
    fn device_to_change(&self, fd: Fd) -> Result<Option<&held::Open>> {
        let device = &self.file(fd, Access::WRITE)?.device;
        match device.is_some() && self.read_only {
            true => Err(Error::ReadOnly),
            false => Ok(device.as_ref()),
        }
    }

    /// Content changed. Gives whether its times have to be noted.
    fn changed(&self, content: &mut Content, ino: Ino, extent: Extent) -> bool {
        self.volume.env.changed(match extent {
            Extent::Written { offset, len } => Change::Written { ino, offset, len },
            Extent::Resized { size } => Change::Resized { ino, size },
        });
        self.volume.modified_content(content)
    }

    /// The file behind a handle that has this right.
    fn file(&self, fd: Fd, right: Access) -> Result<&Handle> {
        let handle = self.handles.get(fd)?;
        match handle.kind {
            Kind::Directory => Err(Error::IsDirectory),
            _ if !handle.access.contains(right) => Err(Error::BadDescriptor),
            Kind::File | Kind::Symlink => Ok(handle),
        }
    }
}

/// What of a file changed.
#[derive(Clone, Copy)]
enum Extent {
    Written { offset: u64, len: u64 },
    Resized { size: u64 },
}

impl Extent {
    /// `None` where nothing was written.
    fn written(offset: u64, len: u64) -> Option<Self> {
        (len > 0).then_some(Self::Written { offset, len })
    }
}

/// Hands bytes to a device, as many as it takes.
fn write_device(device: &held::Open, offset: Option<u64>, payload: Payload<'_>) -> Result<usize> {
    let payload = payload.first(DEVICE_WRITE_BYTES_MAX);
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(payload.len())
        .map_err(|_| Error::InsufficientMemory)?;
    payload.append_to(&mut bytes);
    let taken = device.write(offset, &bytes)?;
    Ok(taken.min(bytes.len()))
}

/// Writes as many bytes as the largest size of a file allows.
fn write(
    body: &mut Body,
    offset: u64,
    payload: Payload<'_>,
    account: Account<'_>,
) -> Result<usize> {
    let len = within_file_size(offset, payload.len() as u64, account)?;
    match payload.first(usize::try_from(len).unwrap_or(usize::MAX)) {
        fitting if fitting.is_empty() => Ok(0),
        fitting => body.write(offset, fitting, account),
    }
}

/// Zeroes as many bytes as the largest size of a file allows; gives their number.
fn zero(body: &mut Body, offset: u64, len: u64, account: Account<'_>) -> Result<u64> {
    let len = within_file_size(offset, len, account)?;
    if len > 0 {
        body.write_zeroes(offset, len, account)?;
    }
    Ok(len)
}

/// How much of a write of `len` bytes the largest size of a file allows.
fn within_file_size(offset: u64, len: u64, account: Account<'_>) -> Result<u64> {
    match account.file_size_max().checked_sub(offset) {
        _ if len == 0 => Ok(0),
        None | Some(0) => Err(Error::FileTooLarge),
        Some(left) => Ok(len.min(left)),
    }
}
