//! Foreign text for people: names must not drive a terminal, nor look like lines that they are not.

use std::fmt::{self, Write};

/// Text with its control characters written as escapes, such as `\n` and `\u{1b}`. So are characters that change
/// the direction of the text or separate lines, and so look different from what they are.
///
/// A name may hold any character, and an image may come from anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if is_active(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// C0, delete and C1; line and paragraph separators; marks, embeddings, overrides and isolates of direction.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let text = "a\x1b[2Jb\nc\x7f\u{9b}31m\u{202e}d\u{2028}";
        assert_eq!(
            Escaped(text).to_string(),
            r"a\u{1b}[2Jb\nc\u{7f}\u{9b}31m\u{202e}d\u{2028}"
        );
    }

    #[test]
    fn what_only_looks_unusual_is_kept() {
        for text in [
            "Grüße 🐟.txt",
            "日本語",
            "e\u{301}",
            r"back\slash",
            "\u{200d}",
            "",
        ] {
            assert_eq!(Escaped(text).to_string(), text);
        }
    }
}
