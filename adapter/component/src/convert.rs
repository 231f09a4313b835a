//! Between the types of the core and those of the bindings.

use super::bindings::exports::wasi::filesystem::types::{
    Datetime, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, NewTimestamp,
    OpenFlags as WitOpenFlags, PathFlags,
};
use monaka_fs_core::{Access, Error, Follow, Kind, OpenFlags, Result, SetTime, Stat, Time};
use monaka_wasi::descriptor;

/// The flags of a descriptor have the same bits on both sides.
pub(super) fn access(flags: DescriptorFlags) -> Access {
    Access::from_bits_truncate(flags.bits())
}

pub(super) fn descriptor_flags(access: Access) -> DescriptorFlags {
    DescriptorFlags::from_bits_retain(access.bits())
}

/// So have the flags of `open-at`.
pub(super) fn open_flags(flags: WitOpenFlags) -> OpenFlags {
    OpenFlags::from_bits_truncate(flags.bits())
}

pub(super) fn follow(flags: PathFlags) -> Follow {
    if flags.bits() & PathFlags::SYMLINK_FOLLOW.bits() == 0 {
        Follow::No
    } else {
        Follow::Yes
    }
}

pub(super) fn descriptor_type(kind: Kind) -> DescriptorType {
    match kind {
        Kind::File => DescriptorType::RegularFile,
        Kind::Directory => DescriptorType::Directory,
        Kind::Symlink => DescriptorType::SymbolicLink,
    }
}

pub(super) fn descriptor_stat(stat: Stat) -> DescriptorStat {
    DescriptorStat {
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

pub(super) fn set_time(timestamp: NewTimestamp) -> Result<SetTime> {
    Ok(match timestamp {
        NewTimestamp::NoChange => SetTime::Unchanged,
        NewTimestamp::Now => SetTime::Now,
        NewTimestamp::Timestamp(at) => SetTime::At(descriptor::time(at.seconds, at.nanoseconds)?),
    })
}

/// A code that the core has and WASI has not is `io`.
pub(super) fn error_code(error: Error) -> ErrorCode {
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
