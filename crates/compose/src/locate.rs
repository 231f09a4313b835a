//! Finds Monaka's parts in a component: the core module of the adapter, its
//! configuration record and its image.

use crate::error::Error;
use crate::marker::{Marker, SECTION};
use monaka_fs_core::config::{Config, MAGIC};
use std::ops::Range;
use wasmparser::{DataKind, Operator, Parser, Payload};

/// Where the adapter's core module and its parts are, as byte ranges of the
/// file.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// Contents of the sections around the image, the outermost first: the
    /// components and the module that hold each other, then the data section.
    pub(crate) enclosing: Vec<Range<usize>>,
    /// The core module.
    pub(crate) module: Range<usize>,
    /// What its marker says.
    pub(crate) marker: Marker,
    /// The bytes of the segment that holds the image, if there is one.
    pub(crate) image: Option<Range<usize>>,
    /// What the configuration record says.
    pub(crate) config: Config,
}

impl Located {
    /// Bytes of the core module without the image, or what stands for it.
    pub(crate) fn adapter_bytes(&self) -> u64 {
        let image = self.image.as_ref().map_or(0, Range::len);
        (self.module.len() - image) as u64
    }
}

/// Looks through a component, nested components included. `None` when no
/// module in it is Monaka's.
pub(crate) fn locate(bytes: &[u8]) -> Result<Option<Located>, Error> {
    let mut enclosing: Vec<Range<usize>> = Vec::new();
    let mut candidate: Option<Candidate> = None;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(Error::invalid)? {
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                let range = usize_range(unchecked_range);
                enclosing.push(range.clone());
                candidate = Some(Candidate::new(range));
            }
            Payload::ComponentSection {
                unchecked_range, ..
            } => enclosing.push(usize_range(unchecked_range)),
            Payload::DataSection(section) => {
                if let Some(module) = &mut candidate {
                    module.data(section)?;
                }
            }
            Payload::CustomSection(section) if section.name() == SECTION => {
                if let Some(module) = &mut candidate {
                    module.marker = Marker::parse(section.data());
                }
            }
            Payload::End(_) => {
                if let Some(located) = candidate.take().and_then(|c| c.finish(bytes, &enclosing)) {
                    return Ok(Some(located));
                }
                enclosing.pop();
            }
            _ => {}
        }
    }
    Ok(None)
}

/// A core module that may be Monaka's.
struct Candidate {
    module: Range<usize>,
    data: Range<usize>,
    segments: Vec<Segment>,
    /// What its marker says, if it has one.
    marker: Option<Marker>,
}

struct Segment {
    address: Option<u32>,
    bytes: Range<usize>,
}

impl Candidate {
    fn new(module: Range<usize>) -> Self {
        Self {
            module,
            data: 0..0,
            segments: Vec::new(),
            marker: None,
        }
    }

    fn data(&mut self, section: wasmparser::DataSectionReader<'_>) -> Result<(), Error> {
        self.data = usize_range(section.range());
        for segment in section {
            let segment = segment.map_err(Error::invalid)?;
            let bytes = usize_range(segment.range);
            self.segments.push(Segment {
                address: address(&segment.kind),
                bytes: bytes.end - segment.data.len()..bytes.end,
            });
        }
        Ok(())
    }

    fn finish(self, bytes: &[u8], enclosing: &[Range<usize>]) -> Option<Located> {
        let marker = self.marker.clone()?;
        let config = self.config(bytes)?;
        let image = self
            .segments
            .iter()
            .find(|segment| config.image_len > 0 && segment.address == Some(config.image_address))
            .map(|segment| segment.bytes.clone());
        let mut enclosing = enclosing.to_vec();
        enclosing.push(self.data);
        Some(Located {
            enclosing,
            module: self.module,
            marker,
            image,
            config,
        })
    }

    /// The record is in a segment that the linker laid out, before the image.
    fn config(&self, bytes: &[u8]) -> Option<Config> {
        self.segments.iter().find_map(|segment| {
            let data = bytes.get(segment.bytes.clone())?;
            let at = data
                .windows(MAGIC.len())
                .position(|window| window == MAGIC)?;
            Config::parse(data.get(at..)?)
        })
    }
}

fn address(kind: &DataKind<'_>) -> Option<u32> {
    let DataKind::Active { offset_expr, .. } = kind else {
        return None;
    };
    match offset_expr.get_operators_reader().read().ok()? {
        Operator::I32Const { value } => Some(value as u32),
        _ => None,
    }
}

/// A range of a file that is in memory: it fits.
pub(crate) fn usize_range(range: Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}
