//! Between the values of the core and those of the canonical ABI.

use crate::layout::{Datetime, DescriptorStat, ErrorCode, MetadataHash, Optional};
use monaka_fs_core::{Access, Error, Follow, Kind, OpenFlags, Result, SetTime, Stat, Time};
use monaka_wasi::descriptor;

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

/// How many cases `advice` has.
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

#[cfg(test)]
mod tests {
    use super::*;
    use monaka_wasi::error::name;

    const WIT: &str = include_str!("../../../wit/deps/filesystem.wit");

    /// The cases of an `enum` of WIT, in order.
    fn cases(name: &str) -> Vec<&'static str> {
        let start = WIT.find(&format!("enum {name} {{")).unwrap();
        let (body, _) = WIT[start..].split_once('}').unwrap();
        let lines = body.lines().skip(1).map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .map(|line| line.trim_end_matches(','))
            .collect()
    }

    #[test]
    fn codes_are_those_of_wit() {
        let codes = cases("error-code");
        assert_eq!(codes.len(), 37);
        for error in [
            Error::Access,
            Error::BadDescriptor,
            Error::Busy,
            Error::CrossDevice,
            Error::Exist,
            Error::FileTooLarge,
            Error::InsufficientMemory,
            Error::InsufficientSpace,
            Error::Invalid,
            Error::InvalidSeek,
            Error::Io,
            Error::IsDirectory,
            Error::Loop,
            Error::NameTooLong,
            Error::NoEntry,
            Error::NotDirectory,
            Error::NotEmpty,
            Error::NotPermitted,
            Error::Overflow,
            Error::ReadOnly,
            Error::TooManyLinks,
            Error::Unsupported,
        ] {
            let code = codes[usize::from(error_code(error))];
            assert_eq!(code, name(error));
        }
    }

    #[test]
    fn types_and_advices_are_those_of_wit() {
        let types = cases("descriptor-type");
        let name = |kind| types[usize::from(descriptor_type(kind))];
        assert_eq!(name(Kind::File), "regular-file");
        assert_eq!(name(Kind::Directory), "directory");
        assert_eq!(name(Kind::Symlink), "symbolic-link");
        assert_eq!(cases("advice").len() as u32, ADVICES);
    }

    #[test]
    fn flags_have_the_bits_of_wit() {
        assert_eq!((follow(0), follow(1)), (Follow::No, Follow::Yes));
        assert_eq!(follow(2), Follow::No, "an unknown bit");
        assert_eq!(open_flags(0b1001), OpenFlags::CREATE | OpenFlags::TRUNCATE);
        assert_eq!(access(0b100001), Access::READ | Access::MUTATE_DIRECTORY);
        assert_eq!(access(u32::MAX), Access::all());
    }

    #[test]
    fn timestamps_are_checked() {
        assert_eq!(set_time(0, 9, 9), Some(Ok(SetTime::Unchanged)));
        assert_eq!(set_time(1, 9, u32::MAX), Some(Ok(SetTime::Now)));
        let at = SetTime::At(Time(3_000_000_004));
        assert_eq!(set_time(2, 3, 4), Some(Ok(at)));
        assert_eq!(set_time(2, 3, 1_000_000_000), Some(Err(Error::Invalid)));
        assert_eq!(set_time(3, 0, 0), None);
    }
}
