//! What the arguments of an operation may be.

use super::random::Random;
use crate::wasi::clocks::wall_clock::Datetime;
use crate::wasi::filesystem::types::{Advice, DescriptorFlags, NewTimestamp, OpenFlags, PathFlags};

const CHUNK: u64 = 64 << 10;

/// Names that operations meet again and again.
const NAMES: &[&str] = &["a", "b", "c", "d", "e", "naïve – 文件 🦀"];

/// Paths with several parts, or with something wrong.
const ODD_PATHS: &[&str] = &[
    "",
    "/",
    "/a",
    ".",
    "..",
    "./a",
    "a/.",
    "a/..",
    "../a",
    "../..",
    "a/",
    "b//c",
    "a/b/../c",
    "none/x",
    "a/none/../b",
    "a\0b",
    "\0",
    "...",
    " ",
    "a\nb",
    "a\\b",
    "./",
    "a/./b/",
    "//",
    "c/..",
];

/// Times that are told as they are; what a clock tells lies between them.
const TIMES: &[(u64, u32)] = &[
    (0, 0),
    (1, 2),
    (1_000_000, 999_999_999),
    (5_000_000_000, 1),
    (u64::MAX, 999_999_999),
    (3, 1_000_000_000),
];

const ADVICE: &[Advice] = &[
    Advice::Normal,
    Advice::Sequential,
    Advice::Random,
    Advice::WillNeed,
    Advice::DontNeed,
    Advice::NoReuse,
];

impl Random {
    pub fn path(&mut self) -> String {
        match self.below(100) {
            0..65 => self.name(),
            65..85 => format!("{}/{}", self.name(), self.name()),
            85..97 => self.pick(ODD_PATHS).to_string(),
            97 => "n".repeat(255 + self.index(2)),
            98 => format!("{}a", "./".repeat(2046 + self.index(3))),
            _ => "é".repeat(127 + self.index(2)),
        }
    }

    fn name(&mut self) -> String {
        self.pick(NAMES).to_string()
    }

    pub fn offset(&mut self) -> u64 {
        match self.below(100) {
            0..35 => 0,
            35..60 => self.below(100),
            60..80 => (CHUNK * (1 + self.below(4)) - 2) + self.below(5),
            80..95 => self.below(5 * CHUNK),
            95 => (5 << 30) + self.below(100),
            96 => (1 << 44) + self.below(2),
            97 => u64::MAX - self.below(3),
            98 => (1 << 32) - 2 + self.below(5),
            _ => i64::MAX as u64 + self.below(2),
        }
    }

    pub fn length(&mut self) -> u64 {
        match self.below(100) {
            0..10 => 0,
            10..55 => self.below(100),
            55..70 => 4096,
            70..85 => CHUNK - 2 + self.below(5),
            85..97 => self.below(5 * CHUNK),
            97 => u64::MAX - self.below(2),
            98 => (1 << 32) - 2 + self.below(5),
            _ => (16 << 20) - 2 + self.below(5),
        }
    }

    /// Bytes to write.
    pub fn content(&mut self) -> Vec<u8> {
        let len = match self.below(100) {
            0..5 => 0,
            5..50 => self.below(100),
            50..70 => 4096,
            70..85 => CHUNK - 2 + self.below(5),
            85..99 => self.below(4 * CHUNK),
            _ => self.below(1 << 20),
        };
        let (first, step) = (self.next() as u8, self.next() as u8 | 1);
        (0..len)
            .map(|i| {
                first
                    .wrapping_add((i as u8).wrapping_mul(step))
                    .wrapping_add((i >> 8) as u8)
            })
            .collect()
    }

    /// How many zeroes to write: never so many that memory decides.
    pub fn zeroes(&mut self) -> u64 {
        self.length().min(1 << 20)
    }

    pub fn follow(&mut self) -> PathFlags {
        if self.chance(50) {
            PathFlags::SYMLINK_FOLLOW
        } else {
            PathFlags::empty()
        }
    }

    pub fn open_flags(&mut self) -> OpenFlags {
        let mut flags = OpenFlags::empty();
        for (percent, flag) in [
            (60, OpenFlags::CREATE),
            (15, OpenFlags::DIRECTORY),
            (10, OpenFlags::EXCLUSIVE),
            (15, OpenFlags::TRUNCATE),
        ] {
            flags.set(flag, self.chance(percent));
        }
        flags
    }

    pub fn descriptor_flags(&mut self) -> DescriptorFlags {
        let mut flags = DescriptorFlags::empty();
        for (percent, flag) in [
            (80, DescriptorFlags::READ),
            (60, DescriptorFlags::WRITE),
            (5, DescriptorFlags::FILE_INTEGRITY_SYNC),
            (5, DescriptorFlags::DATA_INTEGRITY_SYNC),
            (5, DescriptorFlags::REQUESTED_WRITE_SYNC),
            (30, DescriptorFlags::MUTATE_DIRECTORY),
        ] {
            flags.set(flag, self.chance(percent));
        }
        flags
    }

    /// As most programs open directories.
    pub fn directory_flags(&mut self) -> DescriptorFlags {
        let mut flags = DescriptorFlags::READ;
        flags.set(DescriptorFlags::MUTATE_DIRECTORY, self.chance(50));
        flags
    }

    pub fn timestamp(&mut self) -> NewTimestamp {
        match self.below(4) {
            0 => NewTimestamp::NoChange,
            1 => NewTimestamp::Now,
            _ => {
                let (seconds, nanoseconds) = self.pick(TIMES);
                NewTimestamp::Timestamp(Datetime {
                    seconds,
                    nanoseconds,
                })
            }
        }
    }

    pub fn advice(&mut self) -> Advice {
        self.pick(ADVICE)
    }
}
