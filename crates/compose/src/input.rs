//! From what a user hands in to a component.

mod exit;
mod preview1;
mod shift;

use crate::error::Error;
use std::borrow::Cow;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::types::Types;
use wasmparser::{BinaryReaderError, Encoding, Parser, Payload, Validator, WasmFeatures};
use wit_component::ComponentEncoder;

/// The module name of Preview 1.
const PREVIEW1: &str = "wasi_snapshot_preview1";

/// The module name of the snapshot before Preview 1 ("WASI 0.1").
const SNAPSHOT0: &str = "wasi_unstable";

/// What the host of a core module is told when it exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success or failure: all hosts of WASI 0.2 know that.
    Status,
    /// The code.
    Code,
}

/// The bytes of a valid component and its types: the input itself, or a core
/// Preview 1 module made a component. Text is parsed first.
pub(crate) fn component(input: &[u8], exit: Exit) -> Result<(Cow<'_, [u8]>, Types), Error> {
    let binary = binary(input)?;
    let types = validate(&binary).map_err(Error::invalid)?;
    match encoding(&binary)? {
        Encoding::Component => Ok((binary, types)),
        Encoding::Module => {
            let component = componentize(&binary, exit)?;
            let types =
                validate(&component).map_err(|error| Error::CoreModule(error.to_string()))?;
            Ok((Cow::Owned(component), types))
        }
    }
}

/// Checks `bytes` as the runtime would.
pub(crate) fn validate(bytes: &[u8]) -> Result<Types, BinaryReaderError> {
    Validator::new_with_features(WasmFeatures::all()).validate_all(bytes)
}

fn binary(input: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if input.starts_with(b"\0asm") {
        return Ok(Cow::Borrowed(input));
    }
    let text = std::str::from_utf8(input).map_err(|_| Error::NotWasm)?;
    if !looks_like_text(text) {
        return Err(Error::NotWasm);
    }
    wat::parse_str(text)
        .map(Cow::Owned)
        .map_err(|error| Error::Text(error.to_string()))
}

/// Whether the first token is the start of an s-expression or of a comment.
fn looks_like_text(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('(') || text.starts_with(";;")
}

fn encoding(binary: &[u8]) -> Result<Encoding, Error> {
    match Parser::new(0).parse_all(binary).next() {
        Some(Ok(Payload::Version { encoding, .. })) => Ok(encoding),
        Some(Err(error)) => Err(Error::invalid(error)),
        _ => Err(Error::NotWasm),
    }
}

/// Puts the Preview 1 adapter of wasmtime around a core module: that for
/// commands when the module has a `_start`, else that for reactors. A module
/// that shares memory with no one is shifted to make room for it.
fn componentize(module: &[u8], exit: Exit) -> Result<Vec<u8>, Error> {
    let shape = Shape::of(module)?;
    if shape.snapshot0 {
        return Err(Error::Version {
            import: SNAPSHOT0.to_string(),
        });
    }
    let adapter = if shape.command {
        WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
    } else {
        WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER
    };
    let adapter = match exit {
        Exit::Status => Cow::Borrowed(adapter),
        Exit::Code => Cow::Owned(exit::with_code(adapter)?),
    };
    let module = match shape.go {
        true => Cow::Owned(shift::make_room(module)?),
        false => Cow::Borrowed(module),
    };
    ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.adapter(PREVIEW1, &adapter))
        .and_then(ComponentEncoder::encode)
        .map_err(|error| Error::CoreModule(format!("{error:#}")))
}

#[derive(Default)]
struct Shape {
    command: bool,
    snapshot0: bool,
    go: bool,
}

impl Shape {
    fn of(module: &[u8]) -> Result<Self, Error> {
        let mut shape = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(Error::invalid)? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        shape.snapshot0 |= import.map_err(Error::invalid)?.module == SNAPSHOT0;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        shape.command |= export.map_err(Error::invalid)?.name == "_start";
                    }
                }
                Payload::CustomSection(section) => shape.go |= shift::is_of_go(&section),
                _ => {}
            }
        }
        Ok(shape)
    }
}
