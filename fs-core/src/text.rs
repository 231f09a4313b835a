//! Names and paths. They are mostly shorter than what the search of the standard library is made
//! for.

use alloc::string::String;

use crate::{Error, Result};

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// Whether a byte occurs, eight bytes at a time.
pub(crate) fn contains(text: &str, byte: u8) -> bool {
    let pattern = ONES.wrapping_mul(u64::from(byte));
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let in_words = words.iter().any(|word| {
        // A byte that occurs is zero in `differing`, and only below a zero byte does the borrow
        // reach the high bit.
        let differing = u64::from_le_bytes(*word) ^ pattern;
        differing.wrapping_sub(ONES) & !differing & HIGHS != 0
    });
    in_words || rest.contains(&byte)
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
    fn a_byte_is_found_wherever_it_is() {
        for len in 0..40 {
            for at in 0..len {
                let mut text: String = "\u{1}".repeat(len);
                assert!(!contains(&text, 0) && !contains(&text, b'/'));
                text.replace_range(at..at + 1, "/");
                assert!(contains(&text, b'/') && !contains(&text, 0));
                text.replace_range(at..at + 1, "\0");
                assert!(contains(&text, 0));
            }
        }
    }
}
