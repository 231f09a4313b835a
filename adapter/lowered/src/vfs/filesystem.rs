//! `wasi:filesystem`.

use super::{Host, Vfs};
use crate::segments::Segments;
use crate::table::Resource;
use monaka_fs_core::{
    Access, DirEntry, Error, Follow, Kind, OpenFlags, Payload, Result, SetTime, Stat,
};
use monaka_wasi::descriptor;
use monaka_wasi::directory::DirectoryStream;
use monaka_wasi::stream::{FileInput, FileOutput};

/// Each is the function of the same name in WIT.
#[allow(missing_docs, reason = "WIT has it")]
impl<H: Host> Vfs<H> {
    /// The descriptor of the root; none if there is no place for it.
    pub fn get_directories(&mut self, access: Access) -> Option<u32> {
        self.handles.reserve().ok()?;
        let root = self.volume().and_then(|volume| volume.open_root(access));
        Some(self.handles.insert(Resource::Descriptor(root.ok())))
    }

    /// `None` for an error of the host, and for what is no error.
    pub fn filesystem_error_code(&self, error: u32) -> Option<Error> {
        match self.handles.get(error) {
            Some(Resource::Error(code)) => Some(*code),
            _ => None,
        }
    }

    pub fn read_via_stream(&mut self, descriptor: u32, offset: u64) -> Result<u32> {
        self.open(descriptor, |volume, fd| {
            FileInput::open(volume, fd, offset).map(Resource::Input)
        })
    }

    pub fn write_via_stream(&mut self, descriptor: u32, offset: u64) -> Result<u32> {
        self.open(descriptor, |volume, fd| {
            FileOutput::open(volume, fd, offset).map(Resource::Output)
        })
    }

    pub fn append_via_stream(&mut self, descriptor: u32) -> Result<u32> {
        self.open(descriptor, |volume, fd| {
            FileOutput::open_append(volume, fd).map(Resource::Output)
        })
    }

    /// Memory needs no advice; the descriptor is checked.
    pub fn advise(&mut self, descriptor: u32) -> Result<()> {
        self.with(descriptor, |volume, fd| volume.kind(fd).map(drop))
    }

    /// `sync-data` too.
    pub fn sync(&mut self, descriptor: u32) -> Result<()> {
        self.with(descriptor, |volume, fd| volume.sync(fd))
    }

    pub fn get_flags(&mut self, descriptor: u32) -> Result<Access> {
        self.with(descriptor, |volume, fd| volume.access(fd))
    }

    pub fn get_type(&mut self, descriptor: u32) -> Result<Kind> {
        self.with(descriptor, |volume, fd| volume.kind(fd))
    }

    pub fn set_size(&mut self, descriptor: u32, size: u64) -> Result<()> {
        self.with(descriptor, |volume, fd| volume.set_size(fd, size))
    }

    pub fn set_times(
        &mut self,
        descriptor: u32,
        atime: Result<SetTime>,
        mtime: Result<SetTime>,
    ) -> Result<()> {
        self.with(descriptor, |volume, fd| {
            volume.set_times(fd, atime?, mtime?)
        })
    }

    /// The bytes, and whether the file ends behind them.
    pub fn read(&mut self, descriptor: u32, len: u64, offset: u64) -> Result<(&Segments, bool)> {
        let fd = self.fd(descriptor)?;
        let volume = self.volume.as_mut().map_err(|error| *error)?;
        self.segments.clear();
        let found = descriptor::read(volume, fd, offset, len, &mut self.segments)?;
        Ok((&self.segments, found.end))
    }

    pub fn write(&mut self, descriptor: u32, payload: Payload<'_>, offset: u64) -> Result<u64> {
        self.with(descriptor, |volume, fd| {
            let written = volume.write_from(fd, offset, payload)?;
            Ok(written as u64)
        })
    }

    pub fn read_directory(&mut self, descriptor: u32) -> Result<u32> {
        self.open(descriptor, |volume, fd| {
            DirectoryStream::open(volume, fd).map(Resource::Directory)
        })
    }

    pub fn create_directory_at(&mut self, descriptor: u32, path: &str) -> Result<()> {
        self.with(descriptor, |volume, fd| {
            volume.create_directory_at(fd, path)
        })
    }

    pub fn stat(&mut self, descriptor: u32) -> Result<Stat> {
        self.with(descriptor, |volume, fd| volume.stat(fd))
    }

    pub fn stat_at(&mut self, descriptor: u32, follow: Follow, path: &str) -> Result<Stat> {
        self.with(descriptor, |volume, fd| volume.stat_at(fd, path, follow))
    }

    pub fn set_times_at(
        &mut self,
        descriptor: u32,
        follow: Follow,
        path: &str,
        atime: Result<SetTime>,
        mtime: Result<SetTime>,
    ) -> Result<()> {
        self.with(descriptor, |volume, fd| {
            volume.set_times_at(fd, path, follow, atime?, mtime?)
        })
    }

    pub fn link_at(
        &mut self,
        descriptor: u32,
        follow: Follow,
        old_path: &str,
        new_descriptor: u32,
        new_path: &str,
    ) -> Result<()> {
        let (fd, new_fd) = (self.fd(descriptor)?, self.fd(new_descriptor)?);
        let volume = self.volume()?;
        volume.link_at(fd, follow, old_path, new_fd, new_path)
    }

    pub fn open_at(
        &mut self,
        descriptor: u32,
        follow: Follow,
        path: &str,
        flags: OpenFlags,
        access: Access,
    ) -> Result<u32> {
        self.open(descriptor, |volume, fd| {
            let fd = descriptor::open(volume, fd, path, follow, flags, access)?;
            Ok(Resource::Descriptor(Some(fd)))
        })
    }

    pub fn readlink_at(&mut self, descriptor: u32, path: &str) -> Result<&str> {
        let fd = self.fd(descriptor)?;
        self.volume()?.readlink_at(fd, path)
    }

    pub fn remove_directory_at(&mut self, descriptor: u32, path: &str) -> Result<()> {
        self.with(descriptor, |volume, fd| {
            volume.remove_directory_at(fd, path)
        })
    }

    pub fn rename_at(
        &mut self,
        descriptor: u32,
        old_path: &str,
        new_descriptor: u32,
        new_path: &str,
    ) -> Result<()> {
        let (fd, new_fd) = (self.fd(descriptor)?, self.fd(new_descriptor)?);
        self.volume()?.rename_at(fd, old_path, new_fd, new_path)
    }

    pub fn symlink_at(&mut self, descriptor: u32, old_path: &str, new_path: &str) -> Result<()> {
        self.with(descriptor, |volume, fd| {
            volume.symlink_at(old_path, fd, new_path)
        })
    }

    pub fn unlink_file_at(&mut self, descriptor: u32, path: &str) -> Result<()> {
        self.with(descriptor, |volume, fd| volume.unlink_file_at(fd, path))
    }

    pub fn is_same_object(&mut self, descriptor: u32, other: u32) -> bool {
        let same = self.fd(other).and_then(|other| {
            self.with(descriptor, |volume, fd| {
                descriptor::is_same_object(volume, fd, other)
            })
        });
        same.unwrap_or(false)
    }

    pub fn metadata_hash(&mut self, descriptor: u32) -> Result<[u64; 2]> {
        self.with(descriptor, |volume, fd| volume.metadata_hash(fd))
    }

    pub fn metadata_hash_at(
        &mut self,
        descriptor: u32,
        follow: Follow,
        path: &str,
    ) -> Result<[u64; 2]> {
        self.with(descriptor, |volume, fd| {
            volume.metadata_hash_at(fd, path, follow)
        })
    }

    pub fn read_directory_entry(&mut self, stream: u32) -> Result<Option<DirEntry<'_>>> {
        let Some(Resource::Directory(stream)) = self.handles.get(stream) else {
            return Err(Error::BadDescriptor);
        };
        stream.next(self.volume.as_mut().map_err(|error| *error)?)
    }
}
