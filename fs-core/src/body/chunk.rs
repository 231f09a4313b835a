//! One chunk: a stored prefix; what follows it, up to the end of the file or of the chunk, reads as
//! zero.
//!
//! So a write never fills memory with zeros that it is about to overwrite, a hole costs nothing,
//! the last chunk of a file is as small as its content, and cutting is cheap.
//!
//! Chunks ask for no alignment. On x86 a copy is slow where source and destination have nearly the
//! same offset in their pages; what an allocator puts before each chunk moves the next one on, so
//! that no buffer meets that in more than one chunk of sixty-four.
//!
//! Nothing shares the bytes of a chunk: a volume has one owner and no snapshots. Should it get
//! them, `Owned` becomes a counted reference, and `Chunk::own` is where it would be copied.

use alloc::vec::Vec;

use crate::quota::Ledger;
use crate::{CHUNK_BYTES, Error, Payload, Result};

/// Where the bytes of a chunk are.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Nowhere: all zeros.
    Hole,
    /// In memory of the volume.
    Owned(Vec<u8>),
    /// In the image, and they match their checksum.
    Image(&'static [u8]),
    /// In the image, and nobody has looked at them yet.
    Unverified(&'static [u8]),
}

/// Checksums of the blocks of an image file: xxh3-64, little-endian.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums(pub(crate) &'static [[u8; 8]]);

impl Sums {
    /// The checksum of the block at `index`.
    pub(crate) fn of(self, index: usize) -> Option<u64> {
        self.0.get(index).map(|sum| u64::from_le_bytes(*sum))
    }
}

/// How much room a chunk takes when it grows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Growth {
    /// Twice what it had, so that a small file is written piece by piece without being copied each
    /// time.
    Doubling,
    /// A whole chunk at once: the file is large, and is being written in sequence.
    Whole,
}

impl Chunk {
    /// Bytes of the stored prefix.
    pub(crate) fn stored_len(&self) -> usize {
        match self {
            Self::Hole => 0,
            Self::Owned(bytes) => bytes.len(),
            Self::Image(bytes) | Self::Unverified(bytes) => bytes.len(),
        }
    }

    /// Bytes of the stored prefix that are the volume's own.
    pub(crate) fn owned_len(&self) -> usize {
        match self {
            Self::Owned(bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// The stored prefix. Image bytes are compared with their checksum the first time; `Io` if they
    /// differ.
    #[inline]
    pub(crate) fn bytes(&mut self, sum: Option<u64>) -> Result<&[u8]> {
        if let Self::Unverified(bytes) = *self {
            self.verify(bytes, sum)?;
        }
        match self {
            Self::Hole => Ok(&[]),
            Self::Owned(bytes) => Ok(bytes),
            Self::Image(bytes) | Self::Unverified(bytes) => Ok(bytes),
        }
    }

    /// Writes at `start`; fewer bytes than given where the ledger ends, an error where none fits.
    pub(crate) fn write(
        &mut self,
        start: usize,
        payload: Payload<'_>,
        growth: Growth,
        sum: Option<u64>,
        ledger: &mut Ledger,
    ) -> Result<usize> {
        if self.write_in_place(start, payload, ledger) {
            return Ok(payload.len());
        }
        let end = self.end_within(start, payload.len(), ledger.bytes_left())?;
        let replaces_all = start == 0 && end >= self.stored_len();
        let kept = if replaces_all { 0 } else { self.stored_len() };
        let own = self.own(kept, end.max(kept), growth, sum, ledger)?;
        let fitting = payload.first(end.saturating_sub(start));
        put(own, start, fitting);
        Ok(fitting.len())
    }

    /// Writes over what is stored or right behind it, if that needs neither more room nor a part of
    /// the payload only: what nearly all writes do, without the questions of the others.
    #[inline]
    fn write_in_place(&mut self, start: usize, payload: Payload<'_>, ledger: &mut Ledger) -> bool {
        let Self::Owned(own) = self else {
            return false;
        };
        if let Some(stored) = own.get_mut(start..start.saturating_add(payload.len())) {
            payload.copy_to(stored);
            return true;
        }
        let room = own.capacity().saturating_sub(start);
        let appends = start == own.len()
            && payload.len() <= room
            && ledger.reserve_bytes(payload.len() as u64).is_ok();
        if appends {
            payload.append_to(own);
        }
        appends
    }

    /// Makes the bytes from `start` to `end` zero.
    pub(crate) fn zero(
        &mut self,
        start: usize,
        end: usize,
        sum: Option<u64>,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let stored = self.stored_len();
        if start >= stored {
            return Ok(());
        }
        if end >= stored {
            return self.truncate(start, sum, ledger);
        }
        let own = self.own(stored, stored, Growth::Doubling, sum, ledger)?;
        if let Some(zeroed) = own.get_mut(start..end) {
            zeroed.fill(0);
        }
        Ok(())
    }

    /// Cuts the stored prefix to at most `len` bytes.
    pub(crate) fn truncate(
        &mut self,
        len: usize,
        sum: Option<u64>,
        ledger: &mut Ledger,
    ) -> Result<()> {
        if len >= self.stored_len() {
            return Ok(());
        }
        if len == 0 {
            ledger.release_bytes(self.owned_len() as u64);
            *self = Self::Hole;
            return Ok(());
        }
        if let Self::Owned(own) = self {
            ledger.release_bytes(own.len().saturating_sub(len) as u64);
            own.truncate(len);
            fit(own);
            return Ok(());
        }
        if let Self::Unverified(bytes) = *self {
            self.verify(bytes, sum)?;
        }
        if let Self::Image(bytes) = self {
            *bytes = bytes.get(..len).unwrap_or(bytes);
        }
        Ok(())
    }

    /// Where a write of `len` bytes at `start` ends if at most `bytes_left` more may be stored.
    fn end_within(&self, start: usize, len: usize, bytes_left: u64) -> Result<usize> {
        let (stored, owned) = (self.stored_len(), self.owned_len());
        let left = usize::try_from(bytes_left).unwrap_or(usize::MAX);
        let owned_max = owned.saturating_add(left);
        let end = start.saturating_add(len).min(owned_max);
        // What the image has and the write does not replace has to be copied.
        let copied_len = if start == 0 && end >= stored {
            0
        } else {
            stored
        };
        if end <= start || copied_len > owned_max {
            return Err(Error::InsufficientSpace);
        }
        Ok(end)
    }

    /// Makes the chunk the volume's own with room for `len` bytes, the first `kept` of which stay;
    /// charges for `len`.
    fn own(
        &mut self,
        kept: usize,
        len: usize,
        growth: Growth,
        sum: Option<u64>,
        ledger: &mut Ledger,
    ) -> Result<&mut Vec<u8>> {
        let charge = len.saturating_sub(self.owned_len()) as u64;
        ledger.reserve_bytes(charge)?;
        self.own_reserved(kept, len, growth, sum)
            .inspect_err(|_| ledger.release_bytes(charge))?;
        match self {
            Self::Owned(own) => Ok(own),
            _ => Err(Error::Io),
        }
    }

    fn own_reserved(
        &mut self,
        kept: usize,
        len: usize,
        growth: Growth,
        sum: Option<u64>,
    ) -> Result<()> {
        if let Self::Owned(own) = self {
            return grow(own, len, growth);
        }
        let mut own = Vec::new();
        grow(&mut own, len, growth)?;
        if kept > 0 {
            own.extend_from_slice(self.bytes(sum)?);
        }
        *self = Self::Owned(own);
        Ok(())
    }

    fn verify(&mut self, bytes: &'static [u8], sum: Option<u64>) -> Result<()> {
        if !bytes.is_empty() && Some(crate::sum::sum(bytes)) != sum {
            return Err(Error::Io);
        }
        *self = Self::Image(bytes);
        Ok(())
    }
}

/// Overwrites and extends; the room is there. Only what lies between the old end and `start` is
/// zeroed.
fn put(own: &mut Vec<u8>, start: usize, payload: Payload<'_>) {
    if start > own.len() {
        own.resize(start, 0);
    }
    let overwritten = own.get_mut(start..).map_or(0, |tail| payload.copy_to(tail));
    payload.after(overwritten).append_to(own);
}

/// Room for `len` bytes in all.
fn grow(own: &mut Vec<u8>, len: usize, growth: Growth) -> Result<()> {
    if len <= own.capacity() {
        return Ok(());
    }
    let room = match growth {
        Growth::Whole => CHUNK_BYTES.max(len),
        Growth::Doubling if own.capacity() == 0 => len,
        Growth::Doubling => own
            .capacity()
            .saturating_mul(2)
            .clamp(len, CHUNK_BYTES.max(len)),
    };
    own.try_reserve_exact(room.saturating_sub(own.len()))
        .map_err(|_| Error::InsufficientMemory)
}

/// Gives back room that is more than half unused, so that memory stays within twice of what is
/// charged. Where there is no memory for the smaller copy, the room stays.
pub(super) fn fit<T>(items: &mut Vec<T>) {
    if items.capacity() / 2 <= items.len() {
        return;
    }
    let mut fitting = Vec::new();
    if fitting.try_reserve_exact(items.len()).is_ok() {
        fitting.append(items);
        *items = fitting;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Limits;

    fn ledger(bytes_max: u64) -> Ledger {
        Ledger::new(Limits {
            bytes_max,
            ..Limits::default()
        })
    }

    fn write(chunk: &mut Chunk, start: usize, bytes: &[u8], ledger: &mut Ledger) -> Result<usize> {
        chunk.write(start, (&bytes).into(), Growth::Doubling, None, ledger)
    }

    fn sum_of(bytes: &[u8]) -> Option<u64> {
        Some(crate::sum::sum(bytes))
    }

    #[test]
    fn a_gap_is_zeroed_and_charged() {
        let (mut chunk, mut ledger) = (Chunk::Hole, ledger(100));
        assert_eq!(write(&mut chunk, 5, b"abc", &mut ledger), Ok(3));
        assert_eq!(chunk.bytes(None).unwrap(), b"\0\0\0\0\0abc");
        assert_eq!(ledger.bytes_left(), 92);
        assert_eq!(write(&mut chunk, 0, b"12", &mut ledger), Ok(2));
        assert_eq!(chunk.bytes(None).unwrap(), b"12\0\0\0abc");
        assert_eq!(ledger.bytes_left(), 92);
    }

    #[test]
    fn a_write_is_cut_where_the_ledger_ends() {
        let (mut chunk, mut ledger) = (Chunk::Hole, ledger(4));
        assert_eq!(write(&mut chunk, 0, b"abcdef", &mut ledger), Ok(4));
        assert_eq!(
            write(&mut chunk, 4, b"x", &mut ledger),
            Err(Error::InsufficientSpace)
        );
        assert_eq!(
            write(&mut chunk, 2, b"xyz", &mut ledger),
            Ok(2),
            "what is stored can be overwritten"
        );
        assert_eq!(chunk.bytes(None).unwrap(), b"abxy");
    }

    /// Replacing a whole block of an image needs no more than what fits of it, but then the rest
    /// has to be copied.
    #[test]
    fn a_block_of_an_image_is_not_lost_to_a_full_ledger() {
        const BLOCK: &[u8] = b"0123456789";
        let (mut chunk, mut ledger) = (Chunk::Unverified(BLOCK), ledger(9));
        assert_eq!(
            write(&mut chunk, 0, &[b'x'; 10], &mut ledger),
            Err(Error::InsufficientSpace)
        );
        let written = chunk.write(
            3,
            (&&b"x"[..]).into(),
            Growth::Doubling,
            sum_of(BLOCK),
            &mut ledger,
        );
        assert_eq!(written, Err(Error::InsufficientSpace));
        assert_eq!(chunk.bytes(sum_of(BLOCK)).unwrap(), BLOCK);
        assert_eq!(ledger.bytes_left(), 9);
    }

    #[test]
    fn a_block_that_is_replaced_is_not_verified() {
        let (mut chunk, mut ledger) = (Chunk::Unverified(b"damaged"), ledger(100));
        let wrong = Some(1);
        assert_eq!(chunk.bytes(wrong), Err(Error::Io));
        assert_eq!(
            chunk.write(1, (&&b"x"[..]).into(), Growth::Doubling, wrong, &mut ledger),
            Err(Error::Io)
        );
        assert_eq!(chunk.zero(1, 2, wrong, &mut ledger), Err(Error::Io));
        assert_eq!(chunk.truncate(3, wrong, &mut ledger), Err(Error::Io));
        assert_eq!(ledger.bytes_left(), 100, "what failed is not charged");
        assert_eq!(
            chunk.write(
                0,
                (&&b"replaced"[..]).into(),
                Growth::Doubling,
                wrong,
                &mut ledger
            ),
            Ok(8)
        );
        assert_eq!(chunk.bytes(wrong).unwrap(), b"replaced");
    }

    #[test]
    fn a_cut_gives_memory_back() {
        let (mut chunk, mut ledger) = (Chunk::Hole, ledger(1 << 20));
        write(&mut chunk, 0, &[7; CHUNK_BYTES], &mut ledger).unwrap();
        chunk.truncate(10, None, &mut ledger).unwrap();
        let Chunk::Owned(own) = &chunk else {
            unreachable!()
        };
        assert!(own.capacity() <= 20, "{}", own.capacity());
        assert_eq!(ledger.bytes_left(), (1 << 20) - 10);
    }

    #[test]
    fn small_writes_copy_little() {
        let (mut chunk, mut ledger) = (Chunk::Hole, ledger(1 << 20));
        let mut moves = 0;
        let mut capacity = 0;
        for at in 0..CHUNK_BYTES {
            write(&mut chunk, at, b"x", &mut ledger).unwrap();
            let Chunk::Owned(own) = &chunk else {
                unreachable!()
            };
            moves += usize::from(own.capacity() != capacity);
            capacity = own.capacity();
            assert!(capacity <= 2 * own.len());
        }
        assert!(moves <= 17, "{moves}");
        assert_eq!(capacity, CHUNK_BYTES);
    }
}
