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
//! A snapshot makes an owned chunk a shared one, without copying it; the first write after it copies
//! the chunk, or takes it back where the snapshot is gone.

use alloc::vec::Vec;

use crate::quota::Account;
use crate::{CHUNK_BYTES, Error, Payload, Result};

/// Where the bytes of a chunk are.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Nowhere: all zeros.
    Hole,
    /// In memory of the volume.
    Owned(Vec<u8>),
    /// In memory of the volume, and a snapshot may have it too.
    #[cfg_attr(
        not(any(feature = "std", shuttle)),
        expect(dead_code, reason = "a guest takes no snapshots")
    )]
    Shared(Counted),
    /// In the image, and they match their checksum.
    Image(&'static [u8]),
    /// In the image, and nobody has looked at them yet.
    Unverified(&'static [u8]),
}

/// Bytes that a snapshot may have too.
#[cfg(any(feature = "std", shuttle))]
pub(crate) type Counted = alloc::sync::Arc<Vec<u8>>;

/// A guest takes no snapshots.
#[cfg(not(any(feature = "std", shuttle)))]
#[derive(Debug)]
pub(crate) enum Counted {}

#[cfg(not(any(feature = "std", shuttle)))]
impl core::ops::Deref for Counted {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        match *self {}
    }
}

/// Checksums of the blocks of an image file: xxh3-64, little-endian.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums(pub(crate) &'static [[u8; 8]]);

impl Sums {
    /// Whether there are none: nothing of the file is an image's.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

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
            Self::Shared(bytes) => bytes.len(),
            Self::Image(bytes) | Self::Unverified(bytes) => bytes.len(),
        }
    }

    /// Bytes of the stored prefix that are the volume's own.
    pub(crate) fn owned_len(&self) -> usize {
        match self {
            Self::Owned(bytes) => bytes.len(),
            Self::Shared(bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// Whether the stored prefix can be read as it is.
    #[inline]
    pub(crate) fn is_ready(&self) -> bool {
        !matches!(self, Self::Unverified(_))
    }

    /// Makes it so: image bytes are compared with their checksum; `Io` if they differ.
    pub(crate) fn prepare(&mut self, sum: Option<u64>) -> Result<()> {
        let Self::Unverified(bytes) = *self else {
            return Ok(());
        };
        if !bytes.is_empty() && Some(crate::sum::sum(bytes)) != sum {
            return Err(Error::Io);
        }
        *self = Self::Image(bytes);
        Ok(())
    }

    /// The stored prefix, which has to be ready, else `Io`.
    #[inline]
    pub(crate) fn bytes(&self) -> Result<&[u8]> {
        match self {
            Self::Hole => Ok(&[]),
            Self::Owned(bytes) => Ok(bytes),
            Self::Shared(bytes) => Ok(bytes),
            Self::Image(bytes) => Ok(bytes),
            Self::Unverified(_) => Err(Error::Io),
        }
    }

    /// Writes at `start`; fewer bytes than given where the ledger ends, an error where none fits.
    pub(crate) fn write(
        &mut self,
        start: usize,
        payload: Payload<'_>,
        growth: Growth,
        sum: Option<u64>,
        account: Account<'_>,
    ) -> Result<usize> {
        if self.write_in_place(start, payload, account) {
            return Ok(payload.len());
        }
        let end = self.reserve_end(start, payload.len(), account)?;
        let kept = self.kept(start, end);
        let own = self.own_charged(kept, end.max(kept), growth, sum, account)?;
        let fitting = payload.first(end.saturating_sub(start));
        put(own, start, fitting);
        Ok(fitting.len())
    }

    /// Writes over what is stored or right behind it, if that needs neither more room nor a part of
    /// the payload only: what nearly all writes do, without the questions of the others.
    #[inline]
    fn write_in_place(&mut self, start: usize, payload: Payload<'_>, account: Account<'_>) -> bool {
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
            && account.reserve_bytes(payload.len() as u64).is_ok();
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
        account: Account<'_>,
    ) -> Result<()> {
        let stored = self.stored_len();
        if start >= stored {
            return Ok(());
        }
        if end >= stored {
            return self.truncate(start, sum, account);
        }
        let own = self.own(stored, stored, Growth::Doubling, sum, account)?;
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
        account: Account<'_>,
    ) -> Result<()> {
        if len >= self.stored_len() {
            return Ok(());
        }
        if len == 0 {
            account.release_bytes(self.owned_len() as u64);
            *self = Self::Hole;
            return Ok(());
        }
        let released = self.owned_len().saturating_sub(len) as u64;
        if let Self::Shared(_) = self {
            self.own_reserved(len, len, Growth::Doubling, sum)?;
        }
        if let Self::Owned(own) = self {
            account.release_bytes(released);
            own.truncate(len);
            fit(own);
            return Ok(());
        }
        self.prepare(sum)?;
        if let Self::Image(bytes) = self {
            *bytes = bytes.get(..len).unwrap_or(bytes);
        }
        Ok(())
    }

    /// Where a write of `len` bytes at `start` ends. What it stores is reserved.
    fn reserve_end(&self, start: usize, len: usize, account: Account<'_>) -> Result<usize> {
        loop {
            let end = self.end_within(start, len, account.bytes_left())?;
            let charge = self.charge(end.max(self.kept(start, end)));
            // Where what was left is not, somebody else has got on with it: less may still be.
            if account.reserve_bytes(charge).is_ok() {
                return Ok(end);
            }
        }
    }

    /// How much of what is stored stays beside a write from `start` to `end`.
    fn kept(&self, start: usize, end: usize) -> usize {
        match self.stored_len() {
            stored if start == 0 && end >= stored => 0,
            stored => stored,
        }
    }

    /// What owning `len` bytes costs more than what is owned.
    fn charge(&self, len: usize) -> u64 {
        len.saturating_sub(self.owned_len()) as u64
    }

    /// Where a write of `len` bytes at `start` ends if at most `bytes_left` more may be stored.
    fn end_within(&self, start: usize, len: usize, bytes_left: u64) -> Result<usize> {
        let left = usize::try_from(bytes_left).unwrap_or(usize::MAX);
        let owned_max = self.owned_len().saturating_add(left);
        let end = start.saturating_add(len).min(owned_max);
        // What the image has and the write does not replace has to be copied.
        if end <= start || self.kept(start, end) > owned_max {
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
        account: Account<'_>,
    ) -> Result<&mut Vec<u8>> {
        account.reserve_bytes(self.charge(len))?;
        self.own_charged(kept, len, growth, sum, account)
    }

    /// As [`Chunk::own`], where the charge is reserved.
    fn own_charged(
        &mut self,
        kept: usize,
        len: usize,
        growth: Growth,
        sum: Option<u64>,
        account: Account<'_>,
    ) -> Result<&mut Vec<u8>> {
        let charge = self.charge(len);
        self.own_reserved(kept, len, growth, sum)
            .inspect_err(|_| account.release_bytes(charge))?;
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
        self.take_back();
        if let Self::Owned(own) = self {
            return grow(own, len, growth);
        }
        let mut own = Vec::new();
        grow(&mut own, len, growth)?;
        if kept > 0 {
            self.prepare(sum)?;
            let stored = self.bytes()?;
            own.extend_from_slice(stored.get(..kept).unwrap_or(stored));
        }
        *self = Self::Owned(own);
        Ok(())
    }

    /// A shared chunk that no snapshot has any more is the volume's alone again.
    #[cfg(any(feature = "std", shuttle))]
    fn take_back(&mut self) {
        if let Self::Shared(shared) = self {
            match alloc::sync::Arc::try_unwrap(core::mem::take(shared)) {
                Ok(own) => *self = Self::Owned(own),
                Err(still) => *shared = still,
            }
        }
    }

    #[cfg(not(any(feature = "std", shuttle)))]
    fn take_back(&mut self) {}
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
    use crate::quota::Ledger;

    fn ledger(bytes_max: u64) -> Ledger {
        Ledger::new(Limits {
            bytes_max,
            ..Limits::default()
        })
    }

    fn write(chunk: &mut Chunk, start: usize, bytes: &[u8], ledger: Account<'_>) -> Result<usize> {
        chunk.write(start, (&bytes).into(), Growth::Doubling, None, ledger)
    }

    fn sum_of(bytes: &[u8]) -> Option<u64> {
        Some(crate::sum::sum(bytes))
    }

    #[test]
    fn a_gap_is_zeroed_and_charged() {
        let (mut chunk, ledger) = (Chunk::Hole, ledger(100));
        assert_eq!(
            write(&mut chunk, 5, b"abc", Account::new(&ledger, None)),
            Ok(3)
        );
        assert_eq!(chunk.bytes().unwrap(), b"\0\0\0\0\0abc");
        assert_eq!(ledger.bytes_left(), 92);
        assert_eq!(
            write(&mut chunk, 0, b"12", Account::new(&ledger, None)),
            Ok(2)
        );
        assert_eq!(chunk.bytes().unwrap(), b"12\0\0\0abc");
        assert_eq!(ledger.bytes_left(), 92);
    }

    #[test]
    fn a_write_is_cut_where_the_ledger_ends() {
        let (mut chunk, ledger) = (Chunk::Hole, ledger(4));
        assert_eq!(
            write(&mut chunk, 0, b"abcdef", Account::new(&ledger, None)),
            Ok(4)
        );
        assert_eq!(
            write(&mut chunk, 4, b"x", Account::new(&ledger, None)),
            Err(Error::InsufficientSpace)
        );
        assert_eq!(
            write(&mut chunk, 2, b"xyz", Account::new(&ledger, None)),
            Ok(2),
            "what is stored can be overwritten"
        );
        assert_eq!(chunk.bytes().unwrap(), b"abxy");
    }

    /// Replacing a whole block of an image needs no more than what fits of it, but then the rest
    /// has to be copied.
    #[test]
    fn a_block_of_an_image_is_not_lost_to_a_full_ledger() {
        const BLOCK: &[u8] = b"0123456789";
        let (mut chunk, ledger) = (Chunk::Unverified(BLOCK), ledger(9));
        assert_eq!(
            write(&mut chunk, 0, &[b'x'; 10], Account::new(&ledger, None)),
            Err(Error::InsufficientSpace)
        );
        let written = chunk.write(
            3,
            (&&b"x"[..]).into(),
            Growth::Doubling,
            sum_of(BLOCK),
            Account::new(&ledger, None),
        );
        assert_eq!(written, Err(Error::InsufficientSpace));
        assert_eq!(
            {
                chunk.prepare(sum_of(BLOCK)).unwrap();
                chunk.bytes().unwrap()
            },
            BLOCK
        );
        assert_eq!(ledger.bytes_left(), 9);
    }

    #[test]
    fn a_block_that_is_replaced_is_not_verified() {
        let (mut chunk, ledger) = (Chunk::Unverified(b"damaged"), ledger(100));
        let wrong = Some(1);
        assert_eq!(chunk.prepare(wrong), Err(Error::Io));
        assert_eq!(
            chunk.write(
                1,
                (&&b"x"[..]).into(),
                Growth::Doubling,
                wrong,
                Account::new(&ledger, None)
            ),
            Err(Error::Io)
        );
        assert_eq!(
            chunk.zero(1, 2, wrong, Account::new(&ledger, None)),
            Err(Error::Io)
        );
        assert_eq!(
            chunk.truncate(3, wrong, Account::new(&ledger, None)),
            Err(Error::Io)
        );
        assert_eq!(ledger.bytes_left(), 100, "what failed is not charged");
        assert_eq!(
            chunk.write(
                0,
                (&&b"replaced"[..]).into(),
                Growth::Doubling,
                wrong,
                Account::new(&ledger, None)
            ),
            Ok(8)
        );
        assert_eq!(chunk.bytes().unwrap(), b"replaced");
    }

    #[test]
    fn a_cut_gives_memory_back() {
        let (mut chunk, ledger) = (Chunk::Hole, ledger(1 << 20));
        write(
            &mut chunk,
            0,
            &[7; CHUNK_BYTES],
            Account::new(&ledger, None),
        )
        .unwrap();
        chunk
            .truncate(10, None, Account::new(&ledger, None))
            .unwrap();
        let Chunk::Owned(own) = &chunk else {
            unreachable!()
        };
        assert!(own.capacity() <= 20, "{}", own.capacity());
        assert_eq!(ledger.bytes_left(), (1 << 20) - 10);
    }

    #[test]
    fn small_writes_copy_little() {
        let (mut chunk, ledger) = (Chunk::Hole, ledger(1 << 20));
        let mut moves = 0;
        let mut capacity = 0;
        for at in 0..CHUNK_BYTES {
            write(&mut chunk, at, b"x", Account::new(&ledger, None)).unwrap();
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
