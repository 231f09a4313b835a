//! The fields of an image where the format has them; what they hold is for `read` to judge.

pub(super) const MAGIC: [u8; 8] = *b"MONAKAFS";
pub(super) const MAGIC_END: [u8; 8] = *b"SFAKANOM";
pub(super) const VERSION: u32 = 1;

pub(super) const HEADER_BYTES: usize = 64;
pub(super) const INODE_BYTES: usize = 64;
pub(super) const DIRENT_BYTES: usize = 16;
pub(super) const SUM_BYTES: usize = 8;
pub(super) const FOOTER_BYTES: usize = 16;
pub(super) const DATA_ALIGN: usize = 16;

/// Values of an inode record's `kind`.
pub(super) const KIND_DIRECTORY: u8 = 1;
pub(super) const KIND_FILE: u8 = 2;
pub(super) const KIND_SYMLINK: u8 = 3;

/// Bits of an inode record's `flags`.
pub(super) const FLAG_READ_ONLY: u8 = 1;

/// The first bytes of an image.
#[derive(Clone, Copy)]
pub(super) struct RawHeader<'a>(pub(super) &'a [u8; HEADER_BYTES]);

impl RawHeader<'_> {
    pub(super) fn magic(self) -> [u8; 8] {
        array_at(self.0, 0)
    }

    pub(super) fn version(self) -> u32 {
        u32_at(self.0, 8)
    }

    pub(super) fn image_len(self) -> u64 {
        u64_at(self.0, 16)
    }

    pub(super) fn data_len(self) -> u64 {
        u64_at(self.0, 24)
    }

    pub(super) fn index_off(self) -> u64 {
        u64_at(self.0, 32)
    }

    pub(super) fn inode_count(self) -> u32 {
        u32_at(self.0, 40)
    }

    pub(super) fn dirent_count(self) -> u32 {
        u32_at(self.0, 44)
    }

    pub(super) fn block_count(self) -> u32 {
        u32_at(self.0, 48)
    }

    pub(super) fn names_len(self) -> u32 {
        u32_at(self.0, 52)
    }

    pub(super) fn reserved_is_zero(self) -> bool {
        u32_at(self.0, 12) == 0 && u64_at(self.0, 56) == 0
    }
}

/// The last bytes of an image.
#[derive(Clone, Copy)]
pub(super) struct RawFooter<'a>(pub(super) &'a [u8; FOOTER_BYTES]);

impl RawFooter<'_> {
    pub(super) fn sum(self) -> u64 {
        u64_at(self.0, 0)
    }

    pub(super) fn magic(self) -> [u8; 8] {
        array_at(self.0, 8)
    }
}

/// An inode record.
#[derive(Clone, Copy)]
pub(super) struct RawInode<'a>(pub(super) &'a [u8; INODE_BYTES]);

impl RawInode<'_> {
    pub(super) fn kind(self) -> u8 {
        let [kind] = array_at(self.0, 0);
        kind
    }

    pub(super) fn flags(self) -> u8 {
        let [flags] = array_at(self.0, 1);
        flags
    }

    pub(super) fn mode(self) -> u16 {
        u16::from_le_bytes(array_at(self.0, 2))
    }

    pub(super) fn nlink(self) -> u32 {
        u32_at(self.0, 4)
    }

    pub(super) fn size(self) -> u64 {
        u64_at(self.0, 8)
    }

    pub(super) fn start(self) -> u64 {
        u64_at(self.0, 16)
    }

    pub(super) fn atime(self) -> u64 {
        u64_at(self.0, 24)
    }

    pub(super) fn mtime(self) -> u64 {
        u64_at(self.0, 32)
    }

    pub(super) fn ctime(self) -> u64 {
        u64_at(self.0, 40)
    }

    pub(super) fn block(self) -> u32 {
        u32_at(self.0, 48)
    }

    pub(super) fn reserved_is_zero(self) -> bool {
        array_at::<12>(self.0, 52) == [0; 12]
    }
}

/// A directory entry.
#[derive(Clone, Copy)]
pub(super) struct RawDirent<'a>(pub(super) &'a [u8; DIRENT_BYTES]);

impl RawDirent<'_> {
    pub(super) fn ino(self) -> u32 {
        u32_at(self.0, 0)
    }

    pub(super) fn name_off(self) -> u32 {
        u32_at(self.0, 4)
    }

    pub(super) fn name_len(self) -> u8 {
        let [len] = array_at(self.0, 8);
        len
    }

    pub(super) fn reserved_is_zero(self) -> bool {
        array_at::<7>(self.0, 9) == [0; 7]
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

/// A field; the records above are long enough for each of theirs.
fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .unwrap_or([0; N])
}
