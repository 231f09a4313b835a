//! Where the bytes of a read are.

use monaka_adapter::logic::gather::Gather;
use monaka_adapter::logic::stream::READ_BYTES_MAX;
use monaka_fs_core::{CHUNK_BYTES, Result};

/// Segments of one read: enough for the longest, each chunk of which, the one
/// that it starts in the middle of included, gives at most stored bytes and the
/// zeros behind them.
pub const SEGMENTS_MAX: usize = 2 * (READ_BYTES_MAX as usize / CHUNK_BYTES + 1);

/// Bytes that lie together. Part of the interface with the glue.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Where they are in this module's memory; 0 for zero bytes, which are
    /// nowhere.
    pub address: usize,
    /// How many they are.
    pub len: usize,
}

impl Segment {
    /// Whether what is at `address` can be one segment with this one.
    fn goes_on_at(&self, address: usize) -> bool {
        match (self.address, address) {
            (0, 0) => true,
            (0, _) | (_, 0) => false,
            (start, address) => start.checked_add(self.len) == Some(address),
        }
    }
}

/// A list of segments, as many as `N`.
#[derive(Debug)]
pub struct Segments<const N: usize = SEGMENTS_MAX> {
    list: [Segment; N],
    used: usize,
    bytes: usize,
}

impl<const N: usize> Segments<N> {
    /// No segment.
    pub const EMPTY: Self = Self {
        list: [Segment { address: 0, len: 0 }; N],
        used: 0,
        bytes: 0,
    };

    /// Forgets all segments.
    pub fn clear(&mut self) {
        self.used = 0;
        self.bytes = 0;
    }

    /// The segments, in order.
    pub fn as_slice(&self) -> &[Segment] {
        self.list.get(..self.used).unwrap_or_default()
    }

    /// The bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn push(&mut self, address: usize, len: usize) -> bool {
        let last = self.used.checked_sub(1);
        if let Some(last) = last.and_then(|last| self.list.get_mut(last))
            && last.goes_on_at(address)
        {
            last.len = last.len.saturating_add(len);
        } else {
            let Some(free) = self.list.get_mut(self.used) else {
                return false;
            };
            *free = Segment { address, len };
            self.used = self.used.saturating_add(1);
        }
        self.bytes = self.bytes.saturating_add(len);
        true
    }
}

impl<const N: usize> Gather for Segments<N> {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        self.push(bytes.as_ptr().expose_provenance(), bytes.len())
    }

    fn zeroes(&mut self, count: usize) -> bool {
        self.push(0, count)
    }
}
