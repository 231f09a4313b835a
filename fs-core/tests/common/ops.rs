//! Operations as data, and how to make random ones up.

use monaka_fs_core::{Access, OpenFlags, SetTime, Time};
use proptest::prelude::*;

/// Handles that a test has at one time. Handle 0 is the root and stays open.
pub const SLOTS: usize = 6;

/// One operation. `dir` and `fd` are slots of handles.
#[derive(Clone, Debug)]
pub enum Op {
    /// Opens into a slot other than 0, and closes what was there.
    Open {
        slot: usize,
        dir: usize,
        path: String,
        follow: bool,
        flags: OpenFlags,
        access: Access,
    },
    Close {
        fd: usize,
    },
    Read {
        fd: usize,
        offset: u64,
        len: usize,
    },
    Write {
        fd: usize,
        offset: u64,
        seed: u8,
        len: usize,
    },
    Append {
        fd: usize,
        seed: u8,
        len: usize,
    },
    WriteZeroes {
        fd: usize,
        offset: u64,
        len: u64,
    },
    SetSize {
        fd: usize,
        size: u64,
    },
    Stat {
        fd: usize,
    },
    StatAt {
        dir: usize,
        path: String,
        follow: bool,
    },
    SetTimes {
        fd: usize,
        atime: SetTime,
        mtime: SetTime,
    },
    SetTimesAt {
        dir: usize,
        path: String,
        follow: bool,
        atime: SetTime,
        mtime: SetTime,
    },
    CreateDirectory {
        dir: usize,
        path: String,
    },
    RemoveDirectory {
        dir: usize,
        path: String,
    },
    Unlink {
        dir: usize,
        path: String,
    },
    Rename {
        old_dir: usize,
        old: String,
        new_dir: usize,
        new: String,
    },
    Link {
        old_dir: usize,
        follow: bool,
        old: String,
        new_dir: usize,
        new: String,
    },
    Symlink {
        target: String,
        dir: usize,
        path: String,
    },
    Readlink {
        dir: usize,
        path: String,
    },
    List {
        fd: usize,
    },
    IsSame {
        a: usize,
        b: usize,
    },
}

impl Op {
    /// The handles that it needs.
    pub fn slots(&self) -> Vec<usize> {
        match self {
            Op::Open { dir, .. }
            | Op::StatAt { dir, .. }
            | Op::SetTimesAt { dir, .. }
            | Op::CreateDirectory { dir, .. }
            | Op::RemoveDirectory { dir, .. }
            | Op::Unlink { dir, .. }
            | Op::Symlink { dir, .. }
            | Op::Readlink { dir, .. } => vec![*dir],
            Op::Close { fd }
            | Op::Read { fd, .. }
            | Op::Write { fd, .. }
            | Op::Append { fd, .. }
            | Op::WriteZeroes { fd, .. }
            | Op::SetSize { fd, .. }
            | Op::Stat { fd }
            | Op::SetTimes { fd, .. }
            | Op::List { fd } => vec![*fd],
            Op::Rename {
                old_dir, new_dir, ..
            }
            | Op::Link {
                old_dir, new_dir, ..
            } => vec![*old_dir, *new_dir],
            Op::IsSame { a, b } => vec![*a, *b],
        }
    }
}

/// What a write writes.
pub fn pattern(seed: u8, len: usize) -> Vec<u8> {
    (0..len)
        .map(|i| seed.wrapping_add((i % 251) as u8) | 1)
        .collect()
}

/// Sequences of operations.
pub fn ops(len_max: usize) -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(op(), 1..len_max)
}

fn op() -> impl Strategy<Value = Op> {
    let fd = || 0..SLOTS;
    prop_oneof![
        8 => (1..SLOTS, dir(), path(), any::<bool>(), flags(), access()).prop_map(
            |(slot, dir, path, follow, flags, access)| Op::Open { slot, dir, path, follow, flags, access }
        ),
        2 => (1..SLOTS).prop_map(|fd| Op::Close { fd }),
        4 => (fd(), offset(), len()).prop_map(|(fd, offset, len)| Op::Read { fd, offset, len }),
        5 => (fd(), offset(), any::<u8>(), len()).prop_map(|(fd, offset, seed, len)| Op::Write { fd, offset, seed, len }),
        3 => (fd(), any::<u8>(), len()).prop_map(|(fd, seed, len)| Op::Append { fd, seed, len }),
        2 => (fd(), offset(), len()).prop_map(|(fd, offset, len)| Op::WriteZeroes { fd, offset, len: len as u64 }),
        3 => (fd(), offset()).prop_map(|(fd, size)| Op::SetSize { fd, size }),
        2 => fd().prop_map(|fd| Op::Stat { fd }),
        4 => (dir(), path(), any::<bool>()).prop_map(|(dir, path, follow)| Op::StatAt { dir, path, follow }),
        1 => (fd(), time(), time()).prop_map(|(fd, atime, mtime)| Op::SetTimes { fd, atime, mtime }),
        2 => (dir(), path(), any::<bool>(), time(), time()).prop_map(
            |(dir, path, follow, atime, mtime)| Op::SetTimesAt { dir, path, follow, atime, mtime }
        ),
        7 => (dir(), path()).prop_map(|(dir, path)| Op::CreateDirectory { dir, path }),
        3 => (dir(), path()).prop_map(|(dir, path)| Op::RemoveDirectory { dir, path }),
        3 => (dir(), path()).prop_map(|(dir, path)| Op::Unlink { dir, path }),
        7 => (dir(), path(), dir(), path()).prop_map(
            |(old_dir, old, new_dir, new)| Op::Rename { old_dir, old, new_dir, new }
        ),
        4 => (dir(), any::<bool>(), path(), dir(), path()).prop_map(
            |(old_dir, follow, old, new_dir, new)| Op::Link { old_dir, follow, old, new_dir, new }
        ),
        4 => (target(), dir(), path()).prop_map(|(target, dir, path)| Op::Symlink { target, dir, path }),
        2 => (dir(), path()).prop_map(|(dir, path)| Op::Readlink { dir, path }),
        2 => fd().prop_map(|fd| Op::List { fd }),
        1 => (fd(), fd()).prop_map(|(a, b)| Op::IsSame { a, b }),
    ]
}

/// Mostly the root: the other slots are often files or vacant.
fn dir() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 1 => 0..SLOTS]
}

fn path() -> impl Strategy<Value = String> {
    let component = prop_oneof![
        24 => (0..4_usize).prop_map(|i| ["a", "b", "c", "d"][i].to_owned()),
        2 => Just(".".to_owned()),
        2 => Just("..".to_owned()),
        1 => (254..258_usize).prop_map(|len| "n".repeat(len)),
    ];
    let separator = prop_oneof![9 => Just("/"), 1 => Just("//")];
    let end = prop_oneof![9 => Just(""), 1 => Just("/")];
    let some = (proptest::collection::vec(component, 1..4), separator, end)
        .prop_map(|(components, separator, end)| components.join(separator) + end);
    prop_oneof![40 => some, 1 => Just(String::new())]
}

fn target() -> impl Strategy<Value = String> {
    let start = prop_oneof![4 => Just(""), 1 => Just("/")];
    (start, path()).prop_map(|(start, path)| start.to_owned() + &path)
}

fn flags() -> impl Strategy<Value = OpenFlags> {
    prop_oneof![
        2 => Just(OpenFlags::empty()),
        3 => Just(OpenFlags::CREATE),
        1 => (0..16_u8).prop_map(OpenFlags::from_bits_truncate),
    ]
}

fn access() -> impl Strategy<Value = Access> {
    prop_oneof![1 => Just(Access::READ), 1 => Just(Access::WRITE), 3 => Just(Access::READ | Access::WRITE)]
        .prop_map(|access| access | Access::MUTATE_DIRECTORY)
}

fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0..300_u64, 2 => 65_400..65_700_u64, 1 => 130_900..131_300_u64, 1 => 0..400_000_u64]
}

fn len() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0..300_usize, 1 => 65_400..65_700_usize, 1 => 0..200_000_usize]
}

fn time() -> impl Strategy<Value = SetTime> {
    prop_oneof![
        Just(SetTime::Unchanged),
        Just(SetTime::Now),
        (0..1000_u64).prop_map(|ns| SetTime::At(Time(ns)))
    ]
}
