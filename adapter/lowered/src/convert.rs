//! Between the values of the core and those of the canonical ABI.

use crate::layout::{Datetime, DescriptorStat, ErrorCode, MetadataHash, Optional};
use monaka_adapter::logic::descriptor;
use monaka_fs_core::{Access, Error, Follow, Kind, OpenFlags, Result, SetTime, Stat, Time};

/// `path-flags`. Bits that WASI does not know mean nothing, here and below.
pub fn follow(flags: u32) -> Follow {
    match flags & 1 {
        0 => Follow::No,
        _ => Follow::Yes,
    }
}

/// `open-flags`: the same bits.
pub fn open_flags(flags: u32) -> OpenFlags {
    OpenFlags::from_bits_truncate(flags as u8)
}

/// `descriptor-flags`: the same bits.
pub fn access(flags: u32) -> Access {
    Access::from_bits_truncate(flags as u8)
}

/// `new-timestamp`; none if that is no discriminant.
pub fn set_time(case: u32, seconds: u64, nanoseconds: u32) -> Option<Result<SetTime>> {
    match case {
        0 => Some(Ok(SetTime::Unchanged)),
        1 => Some(Ok(SetTime::Now)),
        2 => Some(descriptor::time(seconds, nanoseconds).map(SetTime::At)),
        _ => None,
    }
}

/// The number of an `advice`s.
pub const ADVICES: u32 = 6;

/// `descriptor-type`.
pub fn descriptor_type(kind: Kind) -> u8 {
    match kind {
        Kind::Directory => 3,
        Kind::Symlink => 5,
        Kind::File => 6,
    }
}

/// `descriptor-stat`.
pub fn descriptor_stat(stat: Stat) -> DescriptorStat {
    DescriptorStat {
        kind: descriptor_type(stat.kind),
        link_count: stat.nlink.into(),
        size: stat.size,
        data_access_timestamp: datetime(stat.atime),
        data_modification_timestamp: datetime(stat.mtime),
        status_change_timestamp: datetime(stat.ctime),
    }
}

fn datetime(time: Time) -> Optional<Datetime> {
    let (seconds, nanoseconds) = descriptor::datetime(time);
    Optional::some(Datetime {
        seconds,
        nanoseconds,
    })
}

/// `metadata-hash-value`.
pub fn metadata_hash([lower, upper]: [u64; 2]) -> MetadataHash {
    MetadataHash { lower, upper }
}

/// `error-code`. A code that the core has and WASI has not is `io`.
#[inline(never)]
pub fn error_code(error: Error) -> ErrorCode {
    match error {
        Error::Access => 0,
        Error::BadDescriptor => 3,
        Error::Busy => 4,
        Error::Exist => 7,
        Error::FileTooLarge => 8,
        Error::Invalid => 12,
        Error::IsDirectory => 14,
        Error::Loop => 15,
        Error::TooManyLinks => 16,
        Error::NameTooLong => 18,
        Error::NoEntry => 20,
        Error::InsufficientMemory => 22,
        Error::InsufficientSpace => 23,
        Error::NotDirectory => 24,
        Error::NotEmpty => 25,
        Error::Unsupported => 27,
        Error::Overflow => 30,
        Error::NotPermitted => 31,
        Error::ReadOnly => 33,
        Error::InvalidSeek => 34,
        Error::CrossDevice => 36,
        _ => 13,
    }
}
