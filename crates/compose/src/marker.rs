//! The custom section that marks Monaka's core module in a composed file.
//!
//! Text: the link, the version of this crate, and, on lines of their own,
//! `portable` and `refused: ` with the reason, where they apply.

use crate::inspect::Link;
use wasm_encoder::CustomSection;

/// The name of the section.
pub(crate) const SECTION: &str = "monaka";

const PORTABLE: &str = "portable";
const REFUSED: &str = "refused: ";

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) link: Link,
    /// Whether a fused file keeps to what every engine knows.
    pub(crate) portable: bool,
    /// Why the program was not fused.
    pub(crate) refusal: Option<String>,
}

impl Marker {
    /// That of a program that was linked as asked for.
    pub(crate) fn of(link: Link) -> Self {
        Self {
            link,
            portable: false,
            refusal: None,
        }
    }

    /// The section.
    pub(crate) fn encode(&self) -> CustomSection<'static> {
        let mut text = format!("{} {}", self.link, env!("CARGO_PKG_VERSION"));
        if self.portable {
            text.push_str(&format!("\n{PORTABLE}"));
        }
        if let Some(refusal) = &self.refusal {
            text.push_str(&format!("\n{REFUSED}{}", refusal.replace('\n', " ")));
        }
        CustomSection {
            name: SECTION.into(),
            data: text.into_bytes().into(),
        }
    }

    /// Reads the content of the section. Lines of a later version are skipped.
    pub(crate) fn parse(data: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(data).ok()?;
        let mut lines = text.lines();
        let (link, _version) = lines.next()?.split_once(' ')?;
        let mut marker = Self::of(Link::named(link)?);
        for line in lines {
            if line == PORTABLE {
                marker.portable = true;
            } else if let Some(refusal) = line.strip_prefix(REFUSED) {
                marker.refusal = Some(refusal.to_string());
            }
        }
        Some(marker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_parsed() {
        for (portable, refusal) in [(true, None), (false, Some("it is\nlong".to_string()))] {
            let marker = Marker {
                link: Link::Fused,
                portable,
                refusal,
            };
            let expected = Marker {
                refusal: marker.refusal.as_ref().map(|text| text.replace('\n', " ")),
                ..marker.clone()
            };
            assert_eq!(Marker::parse(&marker.encode().data), Some(expected));
        }
        assert_eq!(Marker::parse(b"other 0.1.0"), None);
        assert_eq!(Marker::parse(b"\xff"), None);
    }
}
