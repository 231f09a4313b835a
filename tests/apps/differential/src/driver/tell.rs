//! Results as text.

use std::fmt::{Debug, Display};

use crate::wasi::clocks::wall_clock::Datetime;
use crate::wasi::filesystem::types::{DescriptorStat, ErrorCode, NewTimestamp};

/// A path, cut where it is long.
pub fn path(path: &str) -> String {
    match path.char_indices().nth(40) {
        Some((cut, _)) => format!("{:?}… of {} bytes", &path[..cut], path.len()),
        None => format!("{path:?}"),
    }
}

/// The names of flags, or `-`.
pub fn flags(flags: &impl Debug) -> String {
    let text = format!("{flags:?}");
    let names = text.split_once('(').map_or("", |(_, names)| names);
    match names.strip_suffix(')') {
        Some(names) if !names.contains("0x0") => names.to_lowercase().replace(" | ", "|"),
        _ => "-".into(),
    }
}

/// What an operation on a descriptor gave.
pub fn result<T>(result: Result<T, ErrorCode>, ok: impl FnOnce(T) -> String) -> String {
    result.map_or_else(|code| code.name().to_string(), ok)
}

/// Success without a value.
pub fn done(outcome: Result<(), ErrorCode>) -> String {
    result(outcome, |()| "ok".into())
}

/// Success with a value.
pub fn value<T: Display>(outcome: Result<T, ErrorCode>) -> String {
    result(outcome, |value| value.to_string())
}

/// How many bytes, and which.
pub fn bytes(bytes: &[u8]) -> String {
    let mut digest = Digest::new();
    digest.add(bytes);
    format!("{} bytes {:016x}", bytes.len(), digest.value())
}

pub fn stat(stat: &DescriptorStat) -> String {
    format!(
        "{:?} links {} size {} times {} {} {}",
        stat.type_,
        stat.link_count,
        stat.size,
        time(stat.data_access_timestamp),
        time(stat.data_modification_timestamp),
        time(stat.status_change_timestamp),
    )
}

/// A time that was set; one between 2001 and 2096 is a clock's.
fn time(time: Option<Datetime>) -> String {
    match time {
        None => "none".into(),
        Some(time) if (1_000_000_000..4_000_000_000).contains(&time.seconds) => "now".into(),
        Some(time) => format!("{}.{:09}", time.seconds, time.nanoseconds),
    }
}

pub fn timestamp(timestamp: NewTimestamp) -> String {
    match timestamp {
        NewTimestamp::NoChange => "no-change".into(),
        NewTimestamp::Now => "now".into(),
        NewTimestamp::Timestamp(at) => format!("{}.{:09}", at.seconds, at.nanoseconds),
    }
}

/// FNV-1a over words of eight bytes, and the length.
pub struct Digest(u64);

impl Digest {
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub fn add(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            self.mix(u64::from_le_bytes(padded));
        }
        self.mix(bytes.len() as u64);
    }

    fn mix(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 ^= self.0 >> 29;
    }

    pub fn value(&self) -> u64 {
        self.0
    }
}
