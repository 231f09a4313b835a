//! Numbers of bytes, as people write and read them.

use std::fmt;
use std::num::{IntErrorKind, ParseIntError};

/// Reads `512`, `64K`, `64M`, `64MiB`, `1G`: binary multiples.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let (number, suffix) = text.split_at(digits.len());
    let shift = match suffix.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kib" => 10,
        "m" | "mib" => 20,
        "g" | "gib" => 30,
        "t" | "tib" => 40,
        _ => {
            return Err(format!(
                "`{suffix}` is no unit: use K, M, G or T, in multiples of 1024"
            ));
        }
    };
    let number: u64 = number
        .parse()
        .map_err(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => "too large".into(),
            _ => format!("`{number}` is not a whole number"),
        })?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "too large".into())
}

/// `1.50 KiB`.
pub(crate) fn human(bytes: u64) -> impl fmt::Display {
    indicatif::BinaryBytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_binary_multiples() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("1k", 1024),
            ("64M", 64 << 20),
            ("64MiB", 64 << 20),
        ] {
            assert_eq!(parse(text), Ok(bytes));
        }
        assert_eq!(parse("2G"), Ok(2 << 30));
        assert_eq!(parse("1T"), Ok(1 << 40));
    }

    #[test]
    fn what_is_no_size_says_why() {
        assert_eq!(
            parse("x"),
            Err("`x` is no unit: use K, M, G or T, in multiples of 1024".into())
        );
        assert_eq!(parse("M"), Err("`` is not a whole number".into()));
        assert_eq!(parse("1.5M"), Err("`1.5` is not a whole number".into()));
        assert_eq!(parse("-1M"), Err("`-1` is not a whole number".into()));
        assert_eq!(parse("17179869184G"), Err("too large".into()));
        assert_eq!(parse("999999999999999999999"), Err("too large".into()));
    }
}
