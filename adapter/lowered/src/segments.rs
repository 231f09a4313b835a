//! Where the bytes of a read are.

use alloc::vec::Vec;
use monaka_fs_core::{CHUNK_BYTES, Error, Gather, Result};
use monaka_wasi::stream::READ_BYTES_MAX;

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

/// The segments of one read.
#[derive(Debug)]
pub struct Segments {
    list: Vec<Segment>,
    segments_max: usize,
    bytes: usize,
}

impl Default for Segments {
    fn default() -> Self {
        Self::new(SEGMENTS_MAX)
    }
}

impl Segments {
    /// No segment yet, and at most so many.
    pub fn new(segments_max: usize) -> Self {
        Self {
            list: Vec::new(),
            segments_max,
            bytes: 0,
        }
    }

    /// Forgets all segments.
    pub fn clear(&mut self) {
        self.list.clear();
        self.bytes = 0;
    }

    /// The segments, in order.
    pub fn as_slice(&self) -> &[Segment] {
        &self.list
    }

    /// The bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn push(&mut self, address: usize, len: usize) -> bool {
        if let Some(last) = self.list.last_mut()
            && last.goes_on_at(address)
        {
            last.len = last.len.saturating_add(len);
        } else if self.list.len() < self.list.capacity() {
            self.list.push(Segment { address, len });
        } else {
            return false;
        }
        self.bytes = self.bytes.saturating_add(len);
        true
    }
}

impl Gather for Segments {
    /// However many bytes they are: their segments.
    fn reserve(&mut self, _len: usize) -> Result<()> {
        if self.list.capacity() > 0 {
            return Ok(());
        }
        self.list
            .try_reserve_exact(self.segments_max)
            .map_err(|_| Error::InsufficientMemory)
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        self.push(bytes.as_ptr().expose_provenance(), bytes.len())
    }

    fn zeroes(&mut self, count: usize) -> bool {
        self.push(0, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn lengths(segments: &Segments) -> Vec<usize> {
        segments
            .as_slice()
            .iter()
            .map(|segment| segment.len)
            .collect()
    }

    #[test]
    fn what_lies_together_is_one_segment() {
        let bytes = [7; 100];
        let (one, rest) = bytes.split_at(10);
        let (other, rest) = rest.split_at(20);
        let mut segments = Segments::default();
        segments.reserve(100).unwrap();
        assert!(segments.data(one) && segments.data(other));
        assert!(segments.zeroes(5) && segments.zeroes(6));
        assert!(segments.data(&rest[1..]) && segments.data(one));
        assert_eq!(lengths(&segments), [30, 11, 69, 10]);
        assert_eq!(segments.bytes(), 120);
        assert_eq!(segments.as_slice()[1].address, 0);

        segments.clear();
        assert_eq!((lengths(&segments), segments.bytes()), (vec![], 0));
    }

    #[test]
    fn one_too_many_is_not_taken() {
        let bytes = [7; 10];
        let mut segments = Segments::new(2);
        assert!(!segments.data(&bytes), "nothing is reserved");
        segments.reserve(100).unwrap();
        assert!(segments.data(&bytes[..4]) && segments.zeroes(3));
        assert!(!segments.data(&bytes[4..]));
        assert!(segments.zeroes(3), "it goes on where the last one ends");
        assert_eq!((lengths(&segments), segments.bytes()), (vec![4, 6], 10));
    }
}
