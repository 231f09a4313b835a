//! `wasi:filesystem`.

use super::io::segments;
use super::memory::{self, ProgramBytes, string};
use super::state;
use crate::convert;
use crate::layout::{
    DescriptorStat, DirectoryEntry, ErrorCode, Fallible, List, MetadataHash, Nothing, Optional,
    Preopen, Read,
};
use crate::table::Kind;
use core::arch::wasm32::unreachable;
use core::cell::Cell;
use monaka_adapter::mount::{Single, root_access};
use monaka_fs_core::{DirEntry, Payload, Result, SetTime};

type Outcome<T> = Fallible<T, ErrorCode>;

#[unsafe(export_name = "wasi:filesystem/preopens#get-directories")]
extern "C" fn get_directories() -> List {
    static PREOPENS: Single<Cell<Option<[Preopen; 1]>>> = Single(Cell::new(None));
    let root = state::with(|vfs| vfs.get_directories(root_access()));
    PREOPENS.0.set(root.map(|descriptor| {
        [Preopen {
            descriptor,
            path: memory::list(b"/"),
        }]
    }));
    // SAFETY: nothing changes it until the next call.
    let preopens = unsafe { &*PREOPENS.0.as_ptr() };
    memory::list(preopens.as_ref().map_or(&[], |preopens| &preopens[..]))
}

#[unsafe(export_name = "wasi:filesystem/types#filesystem-error-code")]
extern "C" fn filesystem_error_code(error: u32) -> Optional<ErrorCode> {
    let code = state::with(|vfs| vfs.filesystem_error_code(error));
    code.map(convert::error_code).into()
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read-via-stream")]
extern "C" fn read_via_stream(descriptor: u32, offset: u64) -> Outcome<u32> {
    state::with(|vfs| outcome(vfs.read_via_stream(descriptor, offset)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.write-via-stream")]
extern "C" fn write_via_stream(descriptor: u32, offset: u64) -> Outcome<u32> {
    state::with(|vfs| outcome(vfs.write_via_stream(descriptor, offset)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.append-via-stream")]
extern "C" fn append_via_stream(descriptor: u32) -> Outcome<u32> {
    state::with(|vfs| outcome(vfs.append_via_stream(descriptor)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.advise")]
extern "C" fn advise(descriptor: u32, _offset: u64, _len: u64, advice: u32) -> Outcome<Nothing> {
    if advice >= convert::ADVICES {
        unreachable()
    }
    state::with(|vfs| done(vfs.advise(descriptor)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.sync-data")]
extern "C" fn sync_data(descriptor: u32) -> Outcome<Nothing> {
    sync(descriptor)
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.get-flags")]
extern "C" fn get_flags(descriptor: u32) -> Outcome<u8> {
    state::with(|vfs| outcome(vfs.get_flags(descriptor).map(|access| access.bits())))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.get-type")]
extern "C" fn get_type(descriptor: u32) -> Outcome<u8> {
    state::with(|vfs| outcome(vfs.get_type(descriptor).map(convert::descriptor_type)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.set-size")]
extern "C" fn set_size(descriptor: u32, size: u64) -> Outcome<Nothing> {
    state::with(|vfs| done(vfs.set_size(descriptor, size)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.set-times")]
extern "C" fn set_times(
    descriptor: u32,
    atime: u32,
    atime_seconds: u64,
    atime_nanoseconds: u32,
    mtime: u32,
    mtime_seconds: u64,
    mtime_nanoseconds: u32,
) -> Outcome<Nothing> {
    let atime = set_time(atime, atime_seconds, atime_nanoseconds);
    let mtime = set_time(mtime, mtime_seconds, mtime_nanoseconds);
    state::with(|vfs| done(vfs.set_times(descriptor, atime, mtime)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read")]
extern "C" fn read(descriptor: u32, len: u64, offset: u64) -> Outcome<Read> {
    state::with(|vfs| {
        let found = vfs.read(descriptor, len, offset);
        outcome(found.map(|(found, end)| Read {
            bytes: segments(found),
            end,
        }))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.write")]
extern "C" fn write(descriptor: u32, address: u32, len: usize, offset: u64) -> Outcome<u64> {
    let buffer = ProgramBytes { address };
    let payload = Payload::new(&buffer, len);
    state::with(|vfs| outcome(vfs.write(descriptor, payload, offset)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read-directory")]
extern "C" fn read_directory(descriptor: u32) -> Outcome<u32> {
    state::with(|vfs| outcome(vfs.read_directory(descriptor)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.sync")]
extern "C" fn sync(descriptor: u32) -> Outcome<Nothing> {
    state::with(|vfs| done(vfs.sync(descriptor)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.create-directory-at")]
extern "C" fn create_directory_at(descriptor: u32, path: *mut u8, len: usize) -> Outcome<Nothing> {
    // SAFETY: the glue put the path into `scratch`. So below.
    let path = unsafe { string(path, len) };
    state::with(|vfs| done(vfs.create_directory_at(descriptor, path)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.stat")]
extern "C" fn stat(descriptor: u32) -> Outcome<DescriptorStat> {
    state::with(|vfs| outcome(vfs.stat(descriptor).map(convert::descriptor_stat)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.stat-at")]
extern "C" fn stat_at(
    descriptor: u32,
    flags: u32,
    path: *mut u8,
    len: usize,
) -> Outcome<DescriptorStat> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    let follow = convert::follow(flags);
    state::with(|vfs| {
        let stat = vfs.stat_at(descriptor, follow, path);
        outcome(stat.map(convert::descriptor_stat))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.set-times-at")]
#[allow(clippy::too_many_arguments, reason = "flat")]
extern "C" fn set_times_at(
    descriptor: u32,
    flags: u32,
    path: *mut u8,
    len: usize,
    atime: u32,
    atime_seconds: u64,
    atime_nanoseconds: u32,
    mtime: u32,
    mtime_seconds: u64,
    mtime_nanoseconds: u32,
) -> Outcome<Nothing> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    let follow = convert::follow(flags);
    let atime = set_time(atime, atime_seconds, atime_nanoseconds);
    let mtime = set_time(mtime, mtime_seconds, mtime_nanoseconds);
    state::with(|vfs| done(vfs.set_times_at(descriptor, follow, path, atime, mtime)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.link-at")]
extern "C" fn link_at(
    descriptor: u32,
    old_flags: u32,
    old_path: *mut u8,
    old_len: usize,
    new_descriptor: u32,
    new_path: *mut u8,
    new_len: usize,
) -> Outcome<Nothing> {
    // SAFETY: as above.
    let (old, new) = unsafe { (string(old_path, old_len), string(new_path, new_len)) };
    let follow = convert::follow(old_flags);
    state::with(|vfs| done(vfs.link_at(descriptor, follow, old, new_descriptor, new)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.open-at")]
extern "C" fn open_at(
    descriptor: u32,
    path_flags: u32,
    path: *mut u8,
    len: usize,
    open_flags: u32,
    flags: u32,
) -> Outcome<u32> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    let follow = convert::follow(path_flags);
    let (open, access) = (convert::open_flags(open_flags), convert::access(flags));
    state::with(|vfs| outcome(vfs.open_at(descriptor, follow, path, open, access)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.readlink-at")]
extern "C" fn readlink_at(descriptor: u32, path: *mut u8, len: usize) -> Outcome<List> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    state::with(|vfs| {
        let target = vfs.readlink_at(descriptor, path);
        outcome(target.map(|target| memory::list(target.as_bytes())))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.remove-directory-at")]
extern "C" fn remove_directory_at(descriptor: u32, path: *mut u8, len: usize) -> Outcome<Nothing> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    state::with(|vfs| done(vfs.remove_directory_at(descriptor, path)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.rename-at")]
extern "C" fn rename_at(
    descriptor: u32,
    old_path: *mut u8,
    old_len: usize,
    new_descriptor: u32,
    new_path: *mut u8,
    new_len: usize,
) -> Outcome<Nothing> {
    // SAFETY: as above.
    let (old, new) = unsafe { (string(old_path, old_len), string(new_path, new_len)) };
    state::with(|vfs| done(vfs.rename_at(descriptor, old, new_descriptor, new)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.symlink-at")]
extern "C" fn symlink_at(
    descriptor: u32,
    old_path: *mut u8,
    old_len: usize,
    new_path: *mut u8,
    new_len: usize,
) -> Outcome<Nothing> {
    // SAFETY: as above.
    let (old, new) = unsafe { (string(old_path, old_len), string(new_path, new_len)) };
    state::with(|vfs| done(vfs.symlink_at(descriptor, old, new)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.unlink-file-at")]
extern "C" fn unlink_file_at(descriptor: u32, path: *mut u8, len: usize) -> Outcome<Nothing> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    state::with(|vfs| done(vfs.unlink_file_at(descriptor, path)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.is-same-object")]
extern "C" fn is_same_object(descriptor: u32, other: u32) -> bool {
    state::with(|vfs| vfs.is_same_object(descriptor, other))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.metadata-hash")]
extern "C" fn metadata_hash(descriptor: u32) -> Outcome<MetadataHash> {
    state::with(|vfs| outcome(vfs.metadata_hash(descriptor).map(convert::metadata_hash)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.metadata-hash-at")]
extern "C" fn metadata_hash_at(
    descriptor: u32,
    flags: u32,
    path: *mut u8,
    len: usize,
) -> Outcome<MetadataHash> {
    // SAFETY: as above.
    let path = unsafe { string(path, len) };
    let follow = convert::follow(flags);
    state::with(|vfs| {
        let hash = vfs.metadata_hash_at(descriptor, follow, path);
        outcome(hash.map(convert::metadata_hash))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[resource-drop]descriptor")]
extern "C" fn drop_descriptor(descriptor: u32) {
    state::with(|vfs| vfs.drop(descriptor, Kind::Descriptor));
}

#[unsafe(export_name = "wasi:filesystem/types#[method]directory-entry-stream.read-directory-entry")]
extern "C" fn read_directory_entry(stream: u32) -> Outcome<Optional<DirectoryEntry>> {
    state::with(|vfs| {
        let entry = vfs.read_directory_entry(stream);
        outcome(entry.map(|entry| entry.map(directory_entry).into()))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[resource-drop]directory-entry-stream")]
extern "C" fn drop_directory(stream: u32) {
    state::with(|vfs| vfs.drop(stream, Kind::Directory));
}

fn directory_entry(entry: DirEntry<'_>) -> DirectoryEntry {
    DirectoryEntry {
        kind: convert::descriptor_type(entry.kind),
        name: memory::list(entry.name.as_bytes()),
    }
}

/// What is no `new-timestamp` traps, as the canonical ABI says.
fn set_time(case: u32, seconds: u64, nanoseconds: u32) -> Result<SetTime> {
    match convert::set_time(case, seconds, nanoseconds) {
        Some(time) => time,
        None => unreachable(),
    }
}

fn outcome<T: Copy>(result: Result<T>) -> Outcome<T> {
    match result {
        Ok(value) => Fallible::ok(value),
        Err(error) => Fallible::err(convert::error_code(error)),
    }
}

fn done(result: Result<()>) -> Outcome<Nothing> {
    outcome(result.map(|()| Nothing::HERE))
}
