//! The bytes of a file.
//!
//! A file of at most one chunk is that chunk; a larger one, or one with a hole at its end, is a
//! [`Table`] of chunks. What is charged to the ledger is the length of what is stored, and 16 bytes
//! for each entry of a table; the memory behind it is at most twice that. Image data is borrowed
//! and costs nothing until it is written to.

mod chunk;
#[cfg(any(feature = "std", shuttle))]
mod still;
mod table;

use alloc::vec::Vec;

use crate::boxed::Boxed;
use crate::quota::Account;
use crate::{CHUNK_BYTES, Found, Gather, Payload, Result, Run};
pub(crate) use chunk::Sums;
use chunk::{Chunk, Growth};
#[cfg(any(feature = "std", shuttle))]
pub(crate) use still::Still;
use table::Table;

/// File content in the form that suits its size.
#[derive(Debug)]
pub(crate) enum Body {
    /// At most one chunk, all of it stored.
    One(Chunk, Sums),
    /// Content of an image that is larger than a chunk and that nobody has touched yet.
    Image(&'static [u8], Sums),
    /// Anything else.
    Table(Boxed<Table>),
}

impl Body {
    pub(crate) fn empty() -> Self {
        Self::One(Chunk::Owned(Vec::new()), Sums::default())
    }

    /// Content borrowed from an image, and the checksums of its blocks.
    pub(crate) fn from_image(bytes: &'static [u8], sums: Sums) -> Self {
        if bytes.len() <= CHUNK_BYTES {
            Self::One(Chunk::Unverified(bytes), sums)
        } else {
            Self::Image(bytes, sums)
        }
    }

    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::One(chunk, _) => chunk.stored_len() as u64,
            Self::Image(bytes, _) => bytes.len() as u64,
            Self::Table(table) => table.size(),
        }
    }

    pub(crate) fn bytes_charged(&self) -> u64 {
        match self {
            Self::One(chunk, _) => chunk.owned_len() as u64,
            Self::Image(..) => 0,
            Self::Table(table) => table.bytes_charged(),
        }
    }

    /// Whether the range can be read as it is: nothing of it is image content that nobody has looked
    /// at.
    pub(crate) fn is_ready(&self, offset: u64, len: usize) -> bool {
        match self {
            Self::One(chunk, _) => chunk.is_ready(),
            Self::Image(..) => false,
            Self::Table(table) => table.is_ready(offset, self.len_within(offset, len)),
        }
    }

    /// Makes the range ready; gives how many bytes of it are, which is fewer before a damaged block.
    /// `Io` where the first of them is in one.
    pub(crate) fn prepare(&mut self, offset: u64, len: usize) -> Result<usize> {
        let within = self.len_within(offset, len);
        if within == 0 {
            return Ok(len);
        }
        self.split_image()?;
        let prepared = match self {
            Self::One(chunk, sums) => chunk.prepare(sums.of(0)).map(|()| within),
            Self::Table(table) => table.prepare(offset, within),
            Self::Image(..) => Err(crate::Error::Io),
        }?;
        Ok(if prepared == within { len } else { prepared })
    }

    /// The longest stored run at `offset`, at most `len_max` bytes, which have to be ready.
    fn run(&self, offset: u64, len_max: usize) -> Result<Run<'_>> {
        match self {
            Self::Table(table) => table.run(offset, len_max),
            Self::Image(..) => Err(crate::Error::Io),
            Self::One(chunk, _) => Ok(run_of(chunk.bytes()?, offset, len_max)),
        }
    }

    /// How much of a range lies in the file.
    fn len_within(&self, offset: u64, len: usize) -> usize {
        let rest = self.size().saturating_sub(offset);
        usize::try_from(rest).unwrap_or(usize::MAX).min(len)
    }

    /// Gathers at most `len_max` bytes from `offset` on, which have to be ready; fewer only at the end
    /// of the file, and where `into` takes no more.
    pub(crate) fn gather(
        &self,
        offset: u64,
        len_max: usize,
        into: &mut dyn Gather,
    ) -> Result<Found> {
        let rest = self.size().saturating_sub(offset);
        let len = self.len_within(offset, len_max);
        if len > 0 {
            into.reserve(len)?;
        }
        let mut found: usize = 0;
        while found < len {
            let at = offset.saturating_add(found as u64);
            let (count, taken) = match self.run(at, len.saturating_sub(found))? {
                Run::Data(bytes) => (bytes.len(), into.data(bytes)),
                Run::Zero(count) => (count as usize, into.zeroes(count as usize)),
                Run::End => break,
            };
            if !taken {
                break;
            }
            found = found.saturating_add(count);
        }
        let end = found as u64 >= rest;
        Ok(Found { len: found, end })
    }

    /// Writes at `offset`; fewer bytes where the ledger or memory ends, an error where none fits.
    pub(crate) fn write(
        &mut self,
        offset: u64,
        payload: Payload<'_>,
        account: Account<'_>,
    ) -> Result<usize> {
        if offset.saturating_add(payload.len() as u64) <= CHUNK_BYTES as u64
            && let Self::One(chunk, sums) = self
        {
            return chunk.write(
                offset as usize,
                payload,
                Growth::Doubling,
                sums.of(0),
                account,
            );
        }
        self.table(account)?.write(offset, payload, account)
    }

    /// Zeroes a range, letting go of what is stored where that suffices, and extends the file to
    /// its end.
    pub(crate) fn write_zeroes(
        &mut self,
        offset: u64,
        len: u64,
        account: Account<'_>,
    ) -> Result<()> {
        self.table(account)?.write_zeroes(offset, len, account)
    }

    /// Cuts, or extends by a hole.
    pub(crate) fn set_size(&mut self, size: u64, account: Account<'_>) -> Result<()> {
        if size == self.size() {
            return Ok(());
        }
        if size == 0 {
            account.release_bytes(self.bytes_charged());
            *self = Self::empty();
            return Ok(());
        }
        if let Self::One(chunk, sums) = self
            && size < chunk.stored_len() as u64
        {
            return chunk.truncate(size as usize, sums.of(0), account);
        }
        self.table(account)?.set_size(size, account)
    }

    /// The content as it is now. Its chunks are shared from now on.
    #[cfg(any(feature = "std", shuttle))]
    pub(crate) fn still(&mut self) -> Result<Still> {
        match self {
            Self::One(chunk, sums) => {
                let size = chunk.stored_len() as u64;
                Still::of(size, 1, core::iter::once((0, chunk)), *sums)
            }
            Self::Image(bytes, sums) => Still::of_image(bytes, *sums),
            Self::Table(table) => table.still(),
        }
    }

    /// Whether the form suits the content; if not, what is wrong. For tests.
    pub(crate) fn check(&self) -> core::result::Result<(), &'static str> {
        match self {
            Self::One(Chunk::Hole, _) => Err("a body that is a hole"),
            Self::One(chunk, _) if chunk.stored_len() > CHUNK_BYTES => {
                Err("a chunk that is too large")
            }
            Self::Table(table) => table.check(),
            Self::One(..) | Self::Image(..) => Ok(()),
        }
    }

    /// Splits untouched image content into chunks.
    #[inline]
    fn split_image(&mut self) -> Result<()> {
        match *self {
            Self::Image(bytes, sums) => self.split(bytes, sums),
            Self::One(..) | Self::Table(_) => Ok(()),
        }
    }

    #[cold]
    #[inline(never)]
    fn split(&mut self, bytes: &'static [u8], sums: Sums) -> Result<()> {
        *self = Self::Table(Boxed::try_new(Table::from_image(bytes, sums)?)?);
        Ok(())
    }

    /// The body as a table, which it becomes if it is none.
    fn table(&mut self, account: Account<'_>) -> Result<&mut Table> {
        self.split_image()?;
        if let Self::One(chunk, sums) = self {
            let mut table = Boxed::try_new(Table::empty(*sums))?;
            table.take(chunk, account)?;
            *self = Self::Table(table);
        }
        match self {
            Self::Table(table) => Ok(table),
            Self::One(..) | Self::Image(..) => Err(crate::Error::Io),
        }
    }
}

/// The run at `offset` of content that is stored as one piece.
fn run_of(bytes: &[u8], offset: u64, len_max: usize) -> Run<'_> {
    match usize::try_from(offset)
        .ok()
        .and_then(|start| bytes.get(start..))
    {
        None | Some([]) => Run::End,
        Some(rest) => Run::Data(rest.get(..len_max).unwrap_or(rest)),
    }
}
