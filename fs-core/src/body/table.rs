//! The chunks of a large or sparse file: two levels, so that growth copies at most one leaf of the
//! table and never data.

use alloc::vec::Vec;

#[cfg(any(feature = "std", shuttle))]
use super::Still;
use super::chunk::{Chunk, Growth, Sums, fit};
use crate::boxed::reserve;
use crate::quota::Account;
use crate::{CHUNK_BYTES, Error, Payload, Result, Run};

/// Chunks of one leaf: 64 MiB of content.
const LEAF_CHUNKS: usize = 1024;
/// What an entry of a leaf costs, also for a hole, so that a sparse file cannot take memory without
/// limit.
const ENTRY_CHARGE: u64 = 16;

/// Chunks by their index. What has no leaf, or lies behind the end of its leaf, is a hole.
#[derive(Debug)]
pub(crate) struct Table {
    size: u64,
    /// By ascending index. In a file without large holes the leaf of index `i` is at `i`.
    leaves: Vec<Leaf>,
    /// Entries that came with the image and are not charged for.
    entries_free: usize,
    sums: Sums,
}

#[derive(Debug)]
struct Leaf {
    index: usize,
    chunks: Vec<Chunk>,
}

impl Table {
    pub(super) fn from_image(bytes: &'static [u8], sums: Sums) -> Result<Self> {
        let mut table = Self {
            size: bytes.len() as u64,
            entries_free: bytes.len().div_ceil(CHUNK_BYTES),
            ..Self::empty(sums)
        };
        let leaves_len = bytes.len().div_ceil(LEAF_CHUNKS * CHUNK_BYTES);
        reserve(&mut table.leaves, leaves_len)?;
        for (index, bytes) in bytes.chunks(LEAF_CHUNKS * CHUNK_BYTES).enumerate() {
            let mut chunks = Vec::new();
            reserve(&mut chunks, bytes.len().div_ceil(CHUNK_BYTES))?;
            chunks.extend(bytes.chunks(CHUNK_BYTES).map(Chunk::Unverified));
            table.leaves.push(Leaf { index, chunks });
        }
        Ok(table)
    }

    pub(super) fn empty(sums: Sums) -> Self {
        Self {
            size: 0,
            leaves: Vec::new(),
            entries_free: 0,
            sums,
        }
    }

    /// Takes a chunk over as the first one of this empty table. If that fails the chunk stays where
    /// it is.
    pub(super) fn take(&mut self, chunk: &mut Chunk, account: Account<'_>) -> Result<()> {
        let size = chunk.stored_len() as u64;
        if size > 0 {
            let place = self.entry(0, account)?;
            *place = core::mem::replace(chunk, Chunk::Hole);
            self.size = size;
        }
        Ok(())
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn bytes_charged(&self) -> u64 {
        let owned: u64 = self.chunks().map(|chunk| chunk.owned_len() as u64).sum();
        owned.saturating_add(self.entries_charge())
    }

    /// Whether the range can be read as it is.
    pub(super) fn is_ready(&self, offset: u64, len: usize) -> bool {
        self.sums.is_empty()
            || indices(offset, len)
                .all(|index| self.chunk(index).is_none_or(|chunk| chunk.is_ready()))
    }

    /// Makes the range ready; gives how many bytes of it are, or `Io` where the first of them is in a
    /// damaged block.
    pub(super) fn prepare(&mut self, offset: u64, len: usize) -> Result<usize> {
        let sums = self.sums;
        for index in indices(offset, len) {
            let prepared = match self.chunk_mut(index) {
                Some(chunk) => chunk.prepare(sums.of(index)),
                None => Ok(()),
            };
            if let Err(error) = prepared {
                let start = (index as u64).saturating_mul(CHUNK_BYTES as u64);
                return match start.checked_sub(offset) {
                    Some(before) if before > 0 => Ok(before as usize),
                    _ => Err(error),
                };
            }
        }
        Ok(len)
    }

    /// The longest stored run at `offset`, which has to be ready.
    pub(super) fn run(&self, offset: u64, len_max: usize) -> Result<Run<'_>> {
        let Some(left) = self.size.checked_sub(offset).filter(|&left| left > 0) else {
            return Ok(Run::End);
        };
        let limit = usize::try_from(left).unwrap_or(usize::MAX).min(len_max);
        let (index, start) = split(offset)?;
        let stored = match self.chunk(index) {
            Some(chunk) => chunk.bytes()?.get(start..).unwrap_or_default(),
            None => &[],
        };
        match stored {
            [] => Ok(Run::Zero(
                limit.min(CHUNK_BYTES.saturating_sub(start)) as u64
            )),
            stored => Ok(Run::Data(stored.get(..limit).unwrap_or(stored))),
        }
    }

    pub(super) fn write(
        &mut self,
        offset: u64,
        payload: Payload<'_>,
        account: Account<'_>,
    ) -> Result<usize> {
        let mut written = 0;
        while written < payload.len() {
            let at = offset.saturating_add(written as u64);
            let (index, start) = split(at)?;
            let piece = payload
                .after(written)
                .first(CHUNK_BYTES.saturating_sub(start));
            match self.write_piece(index, start, piece, account) {
                Ok(count) => {
                    written = written.saturating_add(count);
                    self.size = self.size.max(at.saturating_add(count as u64));
                    if count < piece.len() {
                        break;
                    }
                }
                Err(_) if written > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(written)
    }

    pub(super) fn write_zeroes(
        &mut self,
        offset: u64,
        len: u64,
        account: Account<'_>,
    ) -> Result<()> {
        let end = offset.saturating_add(len);
        let sums = self.sums;
        let (first, _) = split(offset)?;
        let first_leaf = self
            .leaves
            .partition_point(|leaf| leaf.index < first / LEAF_CHUNKS);
        for leaf in self.leaves.iter_mut().skip(first_leaf) {
            let leaf_index = leaf.index.saturating_mul(LEAF_CHUNKS);
            for (place, chunk) in leaf.chunks.iter_mut().enumerate() {
                let index = leaf_index.saturating_add(place);
                let (start, end) = (within(index, offset), within(index, end));
                if start < end {
                    chunk.zero(start, end, sums.of(index), account)?;
                }
            }
        }
        self.size = self.size.max(end);
        Ok(())
    }

    pub(super) fn set_size(&mut self, size: u64, account: Account<'_>) -> Result<()> {
        if size < self.size {
            self.cut(size, account)?;
        }
        self.size = size;
        Ok(())
    }

    /// Lets go of what is stored at and after `size`.
    fn cut(&mut self, size: u64, account: Account<'_>) -> Result<()> {
        let (index, start) = split(size)?;
        let sum = self.sums.of(index);
        if let Some(chunk) = self.chunk_mut(index) {
            chunk.truncate(start, sum, account)?;
        }
        let charged_before = self.bytes_charged();
        let chunks_len = index.saturating_add(usize::from(start > 0));
        let (leaf_index, leaf_len) = (chunks_len / LEAF_CHUNKS, chunks_len % LEAF_CHUNKS);
        let leaves_len = self.leaves.partition_point(|leaf| leaf.index <= leaf_index);
        self.leaves.truncate(leaves_len);
        if let Some(leaf) = self.leaves.last_mut()
            && leaf.index == leaf_index
        {
            leaf.chunks.truncate(leaf_len);
            fit(&mut leaf.chunks);
        }
        self.leaves.pop_if(|leaf| leaf.chunks.is_empty());
        fit(&mut self.leaves);
        self.entries_free = self.entries_free.min(self.entries_len());
        account.release_bytes(charged_before.saturating_sub(self.bytes_charged()));
        Ok(())
    }

    /// The content as it is now. Its chunks are shared from now on.
    #[cfg(any(feature = "std", shuttle))]
    pub(super) fn still(&mut self) -> Result<Still> {
        let (size, count, sums) = (self.size, self.entries_len(), self.sums);
        let chunks = self.leaves.iter_mut().flat_map(|leaf| {
            let first = leaf.index.saturating_mul(LEAF_CHUNKS);
            leaf.chunks
                .iter_mut()
                .enumerate()
                .map(move |(place, chunk)| (first.saturating_add(place), chunk))
        });
        Still::of(size, count, chunks, sums)
    }

    /// Whether leaves and chunks are in order and within the file; if not, what is wrong. For
    /// tests.
    pub(super) fn check(&self) -> core::result::Result<(), &'static str> {
        if !self.leaves.is_sorted_by(|a, b| a.index < b.index) {
            return Err("leaves out of order");
        }
        if self.entries_free > self.entries_len() {
            return Err("entries of the image");
        }
        for leaf in &self.leaves {
            for (place, chunk) in leaf.chunks.iter().enumerate() {
                let start = (leaf.index * LEAF_CHUNKS + place) as u64 * CHUNK_BYTES as u64;
                let stored_len = chunk.stored_len();
                if stored_len > CHUNK_BYTES
                    || stored_len > 0 && start + stored_len as u64 > self.size
                {
                    return Err("a chunk behind the end");
                }
            }
        }
        Ok(())
    }

    fn write_piece(
        &mut self,
        index: usize,
        start: usize,
        piece: Payload<'_>,
        account: Account<'_>,
    ) -> Result<usize> {
        let sum = self.sums.of(index);
        let growth = self.growth(index);
        self.entry(index, account)?
            .write(start, piece, growth, sum, account)
    }

    /// A chunk gets its full room at once where it is one of many and the one before it is full:
    /// then it is likely to be filled, and at worst memory is twice of what is charged.
    fn growth(&self, index: usize) -> Growth {
        let before = index.checked_sub(1).filter(|&before| before > 2);
        match before.and_then(|before| self.chunk(before)) {
            Some(before) if before.owned_len() == CHUNK_BYTES => Growth::Whole,
            _ => Growth::Doubling,
        }
    }

    fn chunk(&self, index: usize) -> Option<&Chunk> {
        let leaf = self.leaf_place(index / LEAF_CHUNKS).ok()?;
        self.leaves.get(leaf)?.chunks.get(index % LEAF_CHUNKS)
    }

    fn chunk_mut(&mut self, index: usize) -> Option<&mut Chunk> {
        let leaf = self.leaf_place(index / LEAF_CHUNKS).ok()?;
        self.leaves
            .get_mut(leaf)?
            .chunks
            .get_mut(index % LEAF_CHUNKS)
    }

    /// The chunk at `index`, for which the table grows if needed.
    fn entry(&mut self, index: usize, account: Account<'_>) -> Result<&mut Chunk> {
        let leaf = match self.leaf_place(index / LEAF_CHUNKS) {
            Ok(leaf) => leaf,
            Err(leaf) => {
                self.leaves
                    .try_reserve(1)
                    .map_err(|_| Error::InsufficientMemory)?;
                let index = index / LEAF_CHUNKS;
                let chunks = Vec::new();
                self.leaves.insert(leaf, Leaf { index, chunks });
                leaf
            }
        };
        let chunks = &mut self.leaves.get_mut(leaf).ok_or(Error::Io)?.chunks;
        let place = index % LEAF_CHUNKS;
        let missing = place.saturating_add(1).saturating_sub(chunks.len());
        if missing > 0 {
            let charge = ENTRY_CHARGE.saturating_mul(missing as u64);
            account.reserve_bytes(charge)?;
            if chunks.try_reserve(missing).is_err() {
                account.release_bytes(charge);
                return Err(Error::InsufficientMemory);
            }
            chunks.extend((0..missing).map(|_| Chunk::Hole));
        }
        chunks.get_mut(place).ok_or(Error::Io)
    }

    /// Where the leaf with this index is, or where it would be.
    fn leaf_place(&self, index: usize) -> core::result::Result<usize, usize> {
        match self.leaves.get(index) {
            Some(leaf) if leaf.index == index => Ok(index),
            _ => self.leaves.binary_search_by_key(&index, |leaf| leaf.index),
        }
    }

    fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.leaves.iter().flat_map(|leaf| &leaf.chunks)
    }

    fn entries_len(&self) -> usize {
        self.leaves.iter().map(|leaf| leaf.chunks.len()).sum()
    }

    fn entries_charge(&self) -> u64 {
        ENTRY_CHARGE.saturating_mul(self.entries_len().saturating_sub(self.entries_free) as u64)
    }
}

/// The chunk that holds the byte at `offset`, and where in it.
fn split(offset: u64) -> Result<(usize, usize)> {
    let index = usize::try_from(offset / CHUNK_BYTES as u64).map_err(|_| Error::FileTooLarge)?;
    Ok((index, (offset % CHUNK_BYTES as u64) as usize))
}

/// The chunks that hold the bytes of a range.
fn indices(offset: u64, len: usize) -> core::ops::Range<usize> {
    let chunk = CHUNK_BYTES as u64;
    let end = offset.saturating_add(len as u64).div_ceil(chunk);
    (offset / chunk) as usize..usize::try_from(end).unwrap_or(usize::MAX)
}

/// `offset` as a position in the chunk at `index`: its start or end where it lies outside.
fn within(index: usize, offset: u64) -> usize {
    let start = (index as u64).saturating_mul(CHUNK_BYTES as u64);
    offset.saturating_sub(start).min(CHUNK_BYTES as u64) as usize
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::quota::Ledger;
    use std::vec;

    const LEAF_BYTES: u64 = (LEAF_CHUNKS * CHUNK_BYTES) as u64;

    fn empty() -> (Table, Ledger) {
        (
            Table::empty(Sums::default()),
            Ledger::new(Limits::default()),
        )
    }

    fn write(table: &mut Table, offset: u64, bytes: &[u8], ledger: Account<'_>) {
        let written = table.write(offset, (&bytes).into(), ledger);
        assert_eq!(written, Ok(bytes.len()));
    }

    fn charged(ledger: &Ledger) -> u64 {
        ledger.usage().bytes
    }

    #[test]
    fn leaves_stay_in_order_in_a_sparse_file() {
        let (mut table, ledger) = empty();
        for leaf in [5, 0, 9, 3, 1, 1000, 4] {
            write(
                &mut table,
                leaf * LEAF_BYTES,
                b"x",
                Account::new(&ledger, None),
            );
            assert_eq!(table.check(), Ok(()));
        }
        assert_eq!(table.leaves.len(), 7);
        assert_eq!(charged(&ledger), table.bytes_charged());
        assert_eq!(table.run(3 * LEAF_BYTES, 10), Ok(Run::Data(b"x")));
        assert_eq!(table.run(2 * LEAF_BYTES, 10), Ok(Run::Zero(10)));
        table
            .set_size(4 * LEAF_BYTES, Account::new(&ledger, None))
            .unwrap();
        assert_eq!(table.leaves.len(), 3, "leaves 0, 1 and 3");
        assert_eq!(charged(&ledger), table.bytes_charged());
        assert_eq!(table.check(), Ok(()));
    }

    #[test]
    fn a_file_that_is_written_in_sequence_has_whole_chunks() {
        let (mut table, ledger) = empty();
        for i in 0..100 {
            write(
                &mut table,
                i * 4096,
                &[7; 4096],
                Account::new(&ledger, None),
            );
        }
        let Some(Chunk::Owned(last)) = table.chunks().last() else {
            unreachable!()
        };
        assert_eq!(last.capacity(), CHUNK_BYTES);
    }

    #[test]
    fn memory_is_at_most_twice_what_is_charged() {
        let (mut table, ledger) = empty();
        for i in 0..40 {
            let piece = if i % 2 == 0 { CHUNK_BYTES } else { 1 };
            write(
                &mut table,
                i * CHUNK_BYTES as u64,
                &vec![7; piece],
                Account::new(&ledger, None),
            );
        }
        let capacity: usize = table
            .chunks()
            .map(|chunk| match chunk {
                Chunk::Owned(own) => own.capacity(),
                _ => 0,
            })
            .sum();
        assert!(
            capacity as u64 <= 2 * charged(&ledger),
            "{capacity} > {}",
            charged(&ledger)
        );
    }

    #[test]
    fn entries_of_an_image_are_free() {
        let bytes: &'static [u8] = vec![7; 5 * CHUNK_BYTES].leak();
        let ledger = Ledger::new(Limits::default());
        let mut table = Table::from_image(bytes, Sums::default()).unwrap();
        assert_eq!(table.bytes_charged(), 0);
        write(
            &mut table,
            6 * CHUNK_BYTES as u64,
            b"x",
            Account::new(&ledger, None),
        );
        assert_eq!(charged(&ledger), 1 + 2 * ENTRY_CHARGE);
        assert_eq!(charged(&ledger), table.bytes_charged());
        table
            .set_size(2 * CHUNK_BYTES as u64, Account::new(&ledger, None))
            .unwrap();
        assert_eq!((charged(&ledger), table.bytes_charged()), (0, 0));
    }
}
