//! `wasi:filesystem/types` for stores that are used synchronously: the asynchronous functions, which
//! wait for directories of the host only.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::component::Resource;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::filesystem::types;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    DirectoryEntryStream, ErrorCode, Host, HostDescriptor, HostDirectoryEntryStream,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};
use wasmtime_wasi::runtime::in_tokio;

use super::Filesystem;
use crate::MonakaView;

type Handle = Resource<Descriptor>;

/// What the future gives. Those for a volume's files are ready at once, and need no runtime.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => in_tokio(future),
    }
}

impl<T: WasiView + MonakaView> Host for Filesystem<'_, T> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        Ok(types::Host::convert_error_code(self, error)?.into())
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(types::Host::filesystem_error_code(self, error)?.map(ErrorCode::from))
    }
}

impl<T: WasiView + MonakaView> HostDescriptor for Filesystem<'_, T> {
    fn read_via_stream(&mut self, fd: Handle, offset: u64) -> FsResult<Resource<DynInputStream>> {
        types::HostDescriptor::read_via_stream(self, fd, offset)
    }

    fn write_via_stream(&mut self, fd: Handle, offset: u64) -> FsResult<Resource<DynOutputStream>> {
        types::HostDescriptor::write_via_stream(self, fd, offset)
    }

    fn append_via_stream(&mut self, fd: Handle) -> FsResult<Resource<DynOutputStream>> {
        types::HostDescriptor::append_via_stream(self, fd)
    }

    fn advise(&mut self, fd: Handle, offset: u64, len: u64, advice: Advice) -> FsResult<()> {
        finish(types::HostDescriptor::advise(
            self,
            fd,
            offset,
            len,
            advice.into(),
        ))
    }

    fn sync_data(&mut self, fd: Handle) -> FsResult<()> {
        finish(types::HostDescriptor::sync_data(self, fd))
    }

    fn get_flags(&mut self, fd: Handle) -> FsResult<DescriptorFlags> {
        Ok(finish(types::HostDescriptor::get_flags(self, fd))?.into())
    }

    fn get_type(&mut self, fd: Handle) -> FsResult<DescriptorType> {
        Ok(finish(types::HostDescriptor::get_type(self, fd))?.into())
    }

    fn set_size(&mut self, fd: Handle, size: u64) -> FsResult<()> {
        finish(types::HostDescriptor::set_size(self, fd, size))
    }

    fn set_times(&mut self, fd: Handle, atime: NewTimestamp, mtime: NewTimestamp) -> FsResult<()> {
        finish(types::HostDescriptor::set_times(
            self,
            fd,
            atime.into(),
            mtime.into(),
        ))
    }

    fn read(&mut self, fd: Handle, len: u64, offset: u64) -> FsResult<(Vec<u8>, bool)> {
        finish(types::HostDescriptor::read(self, fd, len, offset))
    }

    fn write(&mut self, fd: Handle, bytes: Vec<u8>, offset: u64) -> FsResult<u64> {
        finish(types::HostDescriptor::write(self, fd, bytes, offset))
    }

    fn read_directory(&mut self, fd: Handle) -> FsResult<Resource<DirectoryEntryStream>> {
        finish(types::HostDescriptor::read_directory(self, fd))
    }

    fn sync(&mut self, fd: Handle) -> FsResult<()> {
        finish(types::HostDescriptor::sync(self, fd))
    }

    fn create_directory_at(&mut self, fd: Handle, path: String) -> FsResult<()> {
        finish(types::HostDescriptor::create_directory_at(self, fd, path))
    }

    fn stat(&mut self, fd: Handle) -> FsResult<DescriptorStat> {
        Ok(finish(types::HostDescriptor::stat(self, fd))?.into())
    }

    fn stat_at(&mut self, fd: Handle, flags: PathFlags, path: String) -> FsResult<DescriptorStat> {
        Ok(finish(types::HostDescriptor::stat_at(self, fd, flags.into(), path))?.into())
    }

    fn set_times_at(
        &mut self,
        fd: Handle,
        flags: PathFlags,
        path: String,
        atime: NewTimestamp,
        mtime: NewTimestamp,
    ) -> FsResult<()> {
        finish(types::HostDescriptor::set_times_at(
            self,
            fd,
            flags.into(),
            path,
            atime.into(),
            mtime.into(),
        ))
    }

    fn link_at(
        &mut self,
        old_dir: Handle,
        flags: PathFlags,
        old: String,
        new_dir: Handle,
        new: String,
    ) -> FsResult<()> {
        finish(types::HostDescriptor::link_at(
            self,
            old_dir,
            flags.into(),
            old,
            new_dir,
            new,
        ))
    }

    fn open_at(
        &mut self,
        fd: Handle,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Handle> {
        finish(types::HostDescriptor::open_at(
            self,
            fd,
            path_flags.into(),
            path,
            open_flags.into(),
            flags.into(),
        ))
    }

    fn readlink_at(&mut self, fd: Handle, path: String) -> FsResult<String> {
        finish(types::HostDescriptor::readlink_at(self, fd, path))
    }

    fn remove_directory_at(&mut self, fd: Handle, path: String) -> FsResult<()> {
        finish(types::HostDescriptor::remove_directory_at(self, fd, path))
    }

    fn rename_at(
        &mut self,
        old_dir: Handle,
        old: String,
        new_dir: Handle,
        new: String,
    ) -> FsResult<()> {
        finish(types::HostDescriptor::rename_at(
            self, old_dir, old, new_dir, new,
        ))
    }

    fn symlink_at(&mut self, fd: Handle, target: String, path: String) -> FsResult<()> {
        finish(types::HostDescriptor::symlink_at(self, fd, target, path))
    }

    fn unlink_file_at(&mut self, fd: Handle, path: String) -> FsResult<()> {
        finish(types::HostDescriptor::unlink_file_at(self, fd, path))
    }

    fn is_same_object(&mut self, one: Handle, other: Handle) -> wasmtime::Result<bool> {
        finish(types::HostDescriptor::is_same_object(self, one, other))
    }

    fn metadata_hash(&mut self, fd: Handle) -> FsResult<MetadataHashValue> {
        Ok(finish(types::HostDescriptor::metadata_hash(self, fd))?.into())
    }

    fn metadata_hash_at(
        &mut self,
        fd: Handle,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        Ok(finish(types::HostDescriptor::metadata_hash_at(
            self,
            fd,
            flags.into(),
            path,
        ))?
        .into())
    }

    fn drop(&mut self, fd: Handle) -> wasmtime::Result<()> {
        types::HostDescriptor::drop(self, fd)
    }
}

impl<T: WasiView + MonakaView> HostDirectoryEntryStream for Filesystem<'_, T> {
    fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        let entry = types::HostDirectoryEntryStream::read_directory_entry(self, stream);
        Ok(finish(entry)?.map(DirectoryEntry::from))
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        types::HostDirectoryEntryStream::drop(self, stream)
    }
}
