//! What is inside a composed file.

use crate::error::Error;
use crate::locate::locate;
use monaka_fs_core::config::Config;
use std::ops::Range;
use wasmparser::{Encoding, Parser, Payload};

/// How an application was linked with the filesystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link {
    /// The adapter is a core module inside of the application's component.
    Fused,
    /// The adapter is a component of its own beside the application.
    Component,
}

impl Link {
    /// The link of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Fused, Self::Component]
            .into_iter()
            .find(|link| link.to_string() == name)
    }
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Fused => "fused",
            Self::Component => "component",
        })
    }
}

/// The parts of a composed file.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// How it was linked.
    pub link: Link,
    /// Whether a fused file uses neither multi-memory nor tail calls.
    pub portable: bool,
    /// Why the program was not fused, if it might have been.
    pub refusal: Option<String>,
    /// Limits and switches of the filesystem.
    pub config: Config,
    /// The imports that the host has to satisfy, in their order in the file.
    pub imports: Vec<String>,
    /// The exports, in their order in the file.
    pub exports: Vec<String>,
    /// Where the image is in the file, if files are embedded.
    pub image: Option<Range<usize>>,
    /// Bytes of the adapter's core module without the image.
    pub adapter_bytes: u64,
}

/// Reads a composed file.
///
/// # Errors
/// [`Error::NotComposed`] for any other WebAssembly, [`Error::NotWasm`] and
/// [`Error::Invalid`] for what is none.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, Error> {
    if !bytes.starts_with(b"\0asm") {
        return Err(Error::NotWasm);
    }
    let located = locate(bytes)?.ok_or(Error::NotComposed)?;
    let names = names(bytes)?;
    Ok(Inspection {
        adapter_bytes: located.adapter_bytes(),
        link: located.marker.link,
        portable: located.marker.portable,
        refusal: located.marker.refusal,
        config: located.config,
        imports: names.imports,
        exports: names.exports,
        image: located.image,
    })
}

/// The names that a component imports and exports.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

/// Reads the names of the outermost component only.
pub(crate) fn names(bytes: &[u8]) -> Result<Names, Error> {
    let mut names = Names::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(Error::invalid)? {
            Payload::Version {
                encoding: Encoding::Component | Encoding::Module,
                ..
            } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    names
                        .imports
                        .push(import.map_err(Error::invalid)?.name.name.to_string());
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    names
                        .exports
                        .push(export.map_err(Error::invalid)?.name.name.to_string());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}
