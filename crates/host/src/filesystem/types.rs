//! `wasi:filesystem/types`: each function looks up, calls and converts, or hands the call on to
//! wasmtime-wasi.

use monaka_wasi::descriptor;
use monaka_wasi::stream::{FileInput, FileOutput};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Advice, Descriptor as WasiDescriptor, DescriptorFlags, DescriptorStat, DescriptorType,
    DirectoryEntry, DirectoryEntryStream, ErrorCode, Host, HostDescriptor,
    HostDirectoryEntryStream, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};
use wasmtime_wasi::{ResourceTableError, WasiView};

use super::{Descriptor, Entries, Filesystem, convert, ours, theirs};
use crate::MonakaView;
use crate::metrics::Operation;
use crate::stream::{Input, Output, StreamFault};

type Handle = Resource<WasiDescriptor>;

impl<T: WasiView + MonakaView> Host for Filesystem<'_, T> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        match self.table().get(&error)?.downcast_ref() {
            Some(StreamFault(code)) => Ok(Some(convert::error_code(*code))),
            None => self.host().filesystem_error_code(error),
        }
    }
}

impl<T: WasiView + MonakaView> HostDescriptor for Filesystem<'_, T> {
    fn read_via_stream(&mut self, fd: Handle, offset: u64) -> FsResult<Resource<DynInputStream>> {
        let Some(file) = self.descriptor(&fd) else {
            return self.host().read_via_stream(fd, offset);
        };
        let stream = file.with(Operation::Open, |files, fd| {
            FileInput::open(files, fd, offset)
        })?;
        let stream: DynInputStream = Box::new(Input::new(file.core().clone(), stream));
        self.push(stream)
    }

    fn write_via_stream(&mut self, fd: Handle, offset: u64) -> FsResult<Resource<DynOutputStream>> {
        let Some(file) = self.descriptor(&fd) else {
            return self.host().write_via_stream(fd, offset);
        };
        let stream = file.with(Operation::Open, |files, fd| {
            FileOutput::open(files, fd, offset)
        })?;
        let stream: DynOutputStream = Box::new(Output::new(file.core().clone(), stream));
        self.push(stream)
    }

    fn append_via_stream(&mut self, fd: Handle) -> FsResult<Resource<DynOutputStream>> {
        let Some(file) = self.descriptor(&fd) else {
            return self.host().append_via_stream(fd);
        };
        let stream = file.with(Operation::Open, FileOutput::open_append)?;
        let stream: DynOutputStream = Box::new(Output::new(file.core().clone(), stream));
        self.push(stream)
    }

    /// Memory needs no advice; the descriptor is checked.
    async fn advise(&mut self, fd: Handle, offset: u64, len: u64, advice: Advice) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Sync, |files, fd| files.kind(fd).map(drop)),
            None => self.host().advise(fd, offset, len, advice).await,
        }
    }

    async fn sync_data(&mut self, fd: Handle) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Sync, |files, fd| files.sync(fd)),
            None => self.host().sync_data(fd).await,
        }
    }

    async fn get_flags(&mut self, fd: Handle) -> FsResult<DescriptorFlags> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Stat, |files, fd| {
                files.access(fd).map(convert::descriptor_flags)
            }),
            None => self.host().get_flags(fd).await,
        }
    }

    async fn get_type(&mut self, fd: Handle) -> FsResult<DescriptorType> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Stat, |files, fd| {
                files.kind(fd).map(convert::descriptor_type)
            }),
            None => self.host().get_type(fd).await,
        }
    }

    async fn set_size(&mut self, fd: Handle, size: u64) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Resize, |files, fd| files.set_size(fd, size)),
            None => self.host().set_size(fd, size).await,
        }
    }

    async fn set_times(
        &mut self,
        fd: Handle,
        atime: NewTimestamp,
        mtime: NewTimestamp,
    ) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Touch, |files, fd| {
                files.set_times(fd, convert::set_time(atime)?, convert::set_time(mtime)?)
            }),
            None => self.host().set_times(fd, atime, mtime).await,
        }
    }

    async fn read(&mut self, fd: Handle, len: u64, offset: u64) -> FsResult<(Vec<u8>, bool)> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Read, |files, fd| {
                let mut bytes = Vec::new();
                let found = descriptor::read(files, fd, offset, len, &mut bytes)?;
                Ok((bytes, found.end))
            }),
            None => self.host().read(fd, len, offset).await,
        }
    }

    async fn write(&mut self, fd: Handle, bytes: Vec<u8>, offset: u64) -> FsResult<u64> {
        match self.descriptor(&fd) {
            Some(file) => {
                let written = file.with(Operation::Write, |files, fd| {
                    files.write(fd, offset, &bytes)
                })?;
                Ok(written as u64)
            }
            None => self.host().write(fd, bytes, offset).await,
        }
    }

    async fn read_directory(&mut self, fd: Handle) -> FsResult<Resource<DirectoryEntryStream>> {
        let Some(directory) = self.descriptor(&fd) else {
            return self.host().read_directory(fd).await;
        };
        let core = directory.core().clone();
        let entries = directory.with(Operation::Open, |files, fd| {
            Entries::open_locked(core, files, fd)
        })?;
        Ok(theirs(self.push(entries)?))
    }

    async fn sync(&mut self, fd: Handle) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Sync, |files, fd| files.sync(fd)),
            None => self.host().sync(fd).await,
        }
    }

    async fn create_directory_at(&mut self, fd: Handle, path: String) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::CreateDirectory, &*path), |files, fd| {
                files.create_directory_at(fd, &path)
            }),
            None => self.host().create_directory_at(fd, path).await,
        }
    }

    async fn stat(&mut self, fd: Handle) -> FsResult<DescriptorStat> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Stat, |files, fd| {
                files.stat(fd).map(convert::descriptor_stat)
            }),
            None => self.host().stat(fd).await,
        }
    }

    async fn stat_at(
        &mut self,
        fd: Handle,
        flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::Stat, &*path), |files, fd| {
                let stat = files.stat_at(fd, &path, convert::follow(flags))?;
                Ok(convert::descriptor_stat(stat))
            }),
            None => self.host().stat_at(fd, flags, path).await,
        }
    }

    async fn set_times_at(
        &mut self,
        fd: Handle,
        flags: PathFlags,
        path: String,
        atime: NewTimestamp,
        mtime: NewTimestamp,
    ) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::Touch, &*path), |files, fd| {
                let (atime, mtime) = (convert::set_time(atime)?, convert::set_time(mtime)?);
                files.set_times_at(fd, &path, convert::follow(flags), atime, mtime)
            }),
            None => {
                self.host()
                    .set_times_at(fd, flags, path, atime, mtime)
                    .await
            }
        }
    }

    async fn link_at(
        &mut self,
        old_dir: Handle,
        flags: PathFlags,
        old: String,
        new_dir: Handle,
        new: String,
    ) -> FsResult<()> {
        match self.pair(&old_dir, &new_dir)? {
            Pair::Ours(old_dir, new_dir) => old_dir
                .with((Operation::Link, &*old, &*new), |files, fd| {
                    files.link_at(fd, convert::follow(flags), &old, new_dir.fd(), &new)
                }),
            Pair::Host => self.host().link_at(old_dir, flags, old, new_dir, new).await,
            Pair::Mixed => Err(ErrorCode::CrossDevice.into()),
        }
    }

    async fn open_at(
        &mut self,
        fd: Handle,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Handle> {
        let Some(base) = self.descriptor(&fd) else {
            let mut host = self.host();
            return host.open_at(fd, path_flags, path, open_flags, flags).await;
        };
        let follow = convert::follow(path_flags);
        let (open, access) = (convert::open_flags(open_flags), convert::access(flags));
        let opened = base.open_from(&path, |files, fd| {
            descriptor::open(files, fd, &path, follow, open, access)
        })?;
        Ok(theirs(self.push(opened)?))
    }

    fn drop(&mut self, fd: Handle) -> wasmtime::Result<()> {
        match self.descriptor(&fd).is_some() {
            true => drop(
                self.table()
                    .delete(Resource::<Descriptor>::new_own(fd.rep()))?,
            ),
            false => HostDescriptor::drop(&mut self.host(), fd)?,
        }
        Ok(())
    }

    async fn readlink_at(&mut self, fd: Handle, path: String) -> FsResult<String> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::ReadLink, &*path), |files, fd| {
                files.readlink_at(fd, &path).map(String::from)
            }),
            None => self.host().readlink_at(fd, path).await,
        }
    }

    async fn remove_directory_at(&mut self, fd: Handle, path: String) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::RemoveDirectory, &*path), |files, fd| {
                files.remove_directory_at(fd, &path)
            }),
            None => self.host().remove_directory_at(fd, path).await,
        }
    }

    async fn rename_at(
        &mut self,
        old_dir: Handle,
        old: String,
        new_dir: Handle,
        new: String,
    ) -> FsResult<()> {
        match self.pair(&old_dir, &new_dir)? {
            Pair::Ours(old_dir, new_dir) => old_dir
                .with((Operation::Rename, &*old, &*new), |files, fd| {
                    files.rename_at(fd, &old, new_dir.fd(), &new)
                }),
            Pair::Host => self.host().rename_at(old_dir, old, new_dir, new).await,
            Pair::Mixed => Err(ErrorCode::CrossDevice.into()),
        }
    }

    async fn symlink_at(&mut self, fd: Handle, target: String, path: String) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::Symlink, &*path, &*target), |files, fd| {
                files.symlink_at(&target, fd, &path)
            }),
            None => self.host().symlink_at(fd, target, path).await,
        }
    }

    async fn unlink_file_at(&mut self, fd: Handle, path: String) -> FsResult<()> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::Unlink, &*path), |files, fd| {
                files.unlink_file_at(fd, &path)
            }),
            None => self.host().unlink_file_at(fd, path).await,
        }
    }

    async fn is_same_object(&mut self, one: Handle, other: Handle) -> wasmtime::Result<bool> {
        match self.pair(&one, &other)? {
            Pair::Ours(one, other) => Ok(one
                .with(Operation::Stat, |files, fd| {
                    descriptor::is_same_object(files, fd, other.fd())
                })
                .unwrap_or(false)),
            Pair::Host => self.host().is_same_object(one, other).await,
            Pair::Mixed => Ok(false),
        }
    }

    async fn metadata_hash(&mut self, fd: Handle) -> FsResult<MetadataHashValue> {
        match self.descriptor(&fd) {
            Some(file) => file.with(Operation::Stat, |files, fd| {
                files.metadata_hash(fd).map(convert::metadata_hash)
            }),
            None => self.host().metadata_hash(fd).await,
        }
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Handle,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        match self.descriptor(&fd) {
            Some(dir) => dir.with((Operation::Stat, &*path), |files, fd| {
                let hash = files.metadata_hash_at(fd, &path, convert::follow(flags))?;
                Ok(convert::metadata_hash(hash))
            }),
            None => self.host().metadata_hash_at(fd, flags, path).await,
        }
    }
}

impl<T: WasiView + MonakaView> HostDirectoryEntryStream for Filesystem<'_, T> {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        match self.entries(&stream) {
            Some(entries) => Ok(entries.next().map_err(convert::error_code)?),
            None => self.host().read_directory_entry(stream).await,
        }
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        match self.entries(&stream).is_some() {
            true => drop(
                self.table()
                    .delete(Resource::<Entries>::new_own(stream.rep()))?,
            ),
            false => HostDirectoryEntryStream::drop(&mut self.host(), stream)?,
        }
        Ok(())
    }
}

/// Two descriptors of one operation.
enum Pair<'a> {
    Ours(&'a Descriptor, &'a Descriptor),
    Host,
    Mixed,
}

impl<T: WasiView + MonakaView> Filesystem<'_, T> {
    /// A full table is an error to the program, as a full table of handles is.
    fn push<R: Send + 'static>(&mut self, entry: R) -> FsResult<Resource<R>> {
        let pushed = self.table().push(entry);
        pushed.map_err(|_| ErrorCode::InsufficientMemory.into())
    }

    fn pair(&mut self, one: &Handle, other: &Handle) -> Result<Pair<'_>, ResourceTableError> {
        let table = self.table();
        let descriptor = |handle| table.get::<Descriptor>(&ours(handle)).ok();
        Ok(match (descriptor(one), descriptor(other)) {
            (Some(one), Some(other)) => Pair::Ours(one, other),
            (None, None) => Pair::Host,
            (Some(_), None) => table.get(other).map(|_| Pair::Mixed)?,
            (None, Some(_)) => table.get(one).map(|_| Pair::Mixed)?,
        })
    }
}
