//! Where the sections of an image are: pure arithmetic over the sizes of files.

use monaka_fs_core::CHUNK_BYTES;

pub(crate) const HEADER_BYTES: u64 = 64;
const FOOTER_BYTES: u64 = 16;
const INODE_BYTES: u64 = 64;
const DIRENT_BYTES: u64 = 16;
const CHECKSUM_BYTES: u64 = 8;
/// File contents start at multiples of this.
pub(crate) const DATA_ALIGN: u64 = 16;

/// How much of everything there is, grown file by file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    pub(crate) inodes: u64,
    pub(crate) dirents: u64,
    pub(crate) names: u64,
    data: u64,
    blocks: u64,
}

/// Where the sections of an image are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) data_len: u64,
    pub(crate) index_off: u64,
    /// The four parts of the index, without the padding before the footer.
    pub(crate) index_len: u64,
    pub(crate) block_count: u64,
    pub(crate) image_len: u64,
}

impl Sizes {
    /// Adds a file; gives the start of its content and the index of its first checksum.
    ///
    /// Sparse host files may be so large that their sum does not fit in 64 bits: it stays at the largest
    /// number then, and the image is refused for its size.
    pub(crate) fn file(&mut self, size: u64) -> (u64, u64) {
        let place = (HEADER_BYTES.saturating_add(self.data), self.blocks);
        self.data = self.data.saturating_add(align_up(size, DATA_ALIGN));
        self.blocks = self
            .blocks
            .saturating_add(size.div_ceil(CHUNK_BYTES as u64));
        place
    }

    /// Whether the format can count all this: 32 bits for what has numbers, and an end of the image.
    pub(crate) fn fit(&self) -> bool {
        let counts = [self.inodes, self.dirents, self.names, self.blocks];
        let is_counted = counts.iter().all(|&count| u32::try_from(count).is_ok());
        is_counted && i64::try_from(self.data).is_ok()
    }
}

impl Layout {
    pub(crate) fn of(sizes: &Sizes) -> Self {
        let index_len = (sizes.inodes.saturating_mul(INODE_BYTES))
            .saturating_add(sizes.dirents.saturating_mul(DIRENT_BYTES))
            .saturating_add(sizes.blocks.saturating_mul(CHECKSUM_BYTES))
            .saturating_add(sizes.names);
        let index_off = align_up(HEADER_BYTES.saturating_add(sizes.data), 8);
        let footer_off = align_up(index_off.saturating_add(index_len), 8);
        Self {
            data_len: sizes.data,
            index_off,
            index_len,
            block_count: sizes.blocks,
            image_len: footer_off.saturating_add(FOOTER_BYTES),
        }
    }
}

/// The next multiple of `align`, or the largest number when there is none.
fn align_up(n: u64, align: u64) -> u64 {
    n.checked_next_multiple_of(align).unwrap_or(u64::MAX)
}
