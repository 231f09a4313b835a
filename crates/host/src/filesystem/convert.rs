//! Between the types of the core and those of wasmtime-wasi.

use monaka_fs_core::{
    Access, DirEntry, Error, Follow, Kind, OpenFlags, Result, SetTime, Stat, Time,
};
use monaka_wasi::descriptor;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::types as wasi;

const ACCESS: [(wasi::DescriptorFlags, Access); 6] = [
    (wasi::DescriptorFlags::READ, Access::READ),
    (wasi::DescriptorFlags::WRITE, Access::WRITE),
    (
        wasi::DescriptorFlags::FILE_INTEGRITY_SYNC,
        Access::FILE_INTEGRITY_SYNC,
    ),
    (
        wasi::DescriptorFlags::DATA_INTEGRITY_SYNC,
        Access::DATA_INTEGRITY_SYNC,
    ),
    (
        wasi::DescriptorFlags::REQUESTED_WRITE_SYNC,
        Access::REQUESTED_WRITE_SYNC,
    ),
    (
        wasi::DescriptorFlags::MUTATE_DIRECTORY,
        Access::MUTATE_DIRECTORY,
    ),
];

const OPEN: [(wasi::OpenFlags, OpenFlags); 4] = [
    (wasi::OpenFlags::CREATE, OpenFlags::CREATE),
    (wasi::OpenFlags::DIRECTORY, OpenFlags::DIRECTORY),
    (wasi::OpenFlags::EXCLUSIVE, OpenFlags::EXCLUSIVE),
    (wasi::OpenFlags::TRUNCATE, OpenFlags::TRUNCATE),
];

pub(super) fn access(flags: wasi::DescriptorFlags) -> Access {
    let set = ACCESS.into_iter().filter(|(flag, _)| flags.contains(*flag));
    set.map(|(_, access)| access).collect()
}

pub(super) fn descriptor_flags(access: Access) -> wasi::DescriptorFlags {
    let set = ACCESS
        .into_iter()
        .filter(|(_, right)| access.contains(*right));
    set.fold(wasi::DescriptorFlags::empty(), |flags, (flag, _)| {
        flags | flag
    })
}

pub(super) fn open_flags(flags: wasi::OpenFlags) -> OpenFlags {
    let set = OPEN.into_iter().filter(|(flag, _)| flags.contains(*flag));
    set.map(|(_, open)| open).collect()
}

pub(super) fn follow(flags: wasi::PathFlags) -> Follow {
    match flags.contains(wasi::PathFlags::SYMLINK_FOLLOW) {
        true => Follow::Yes,
        false => Follow::No,
    }
}

pub(super) fn descriptor_type(kind: Kind) -> wasi::DescriptorType {
    match kind {
        Kind::File => wasi::DescriptorType::RegularFile,
        Kind::Directory => wasi::DescriptorType::Directory,
        Kind::Symlink => wasi::DescriptorType::SymbolicLink,
    }
}

pub(super) fn descriptor_stat(stat: Stat) -> wasi::DescriptorStat {
    wasi::DescriptorStat {
        type_: descriptor_type(stat.kind),
        link_count: stat.nlink.into(),
        size: stat.size,
        data_access_timestamp: Some(datetime(stat.atime)),
        data_modification_timestamp: Some(datetime(stat.mtime)),
        status_change_timestamp: Some(datetime(stat.ctime)),
    }
}

fn datetime(time: Time) -> Datetime {
    let (seconds, nanoseconds) = descriptor::datetime(time);
    Datetime {
        seconds,
        nanoseconds,
    }
}

pub(super) fn set_time(timestamp: wasi::NewTimestamp) -> Result<SetTime> {
    use wasi::NewTimestamp::{NoChange, Now, Timestamp};
    Ok(match timestamp {
        NoChange => SetTime::Unchanged,
        Now => SetTime::Now,
        Timestamp(at) => SetTime::At(descriptor::time(at.seconds, at.nanoseconds)?),
    })
}

pub(super) fn metadata_hash([lower, upper]: [u64; 2]) -> wasi::MetadataHashValue {
    wasi::MetadataHashValue { lower, upper }
}

pub(super) fn directory_entry(entry: DirEntry<'_>) -> wasi::DirectoryEntry {
    wasi::DirectoryEntry {
        type_: descriptor_type(entry.kind),
        name: entry.name.into(),
    }
}

/// A code that the core has and WASI has not is `io`.
pub(super) fn error_code(error: Error) -> wasi::ErrorCode {
    use wasi::ErrorCode;
    match error {
        Error::Access => ErrorCode::Access,
        Error::BadDescriptor => ErrorCode::BadDescriptor,
        Error::Busy => ErrorCode::Busy,
        Error::CrossDevice => ErrorCode::CrossDevice,
        Error::Exist => ErrorCode::Exist,
        Error::FileTooLarge => ErrorCode::FileTooLarge,
        Error::InsufficientMemory => ErrorCode::InsufficientMemory,
        Error::InsufficientSpace => ErrorCode::InsufficientSpace,
        Error::Invalid => ErrorCode::Invalid,
        Error::InvalidSeek => ErrorCode::InvalidSeek,
        Error::IsDirectory => ErrorCode::IsDirectory,
        Error::Loop => ErrorCode::Loop,
        Error::NameTooLong => ErrorCode::NameTooLong,
        Error::NoEntry => ErrorCode::NoEntry,
        Error::NotDirectory => ErrorCode::NotDirectory,
        Error::NotEmpty => ErrorCode::NotEmpty,
        Error::NotPermitted => ErrorCode::NotPermitted,
        Error::Overflow => ErrorCode::Overflow,
        Error::ReadOnly => ErrorCode::ReadOnly,
        Error::TooManyLinks => ErrorCode::TooManyLinks,
        Error::Unsupported => ErrorCode::Unsupported,
        _ => ErrorCode::Io,
    }
}
