//! Where the bytes of a write come from.

use alloc::vec::Vec;

/// Bytes that a write takes, and that need not be a slice: those of another memory, say. A write
/// asks for each of them once, so that they go where they are stored in one copy.
///
/// A source that appends more or less than it was asked for damages the content that it supplies
/// and nothing else: what it appended is cut, or filled up with zeros.
pub trait Source {
    /// Overwrites all of `to` with the bytes that start at `at`.
    fn copy_to(&self, at: usize, to: &mut [u8]);

    /// Appends the `len` bytes that start at `at`. There is room: `to` has not to be grown.
    fn append_to(&self, at: usize, len: usize, to: &mut Vec<u8>);
}

impl Source for &[u8] {
    fn copy_to(&self, at: usize, to: &mut [u8]) {
        let from = self.get(at..).unwrap_or_default();
        let count = to.len().min(from.len());
        if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(..count)) {
            to.copy_from_slice(from);
        }
    }

    fn append_to(&self, at: usize, len: usize, to: &mut Vec<u8>) {
        let from = self.get(at..).unwrap_or_default();
        to.extend_from_slice(from.get(..len).unwrap_or(from));
    }
}

/// A stretch of a [`Source`]: what is to be written.
#[derive(Clone, Copy)]
pub struct Payload<'a> {
    source: &'a dyn Source,
    start: usize,
    len: usize,
}

impl<'a> Payload<'a> {
    /// The first `len` bytes of a source.
    pub fn new(source: &'a dyn Source, len: usize) -> Self {
        Self {
            source,
            start: 0,
            len,
        }
    }

    /// How many bytes these are.
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The first `len` of them, or all if they are fewer.
    pub fn first(self, len: usize) -> Self {
        let len = self.len.min(len);
        Self { len, ..self }
    }

    /// Without the first `count`.
    pub fn after(self, count: usize) -> Self {
        let count = count.min(self.len);
        Self {
            start: self.start.saturating_add(count),
            len: self.len.saturating_sub(count),
            ..self
        }
    }

    /// Overwrites the start of `to`; gives how many bytes of it.
    pub(crate) fn copy_to(self, to: &mut [u8]) -> usize {
        let count = to.len().min(self.len);
        if let Some(to) = to.get_mut(..count)
            && !to.is_empty()
        {
            self.source.copy_to(self.start, to);
        }
        count
    }

    /// Appends all of them, for which there is room.
    pub(crate) fn append_to(self, to: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        let len = to.len().saturating_add(self.len);
        self.source.append_to(self.start, self.len, to);
        if to.len() != len {
            mend(to, len);
        }
    }
}

impl<'a> From<&'a &'a [u8]> for Payload<'a> {
    fn from(bytes: &'a &'a [u8]) -> Self {
        Self::new(bytes, bytes.len())
    }
}

/// Gives a vector the length that its source should have brought it to.
#[cold]
#[inline(never)]
fn mend(to: &mut Vec<u8>, len: usize) {
    to.resize(len, 0);
}
