//! The adapter as a component, made for one application.
//!
//! The core module of the adapter is rewritten once: the proxies' glue is
//! merged in, names get the application's patch version, the memory grows by
//! the glue's return area and by the image, and the configuration record is
//! filled in. The image itself is *not* put in here: a marker of a few bytes
//! stands for it, and [`crate::splice`] streams it into the finished file, so
//! that composing never holds the image in memory.
//!
//! Memory of the adapter, from address 0:
//!
//! ```text
//! stack, data, bss    as the linker laid it out
//! return area         for the glue, at the old end of memory
//! image               one dense segment, at the next multiple of 4096
//! heap                grows by memory.grow, from here on
//! ```

mod merge;

use crate::error::Error;
use crate::marker::Marker;
use crate::proxy::{self, Glue, RETURN_AREA_BYTES};
use crate::world::{AdapterWorld, VENDORED_VERSION};
use crate::{IMAGE_BYTES_MAX, Options};
use monaka_fs_core::config::Config;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// What stands for the image until the file is written.
pub(crate) const IMAGE_MARKER: &[u8] = b"monaka-image-goes-here-v1";

/// Bytes of a page of WebAssembly memory.
const WASM_PAGE_BYTES: u64 = 64 * 1024;

/// The alignment of the image in memory: engines map it copy-on-write in pages
/// of this size.
const IMAGE_ALIGN: u64 = 4096;

/// Encodes the adapter's core module as a component for `world`.
pub(crate) fn component(
    core: &[u8],
    world: &AdapterWorld,
    options: &Options,
    marker: &Marker,
) -> Result<Vec<u8>, Error> {
    let layout = Layout::new(core, RETURN_AREA_BYTES, options.image_len)?;
    let glue = proxy::generate(&world.resolve, &world.proxied, layout.return_area)?;
    let mut module = merge::merge(core, glue, &layout, &world.version, marker)?;
    configure(&mut module, &layout.config(options))?;
    embed_component_metadata(
        &mut module,
        &world.resolve,
        world.world,
        StringEncoding::UTF8,
    )
    .map_err(|error| Error::Adapter(format!("{error:#}")))?;
    // Names for debuggers would be a tenth of what is added to a program.
    ComponentEncoder::default()
        .validate(true)
        .debug_names(false)
        .module(&module)
        .and_then(ComponentEncoder::encode)
        .map_err(|error| Error::Adapter(format!("{error:#}")))
}

/// The core module of the lowered adapter, with `glue` in addition and
/// `area_bytes` for the glue around it; the address of these comes with it.
pub(crate) fn lowered(
    core: &[u8],
    glue: Glue,
    area_bytes: u32,
    options: &Options,
    marker: &Marker,
) -> Result<(Vec<u8>, u32), Error> {
    let layout = Layout::new(core, area_bytes, options.image_len)?;
    let mut module = merge::merge(core, glue, &layout, VENDORED_VERSION, marker)?;
    configure(&mut module, &layout.config(options))?;
    Ok((module, layout.return_area))
}

/// Where things are in the adapter's memory.
struct Layout {
    return_area: u32,
    image: Option<Image>,
    pages: u64,
}

struct Image {
    address: u32,
    len: u32,
}

impl Layout {
    fn new(core: &[u8], area_bytes: u32, image_len: Option<u64>) -> Result<Self, Error> {
        let old_end = memory_pages(core)? * WASM_PAGE_BYTES;
        let mut end = old_end + u64::from(area_bytes);
        let image = image_len
            .map(|len| {
                let address = end.next_multiple_of(IMAGE_ALIGN);
                end = address + len;
                if len > IMAGE_BYTES_MAX {
                    return Err(Error::ImageTooLarge {
                        bytes: len,
                        max: IMAGE_BYTES_MAX,
                    });
                }
                Ok(Image {
                    address: to_u32(address)?,
                    len: to_u32(len)?,
                })
            })
            .transpose()?;
        Ok(Self {
            return_area: to_u32(old_end)?,
            image,
            pages: end.div_ceil(WASM_PAGE_BYTES),
        })
    }

    fn config(&self, options: &Options) -> Config {
        Config {
            image_address: self.image.as_ref().map_or(0, |image| image.address),
            image_len: self.image.as_ref().map_or(0, |image| image.len),
            bytes_max: options.bytes_max,
            file_size_max: options.file_size_max,
            inodes_max: options.inodes_max,
            root_read_only: options.root_read_only,
        }
    }
}

fn to_u32(value: u64) -> Result<u32, Error> {
    u32::try_from(value)
        .map_err(|_| Error::Adapter(format!("address {value} does not fit in a 32-bit memory")))
}

/// The minimum of the module's memory.
fn memory_pages(core: &[u8]) -> Result<u64, Error> {
    for payload in wasmparser::Parser::new(0).parse_all(core) {
        if let wasmparser::Payload::MemorySection(section) = payload.map_err(adapter_error)?
            && let Some(memory) = section.into_iter().next()
        {
            return Ok(memory.map_err(adapter_error)?.initial);
        }
    }
    Err(Error::Adapter("it has no memory".to_string()))
}

fn adapter_error(error: wasmparser::BinaryReaderError) -> Error {
    Error::Adapter(error.to_string())
}

/// Writes the configuration over the record in the module's data, which its
/// magic marks.
fn configure(module: &mut [u8], config: &Config) -> Result<(), Error> {
    let record = config.encode();
    let magic = &monaka_fs_core::config::MAGIC[..];
    let mut found = module
        .windows(magic.len())
        .enumerate()
        .filter_map(|(at, bytes)| (bytes == magic).then_some(at));
    let at = found
        .next()
        .ok_or_else(|| Error::Adapter("it has no configuration record".to_string()))?;
    if found.next().is_some() {
        return Err(Error::Adapter(
            "it has more than one configuration record".to_string(),
        ));
    }
    module
        .get_mut(at..at + record.len())
        .ok_or_else(|| Error::Adapter("its configuration record is cut short".to_string()))?
        .copy_from_slice(&record);
    Ok(())
}
