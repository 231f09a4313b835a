//! `wasi:filesystem/types`.

use super::Adapter;
use super::bindings::exports::wasi::filesystem::types::{
    self, Advice, DescriptorBorrow, DescriptorFlags, DescriptorStat, DescriptorType,
    DirectoryEntry, ErrorBorrow, ErrorCode, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use super::convert;
use super::io::{self, InputStream, OutputStream};
use super::state::{self, Files};
use alloc::string::String;
use alloc::vec::Vec;
use monaka_fs_core::{Access, DirEntry, Error, Fd, Result};
use monaka_wasi::descriptor;
use monaka_wasi::directory::DirectoryStream;
use monaka_wasi::stream::{FileInput, FileOutput};
use monaka_wasi::to_string;

impl types::Guest for Adapter {
    type Descriptor = Descriptor;
    type DirectoryEntryStream = DirectoryEntryStream;

    fn filesystem_error_code(error: ErrorBorrow<'_>) -> Option<ErrorCode> {
        error.get::<io::IoError>().code().map(convert::error_code)
    }
}

/// A handle of the core. None is the root of a volume that could not be
/// mounted: there, everything fails as the mount did.
pub(super) struct Descriptor {
    fd: Option<Fd>,
}

impl Descriptor {
    pub(super) fn root(access: Access) -> Self {
        let fd = state::with(|files| files.open_root(access)).ok();
        Self { fd }
    }

    fn fd(&self) -> Result<Fd> {
        self.fd.ok_or(Error::Io)
    }

    /// Does something with the volume and the handle.
    fn with<T>(
        &self,
        operation: impl FnOnce(&mut Files, Fd) -> Result<T>,
    ) -> core::result::Result<T, ErrorCode> {
        self.fd()
            .and_then(|fd| state::with(|files| operation(files, fd)))
            .map_err(convert::error_code)
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        let _ = self.with(|files, fd| files.close(fd));
    }
}

type Outcome<T> = core::result::Result<T, ErrorCode>;

impl types::GuestDescriptor for Descriptor {
    fn read_via_stream(&self, offset: u64) -> Outcome<types::InputStream> {
        let stream = self.with(|files, fd| FileInput::open(files, fd, offset))?;
        Ok(types::InputStream::new(InputStream::File(stream)))
    }

    fn write_via_stream(&self, offset: u64) -> Outcome<types::OutputStream> {
        let stream = self.with(|files, fd| FileOutput::open(files, fd, offset))?;
        Ok(types::OutputStream::new(OutputStream::File(stream)))
    }

    fn append_via_stream(&self) -> Outcome<types::OutputStream> {
        let stream = self.with(FileOutput::open_append)?;
        Ok(types::OutputStream::new(OutputStream::File(stream)))
    }

    /// Memory needs no advice; the descriptor is checked.
    fn advise(&self, _offset: u64, _length: u64, _advice: Advice) -> Outcome<()> {
        self.with(|files, fd| files.kind(fd).map(drop))
    }

    fn sync_data(&self) -> Outcome<()> {
        self.with(|files, fd| files.sync(fd))
    }

    fn get_flags(&self) -> Outcome<DescriptorFlags> {
        self.with(|files, fd| files.access(fd).map(convert::descriptor_flags))
    }

    fn get_type(&self) -> Outcome<DescriptorType> {
        self.with(|files, fd| files.kind(fd).map(convert::descriptor_type))
    }

    fn set_size(&self, size: u64) -> Outcome<()> {
        self.with(|files, fd| files.set_size(fd, size))
    }

    fn set_times(&self, atime: NewTimestamp, mtime: NewTimestamp) -> Outcome<()> {
        self.with(|files, fd| {
            files.set_times(fd, convert::set_time(atime)?, convert::set_time(mtime)?)
        })
    }

    fn read(&self, length: u64, offset: u64) -> Outcome<(Vec<u8>, bool)> {
        let mut bytes = Vec::new();
        let found =
            self.with(|files, fd| descriptor::read(files, fd, offset, length, &mut bytes))?;
        Ok((bytes, found.end))
    }

    fn write(&self, buffer: Vec<u8>, offset: u64) -> Outcome<u64> {
        self.with(|files, fd| {
            files
                .write(fd, offset, &buffer)
                .map(|written| written as u64)
        })
    }

    fn read_directory(&self) -> Outcome<types::DirectoryEntryStream> {
        let stream = self.with(DirectoryStream::open)?;
        Ok(types::DirectoryEntryStream::new(DirectoryEntryStream(
            stream,
        )))
    }

    fn sync(&self) -> Outcome<()> {
        self.with(|files, fd| files.sync(fd))
    }

    fn create_directory_at(&self, path: String) -> Outcome<()> {
        self.with(|files, fd| files.create_directory_at(fd, &path))
    }

    fn stat(&self) -> Outcome<DescriptorStat> {
        self.with(|files, fd| files.stat(fd).map(convert::descriptor_stat))
    }

    fn stat_at(&self, path_flags: PathFlags, path: String) -> Outcome<DescriptorStat> {
        let follow = convert::follow(path_flags);
        self.with(|files, fd| {
            files
                .stat_at(fd, &path, follow)
                .map(convert::descriptor_stat)
        })
    }

    fn set_times_at(
        &self,
        path_flags: PathFlags,
        path: String,
        atime: NewTimestamp,
        mtime: NewTimestamp,
    ) -> Outcome<()> {
        let follow = convert::follow(path_flags);
        self.with(|files, fd| {
            let (atime, mtime) = (convert::set_time(atime)?, convert::set_time(mtime)?);
            files.set_times_at(fd, &path, follow, atime, mtime)
        })
    }

    fn link_at(
        &self,
        old_path_flags: PathFlags,
        old_path: String,
        new_descriptor: DescriptorBorrow<'_>,
        new_path: String,
    ) -> Outcome<()> {
        let follow = convert::follow(old_path_flags);
        self.with(|files, fd| {
            let new_fd = new_descriptor.get::<Self>().fd()?;
            files.link_at(fd, follow, &old_path, new_fd, &new_path)
        })
    }

    fn open_at(
        &self,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<types::Descriptor> {
        let follow = convert::follow(path_flags);
        let open = convert::open_flags(open_flags);
        let access = convert::access(flags);
        let fd = self.with(|files, fd| descriptor::open(files, fd, &path, follow, open, access))?;
        Ok(types::Descriptor::new(Self { fd: Some(fd) }))
    }

    fn readlink_at(&self, path: String) -> Outcome<String> {
        self.with(|files, fd| files.readlink_at(fd, &path).and_then(to_string))
    }

    fn remove_directory_at(&self, path: String) -> Outcome<()> {
        self.with(|files, fd| files.remove_directory_at(fd, &path))
    }

    fn rename_at(
        &self,
        old_path: String,
        new_descriptor: DescriptorBorrow<'_>,
        new_path: String,
    ) -> Outcome<()> {
        self.with(|files, fd| {
            let new_fd = new_descriptor.get::<Self>().fd()?;
            files.rename_at(fd, &old_path, new_fd, &new_path)
        })
    }

    fn symlink_at(&self, old_path: String, new_path: String) -> Outcome<()> {
        self.with(|files, fd| files.symlink_at(&old_path, fd, &new_path))
    }

    fn unlink_file_at(&self, path: String) -> Outcome<()> {
        self.with(|files, fd| files.unlink_file_at(fd, &path))
    }

    fn is_same_object(&self, other: DescriptorBorrow<'_>) -> bool {
        self.with(|files, fd| {
            let other = other.get::<Self>().fd()?;
            descriptor::is_same_object(files, fd, other)
        })
        .unwrap_or(false)
    }

    fn metadata_hash(&self) -> Outcome<MetadataHashValue> {
        self.with(|files, fd| files.metadata_hash(fd).map(metadata_hash))
    }

    fn metadata_hash_at(&self, path_flags: PathFlags, path: String) -> Outcome<MetadataHashValue> {
        let follow = convert::follow(path_flags);
        self.with(|files, fd| files.metadata_hash_at(fd, &path, follow).map(metadata_hash))
    }
}

fn metadata_hash([lower, upper]: [u64; 2]) -> MetadataHashValue {
    MetadataHashValue { lower, upper }
}

/// The `directory-entry-stream`.
pub(super) struct DirectoryEntryStream(DirectoryStream);

impl types::GuestDirectoryEntryStream for DirectoryEntryStream {
    fn read_directory_entry(&self) -> Outcome<Option<DirectoryEntry>> {
        state::with(|files| self.0.next(files)?.map(directory_entry).transpose())
            .map_err(convert::error_code)
    }
}

fn directory_entry(entry: DirEntry<'_>) -> Result<DirectoryEntry> {
    Ok(DirectoryEntry {
        type_: convert::descriptor_type(entry.kind),
        name: to_string(entry.name)?,
    })
}

impl Drop for DirectoryEntryStream {
    fn drop(&mut self) {
        let _ = state::with(|files| self.0.close(files));
    }
}
