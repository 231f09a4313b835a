//! Puts an image into a linked component without holding both in memory.
//!
//! The linked component has a marker of a few bytes where the image goes. The
//! sections around the marker are nested, each with its length in front, so
//! putting the image in means new lengths from the inside out and nothing
//! else: what comes before and after is copied as it is.

use crate::error::Error;
use crate::locate::Located;
use std::ops::Range;

/// A component cut at the place of its image.
#[derive(Debug)]
pub(crate) struct Spliced {
    pub(crate) head: Vec<u8>,
    pub(crate) tail: Vec<u8>,
}

/// Cuts `bytes` around the image's marker and writes the lengths that the
/// sections have with an image of `image_len` bytes.
pub(crate) fn splice(bytes: &[u8], located: &Located, image_len: u64) -> Result<Spliced, Error> {
    let marker = located
        .image
        .clone()
        .ok_or_else(|| Error::Linked("the place of the image is lost".to_string()))?;
    let mut edits = vec![resize(bytes, &marker, image_len)?];
    for section in located.enclosing.iter().rev() {
        let inner = edits.last().map_or(0, |edit| edit.growth);
        let len = (section.len() as u64).wrapping_add_signed(inner);
        edits.push(resize(bytes, section, len)?);
    }
    let mut head = Vec::with_capacity(marker.start + edits.len());
    let mut copied = 0;
    for edit in edits.iter().rev() {
        head.extend_from_slice(slice(bytes, copied..edit.old.start)?);
        head.extend_from_slice(&edit.new);
        copied = edit.old.end;
    }
    head.extend_from_slice(slice(bytes, copied..marker.start)?);
    Ok(Spliced {
        head,
        tail: slice(bytes, marker.end..bytes.len())?.to_vec(),
    })
}

/// A length in front of some content, rewritten.
struct Edit {
    /// Where the old length is.
    old: Range<usize>,
    new: Vec<u8>,
    /// By how much the length and the content grow together.
    growth: i64,
}

/// The edit that gives `content` the length `len`. The length in front of it
/// is in the shortest form, as wasm-encoder writes it; anything else would be
/// another tool's file.
fn resize(bytes: &[u8], content: &Range<usize>, len: u64) -> Result<Edit, Error> {
    let old_leb = leb128(content.len() as u64);
    let start = content
        .start
        .checked_sub(old_leb.len())
        .ok_or_else(unexpected)?;
    if slice(bytes, start..content.start)? != old_leb {
        return Err(unexpected());
    }
    let new = leb128(len);
    let growth = (len as i64 + new.len() as i64) - (content.len() as i64 + old_leb.len() as i64);
    Ok(Edit {
        old: start..content.start,
        new,
        growth,
    })
}

fn slice(bytes: &[u8], range: Range<usize>) -> Result<&[u8], Error> {
    bytes.get(range).ok_or_else(unexpected)
}

fn unexpected() -> Error {
    Error::Linked("a section's length is not where it is expected".to_string())
}

fn leb128(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = value;
    loop {
        let low = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leb128_is_the_shortest_form() {
        assert_eq!(leb128(0), [0]);
        assert_eq!(leb128(127), [0x7f]);
        assert_eq!(leb128(128), [0x80, 1]);
        assert_eq!(leb128(1 << 30), [0x80, 0x80, 0x80, 0x80, 4]);
    }
}
