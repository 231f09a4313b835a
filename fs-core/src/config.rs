//! The record that tells an adapter, inside a composed file, where its image
//! is and what its limits are.
//!
//! It lies in the data of the adapter's core module, marked by its magic, and
//! is filled in when a program is composed. 64 bytes, little-endian:
//!
//! ```text
//!   0  16  magic "monaka-config-01"
//!  16   4  address of the image in the adapter's memory
//!  20   4  bytes of the image, 0 = none
//!  24   8  bytes_max
//!  32   8  file_size_max
//!  40   4  inodes_max
//!  44   4  flags: bit 0 = the root refuses changes
//!  48  16  reserved, 0
//! ```

use crate::{FILE_SIZE_MAX, Limits};

/// What the record starts with.
pub const MAGIC: [u8; 16] = *b"monaka-config-01";

/// The largest image that is embedded: engines refuse a module of more than
/// 1 GiB, and the adapter's code needs some of it.
pub const IMAGE_BYTES_MAX: u64 = (1 << 30) - (16 << 20);

/// Bytes of the record.
pub const CONFIG_BYTES: usize = 64;

const FLAG_ROOT_READ_ONLY: u32 = 1;

/// The parsed record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the image is in the adapter's memory.
    pub image_address: u32,
    /// Bytes of the image; 0 when there is none.
    pub image_len: u32,
    /// See [`Limits::bytes_max`].
    pub bytes_max: u64,
    /// See [`Limits::file_size_max`].
    pub file_size_max: u64,
    /// See [`Limits::inodes_max`].
    pub inodes_max: u32,
    /// Whether the root refuses every change.
    pub root_read_only: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Config {
    /// No image, the default limits.
    pub const DEFAULT: Self = Self {
        image_address: 0,
        image_len: 0,
        bytes_max: 1 << 30,
        file_size_max: FILE_SIZE_MAX,
        inodes_max: 1 << 22,
        root_read_only: false,
    };

    /// Reads the record at the start of `bytes`; `None` when they are too few
    /// or start with something else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..MAGIC.len())? != MAGIC {
            return None;
        }
        Some(Self {
            image_address: u32_at(bytes, 16)?,
            image_len: u32_at(bytes, 20)?,
            bytes_max: u64_at(bytes, 24)?,
            file_size_max: u64_at(bytes, 32)?,
            inodes_max: u32_at(bytes, 40)?,
            root_read_only: u32_at(bytes, 44)? & FLAG_ROOT_READ_ONLY != 0,
        })
    }

    /// The record. In a constant, so that a module can hold it in its data.
    pub const fn encode(&self) -> [u8; CONFIG_BYTES] {
        let flags = if self.root_read_only {
            FLAG_ROOT_READ_ONLY
        } else {
            0
        };
        let record = put([0; CONFIG_BYTES], 0, &MAGIC);
        let record = put(record, 16, &self.image_address.to_le_bytes());
        let record = put(record, 20, &self.image_len.to_le_bytes());
        let record = put(record, 24, &self.bytes_max.to_le_bytes());
        let record = put(record, 32, &self.file_size_max.to_le_bytes());
        let record = put(record, 40, &self.inodes_max.to_le_bytes());
        put(record, 44, &flags.to_le_bytes())
    }

    /// The limits that the record sets.
    pub fn limits(&self) -> Limits {
        Limits {
            bytes_max: self.bytes_max,
            inodes_max: self.inodes_max,
            file_size_max: self.file_size_max.min(FILE_SIZE_MAX),
            ..Limits::default()
        }
    }
}

const fn put(mut record: [u8; CONFIG_BYTES], at: usize, field: &[u8]) -> [u8; CONFIG_BYTES] {
    let mut i = 0;
    while i < field.len() {
        record[at + i] = field[i];
        i += 1;
    }
    record
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_parsed() {
        let config = Config {
            image_address: 0x11_0000,
            image_len: 77,
            bytes_max: 1 << 40,
            file_size_max: 12345,
            inodes_max: 9,
            root_read_only: true,
        };
        assert_eq!(Config::parse(&config.encode()), Some(config));
        assert_eq!(Config::parse(&config.encode()[..47]), None);
        assert_eq!(Config::parse(&[0; 64]), None);
    }

    #[test]
    fn the_default_sets_the_default_limits() {
        assert_eq!(Config::DEFAULT.limits(), Limits::default());
    }
}
