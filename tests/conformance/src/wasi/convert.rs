//! Between the types of the core and those that are generated.

use monaka_fs_core::{Access, Error, Follow, Kind, OpenFlags, Result, SetTime, Stat, Time};
use monaka_wasi::descriptor;

use super::generated::clocks::wall_clock::Datetime;
use super::generated::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, MetadataHashValue, NewTimestamp,
    OpenFlags as WitOpenFlags, PathFlags,
};

pub(super) fn access(flags: DescriptorFlags) -> Access {
    Access::from_bits_truncate(flags.bits())
}

pub(super) fn descriptor_flags(access: Access) -> DescriptorFlags {
    DescriptorFlags::from_bits_retain(access.bits())
}

pub(super) fn open_flags(flags: WitOpenFlags) -> OpenFlags {
    OpenFlags::from_bits_truncate(flags.bits())
}

pub(super) fn follow(flags: PathFlags) -> Follow {
    if flags.contains(PathFlags::SYMLINK_FOLLOW) {
        Follow::Yes
    } else {
        Follow::No
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

pub(super) fn metadata_hash([lower, upper]: [u64; 2]) -> MetadataHashValue {
    MetadataHashValue { lower, upper }
}

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
