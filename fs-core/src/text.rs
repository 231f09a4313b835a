//! Names and paths. They are mostly shorter than what the search of the standard library is made
//! for.

use alloc::string::String;
use core::cmp::Ordering;

use crate::{Error, Result};

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// Whether a byte occurs, eight bytes at a time.
pub(crate) fn contains(text: &str, byte: u8) -> bool {
    find(text, byte).is_some()
}

/// Where a byte occurs first, eight bytes at a time.
pub(crate) fn find(text: &str, byte: u8) -> Option<usize> {
    let pattern = ONES.wrapping_mul(u64::from(byte));
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        // A byte that occurs is zero in `differing`. The borrow reaches the high bit of the lowest
        // zero byte, and from there on perhaps of others: so the lowest bit tells the first one.
        let differing = u64::from_le_bytes(*word) ^ pattern;
        let found = differing.wrapping_sub(ONES) & !differing & HIGHS;
        if found != 0 {
            let at = found.trailing_zeros() / 8;
            return Some(index.saturating_mul(8).saturating_add(at as usize));
        }
    }
    let at = rest.iter().position(|&other| other == byte)?;
    Some(words.len().saturating_mul(8).saturating_add(at))
}

/// The order of two texts by their bytes, eight at a time: in wasm `memcmp` goes byte by byte.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let ((a_words, _), (b_words, _)) = (a.as_bytes().as_chunks(), b.as_bytes().as_chunks());
    let same = a_words
        .iter()
        .zip(b_words)
        .take_while(|(a, b)| a == b)
        .count();
    let word = |words: &[[u8; 8]]| words.get(same).map(|word| u64::from_be_bytes(*word));
    match (word(a_words), word(b_words)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => rest(a, same).cmp(rest(b, same)),
    }
}

/// Whether two texts are the same, in the same way.
pub(crate) fn equal(a: &str, b: &str) -> bool {
    let (a_words, a_rest) = a.as_bytes().as_chunks::<8>();
    let (b_words, b_rest) = b.as_bytes().as_chunks::<8>();
    a.len() == b.len()
        && a_words.iter().zip(b_words).all(|(a, b)| a == b)
        && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

/// What comes after so many words.
fn rest(text: &str, words: usize) -> impl Iterator<Item = &u8> {
    text.as_bytes().iter().skip(words.saturating_mul(8))
}

/// A copy, for which there may be no memory.
pub(crate) fn own(text: &str) -> Result<String> {
    let mut owned = String::new();
    owned
        .try_reserve_exact(text.len())
        .map_err(|_| Error::InsufficientMemory)?;
    owned.push_str(text);
    Ok(owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_as_their_bytes_are() {
        let texts = [
            "",
            "a",
            "abcdefg",
            "abcdefgh",
            "abcdefgi",
            "abcdefghi",
            "abcdefgh\u{0}",
            "bbcdefgh",
            "abcdefghabcdefgh",
            "abcdefghabcdefgi",
            "abcdefghabcdefghz",
            "é",
            "ééééé",
            "\u{10ffff}",
        ];
        for a in texts {
            for b in texts {
                assert_eq!(compare(a, b), a.as_bytes().cmp(b.as_bytes()), "{a} {b}");
                assert_eq!(equal(a, b), a == b, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_is() {
        for len in 0..40 {
            for at in 0..len {
                let mut text: String = "\u{1}".repeat(len);
                assert!(!contains(&text, 0) && !contains(&text, b'/'));
                text.replace_range(at..at + 1, "/");
                assert!(contains(&text, b'/') && !contains(&text, 0));
                assert_eq!(find(&text, b'/'), Some(at));
                let twice = [&text, "/0/"].concat();
                assert_eq!(find(&twice, b'/'), Some(at));
                assert_eq!(find(&twice, b'0'), Some(len + 1));
                text.replace_range(at..at + 1, "\0");
                assert!(contains(&text, 0));
            }
        }
    }
}
