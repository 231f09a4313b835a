//! The content of a file at one moment, which shares the chunks of the file.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::chunk::{Chunk, Sums};
use crate::boxed::reserve;
use crate::{CHUNK_BYTES, Error, Result, Run, sum};

/// Content that does not change any more.
#[derive(Debug)]
pub(crate) struct Still {
    pub(super) size: u64,
    /// By ascending index; what is missing is a hole.
    pub(super) chunks: Vec<(usize, StillChunk)>,
}

#[derive(Debug)]
pub(super) enum StillChunk {
    Owned(Arc<Vec<u8>>),
    /// In the image, and they match their checksum.
    Image(&'static [u8]),
    /// In the image, with the checksum to compare them with.
    Unverified(&'static [u8], Option<u64>),
}

impl Still {
    /// The longest stored run at `offset`; `Io` in a damaged block of an image.
    pub(crate) fn run(&self, offset: u64) -> Result<Run<'_>> {
        let left = match self.size.checked_sub(offset) {
            None | Some(0) => return Ok(Run::End),
            Some(left) => left,
        };
        let chunk = CHUNK_BYTES as u64;
        let index = usize::try_from(offset / chunk).map_err(|_| Error::FileTooLarge)?;
        let start = (offset % chunk) as usize;
        let stored = self.chunk(index)?.get(start..).unwrap_or_default();
        Ok(match stored {
            [] => Run::Zero(chunk.saturating_sub(start as u64).min(left)),
            stored => Run::Data(stored),
        })
    }

    fn chunk(&self, index: usize) -> Result<&[u8]> {
        let found = self.chunks.binary_search_by_key(&index, |chunk| chunk.0);
        let Some((_, chunk)) = found.ok().and_then(|place| self.chunks.get(place)) else {
            return Ok(&[]);
        };
        match chunk {
            StillChunk::Owned(bytes) => Ok(bytes),
            StillChunk::Image(bytes) => Ok(bytes),
            StillChunk::Unverified(bytes, expected) => match Some(sum::sum(bytes)) == *expected {
                true => Ok(bytes),
                false => Err(Error::Io),
            },
        }
    }

    /// Takes the chunks of an image file that nobody has touched.
    pub(super) fn of_image(bytes: &'static [u8], sums: Sums) -> Result<Self> {
        let mut chunks = Vec::new();
        reserve(&mut chunks, bytes.len().div_ceil(CHUNK_BYTES))?;
        let blocks = bytes.chunks(CHUNK_BYTES).enumerate();
        chunks.extend(blocks.map(|(i, block)| (i, StillChunk::Unverified(block, sums.of(i)))));
        Ok(Self {
            size: bytes.len() as u64,
            chunks,
        })
    }

    /// Takes chunks by ascending index, which from now on are shared.
    pub(super) fn of<'c>(
        size: u64,
        count: usize,
        chunks: impl Iterator<Item = (usize, &'c mut Chunk)>,
        sums: Sums,
    ) -> Result<Self> {
        let mut stills = Vec::new();
        reserve(&mut stills, count)?;
        for (index, chunk) in chunks {
            if let Some(still) = still(chunk, sums.of(index)) {
                stills.push((index, still));
            }
        }
        Ok(Self {
            size,
            chunks: stills,
        })
    }
}

/// `None` for a hole.
fn still(chunk: &mut Chunk, sum: Option<u64>) -> Option<StillChunk> {
    if let Chunk::Owned(own) = chunk {
        *chunk = Chunk::Shared(Arc::new(core::mem::take(own)));
    }
    match chunk {
        Chunk::Hole | Chunk::Owned(_) => None,
        Chunk::Shared(shared) => Some(StillChunk::Owned(Arc::clone(shared))),
        Chunk::Image(bytes) => Some(StillChunk::Image(bytes)),
        Chunk::Unverified(bytes) => Some(StillChunk::Unverified(bytes, sum)),
    }
}
