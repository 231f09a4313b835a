//! The resource `descriptor`, and `preopens`.

use monaka_fs_core::{Fd, Result};
use monaka_wasi::descriptor;
use monaka_wasi::directory::DirectoryStream;
use monaka_wasi::stream::{FileInput, FileOutput};
use monaka_wasi::to_string;

use super::convert;
use super::directory::DirectoryEntryStream;
use super::generated::filesystem::types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, MetadataHashValue,
    NewTimestamp, OpenFlags, PathFlags,
};
use super::streams::{InputStream, OutputStream};
use crate::files::{self, Files};

/// `preopens.get-directories`.
pub fn get_directories() -> Vec<(Descriptor, String)> {
    let root = files::with(|files| files.open_root(files::root_access()));
    let root = root.map(|fd| (Descriptor { fd }, String::from("/")));
    root.into_iter().collect()
}

/// The resource `descriptor`.
#[derive(Debug)]
pub struct Descriptor {
    fd: Fd,
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.with(|files, fd| files.close(fd)).ok();
    }
}

type Outcome<T> = core::result::Result<T, ErrorCode>;

impl Descriptor {
    fn with<T>(&self, operation: impl FnOnce(&mut Files, Fd) -> Result<T>) -> Outcome<T> {
        files::with(|files| operation(files, self.fd)).map_err(convert::error_code)
    }
}

/// Each method is the function of its name.
#[allow(missing_docs, reason = "wasi:filesystem documents them")]
impl Descriptor {
    pub fn read_via_stream(&self, offset: u64) -> Outcome<InputStream> {
        self.with(|files, fd| FileInput::open(files, fd, offset))
            .map(InputStream)
    }

    pub fn write_via_stream(&self, offset: u64) -> Outcome<OutputStream> {
        self.with(|files, fd| FileOutput::open(files, fd, offset))
            .map(OutputStream)
    }

    pub fn append_via_stream(&self) -> Outcome<OutputStream> {
        self.with(FileOutput::open_append).map(OutputStream)
    }

    pub fn advise(&self, _offset: u64, _length: u64, _advice: Advice) -> Outcome<()> {
        self.with(|files, fd| files.kind(fd).map(drop))
    }

    pub fn sync_data(&self) -> Outcome<()> {
        self.with(|files, fd| files.sync(fd))
    }

    pub fn get_flags(&self) -> Outcome<DescriptorFlags> {
        self.with(|files, fd| files.access(fd).map(convert::descriptor_flags))
    }

    pub fn get_type(&self) -> Outcome<DescriptorType> {
        self.with(|files, fd| files.kind(fd).map(convert::descriptor_type))
    }

    pub fn set_size(&self, size: u64) -> Outcome<()> {
        self.with(|files, fd| files.set_size(fd, size))
    }

    pub fn set_times(&self, atime: NewTimestamp, mtime: NewTimestamp) -> Outcome<()> {
        self.with(|files, fd| {
            files.set_times(fd, convert::set_time(atime)?, convert::set_time(mtime)?)
        })
    }

    pub fn read(&self, length: u64, offset: u64) -> Outcome<(Vec<u8>, bool)> {
        let mut bytes = Vec::new();
        let found =
            self.with(|files, fd| descriptor::read(files, fd, offset, length, &mut bytes))?;
        Ok((bytes, found.end))
    }

    pub fn write(&self, buffer: &[u8], offset: u64) -> Outcome<u64> {
        self.with(|files, fd| {
            files
                .write(fd, offset, buffer)
                .map(|written| written as u64)
        })
    }

    pub fn read_directory(&self) -> Outcome<DirectoryEntryStream> {
        self.with(DirectoryStream::open).map(DirectoryEntryStream)
    }

    pub fn sync(&self) -> Outcome<()> {
        self.with(|files, fd| files.sync(fd))
    }

    pub fn create_directory_at(&self, path: &str) -> Outcome<()> {
        self.with(|files, fd| files.create_directory_at(fd, path))
    }

    pub fn stat(&self) -> Outcome<DescriptorStat> {
        self.with(|files, fd| files.stat(fd).map(convert::descriptor_stat))
    }

    pub fn stat_at(&self, path_flags: PathFlags, path: &str) -> Outcome<DescriptorStat> {
        let follow = convert::follow(path_flags);
        self.with(|files, fd| {
            files
                .stat_at(fd, path, follow)
                .map(convert::descriptor_stat)
        })
    }

    pub fn set_times_at(
        &self,
        path_flags: PathFlags,
        path: &str,
        atime: NewTimestamp,
        mtime: NewTimestamp,
    ) -> Outcome<()> {
        let follow = convert::follow(path_flags);
        self.with(|files, fd| {
            let (atime, mtime) = (convert::set_time(atime)?, convert::set_time(mtime)?);
            files.set_times_at(fd, path, follow, atime, mtime)
        })
    }

    pub fn link_at(
        &self,
        old_path_flags: PathFlags,
        old_path: &str,
        new_descriptor: &Self,
        new_path: &str,
    ) -> Outcome<()> {
        let follow = convert::follow(old_path_flags);
        self.with(|files, fd| files.link_at(fd, follow, old_path, new_descriptor.fd, new_path))
    }

    pub fn open_at(
        &self,
        path_flags: PathFlags,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<Self> {
        let follow = convert::follow(path_flags);
        let open = convert::open_flags(open_flags);
        let access = convert::access(flags);
        self.with(|files, fd| descriptor::open(files, fd, path, follow, open, access))
            .map(|fd| Self { fd })
    }

    pub fn readlink_at(&self, path: &str) -> Outcome<String> {
        self.with(|files, fd| files.readlink_at(fd, path).and_then(to_string))
    }

    pub fn remove_directory_at(&self, path: &str) -> Outcome<()> {
        self.with(|files, fd| files.remove_directory_at(fd, path))
    }

    pub fn rename_at(&self, old_path: &str, new_descriptor: &Self, new_path: &str) -> Outcome<()> {
        self.with(|files, fd| files.rename_at(fd, old_path, new_descriptor.fd, new_path))
    }

    pub fn symlink_at(&self, old_path: &str, new_path: &str) -> Outcome<()> {
        self.with(|files, fd| files.symlink_at(old_path, fd, new_path))
    }

    pub fn unlink_file_at(&self, path: &str) -> Outcome<()> {
        self.with(|files, fd| files.unlink_file_at(fd, path))
    }

    pub fn is_same_object(&self, other: &Self) -> bool {
        self.with(|files, fd| descriptor::is_same_object(files, fd, other.fd))
            .unwrap_or(false)
    }

    pub fn metadata_hash(&self) -> Outcome<MetadataHashValue> {
        self.with(|files, fd| files.metadata_hash(fd).map(convert::metadata_hash))
    }

    pub fn metadata_hash_at(
        &self,
        path_flags: PathFlags,
        path: &str,
    ) -> Outcome<MetadataHashValue> {
        let follow = convert::follow(path_flags);
        self.with(|files, fd| {
            files
                .metadata_hash_at(fd, path, follow)
                .map(convert::metadata_hash)
        })
    }
}
