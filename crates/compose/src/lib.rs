//! Composes a WebAssembly program with Monaka's filesystem.
//!
//! [`compose`] takes a program as its toolchain made it and the core modules of
//! the adapter, and gives a component that needs no `wasi:filesystem` from its
//! host. [`adapter`] gives the adapter alone, for other tools that link
//! components. [`inspect`] reads what either made.
//!
//! The steps, a module each:
//!
//! ```text
//! input    text, core module or component        -> a valid component
//! fused    program + filesystem, below the canonical ABI, if that is safe
//! splice   the place of the image in it, so that the image is streamed
//! ```
//!
//! and, where a program is not fused, between these two:
//!
//! ```text
//! app      what it imports and exports
//! world    the adapter's world for that program: wasi:io and wasi:filesystem,
//!          and a proxy for each other interface that mentions wasi:io
//! proxy    the glue code of those proxies
//! module   the adapter's core module + glue + limits -> the adapter component
//! link     program + adapter                     -> one component
//! ```
//!
//! Invariants:
//! * What is returned validates. No step changes a byte of the program's code,
//!   but for a core module of Go, whose addresses are shifted (`input`).
//! * The same inputs give the same bytes: nothing here reads the environment,
//!   the clock or a file.
//! * The image is never held in memory: [`Composed`] knows only its length.
//! * No import of `wasi:filesystem` is left to the host: that is an [`Error`].

#![forbid(unsafe_code)]

mod app;
mod canonical;
mod error;
mod fused;
mod input;
mod inspect;
mod link;
mod locate;
mod marker;
mod module;
mod proxy;
mod splice;
mod world;

pub use error::Error;
pub use fused::Refusal;
pub use inspect::{Inspection, Link, inspect};
pub use monaka_fs_core::config::{Config, IMAGE_BYTES_MAX};

use app::Imports;
use input::Exit;
use marker::Marker;
use splice::Spliced;
use std::borrow::Cow;
use std::io::{self, Write};
use wac_graph::CompositionGraph;
use world::AdapterWorld;

/// What the filesystem in a composed file is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes of file content that the program may write.
    pub bytes_max: u64,
    /// Bytes of one file.
    pub file_size_max: u64,
    /// Inodes, embedded ones included.
    pub inodes_max: u32,
    /// Whether the root refuses every change.
    pub root_read_only: bool,
    /// Bytes of the image to embed; `None` starts with an empty root.
    pub image_len: Option<u64>,
    /// How to link.
    pub link: Linking,
    /// Whether a fused file may use neither multi-memory nor tail calls.
    pub portable: bool,
}

/// How a program is to be linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Linking {
    /// Fused if that is safe, else with the component link.
    #[default]
    Auto,
    /// Fused, or not at all.
    Fused,
    /// With the component link.
    Component,
}

/// The core modules of the adapter.
#[derive(Clone, Copy, Debug)]
pub struct Modules<'a> {
    /// That for the component link.
    pub component: &'a [u8],
    /// That for the fused link.
    pub lowered: &'a [u8],
}

impl Default for Options {
    fn default() -> Self {
        let limits = monaka_fs_core::Limits::default();
        Self {
            bytes_max: limits.bytes_max,
            file_size_max: limits.file_size_max,
            inodes_max: limits.inodes_max,
            root_read_only: false,
            image_len: None,
            link: Linking::default(),
            portable: false,
        }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Report {
    /// How the program was linked.
    pub link: Link,
    /// Why it was not fused, if it might have been.
    pub refusal: Option<Refusal>,
    /// The imports that the host has to satisfy.
    pub imports: Vec<String>,
    /// Bytes of the adapter's core module, without the image.
    pub adapter_bytes: u64,
    /// What a user may want to know although it is no error.
    pub warnings: Vec<String>,
}

/// A composed component, all but the bytes of its image.
#[derive(Debug)]
pub struct Composed {
    /// What was done.
    pub report: Report,
    spliced: Spliced,
    image_len: u64,
}

impl Composed {
    /// Bytes of the finished file.
    #[allow(clippy::len_without_is_empty, reason = "a component is never empty")]
    pub fn len(&self) -> u64 {
        self.spliced.head.len() as u64 + self.image_len + self.spliced.tail.len() as u64
    }

    /// Writes the file. `image` is called once, where an image goes, and must
    /// write exactly the length that [`Options::image_len`] told.
    ///
    /// # Errors
    /// Those of `out` and `image`, and `InvalidData` for an image of another
    /// length.
    pub fn write_to(
        &self,
        out: &mut dyn Write,
        image: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        out.write_all(&self.spliced.head)?;
        if self.image_len > 0 {
            let mut counted = Counted { out, bytes: 0 };
            image(&mut counted)?;
            if counted.bytes != self.image_len {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "the image has {} bytes instead of {}",
                        counted.bytes, self.image_len
                    ),
                ));
            }
        }
        out.write_all(&self.spliced.tail)?;
        out.flush()
    }
}

struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Composes a program with the filesystem.
///
/// `app` is a component for WASI 0.2, a core Preview 1 module, or the text of
/// either.
///
/// # Errors
/// See [`Error`]; each variant names what in the program is the reason.
pub fn compose(app: &[u8], modules: Modules<'_>, options: &Options) -> Result<Composed, Error> {
    let (component, types) = input::component(app, Exit::Status)?;
    if locate::locate(&component)?.is_some() {
        return Err(Error::AlreadyComposed);
    }
    let names = inspect::names(&component)?.imports;
    app::check_versions(&names)?;
    let warnings = warnings(&names);
    let refusal = match options.link {
        Linking::Component => None,
        Linking::Auto | Linking::Fused => {
            match fused::fuse(&component, types.as_ref(), modules.lowered, options) {
                Ok(fused) => return finish(fused, options, None, warnings),
                Err(Error::NotFusable(refusal)) if options.link == Linking::Auto => Some(refusal),
                Err(error) => return Err(error),
            }
        }
    };
    let marker = Marker {
        refusal: refusal.as_ref().map(Refusal::to_string),
        ..Marker::of(Link::Component)
    };
    match link_component(component.into_owned(), modules.component, options, &marker) {
        Ok(linked) => finish(linked, options, refusal, warnings),
        Err(error) => Err(match refusal {
            Some(refusal) => Error::NotLinkable {
                error: Box::new(error),
                refusal,
            },
            None => error,
        }),
    }
}

/// A program as a component for WASI 0.2, with the filesystem left to its
/// host: what [`compose`] starts from. A component is returned as it is,
/// composed or not. One made of a core module exits by `exit-with-code` of
/// `wasi:cli/exit@0.2.12`, so that its host has the whole exit code.
///
/// # Errors
/// See [`Error`].
pub fn component(app: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    let (component, _) = input::component(app, Exit::Code)?;
    app::check_versions(&inspect::names(&component)?.imports)?;
    Ok(component)
}

fn link_component(
    component: Vec<u8>,
    adapter_core: &[u8],
    options: &Options,
    marker: &Marker,
) -> Result<Vec<u8>, Error> {
    let mut graph = CompositionGraph::new();
    let app = link::register(&mut graph, "monaka:app", component)
        .map_err(|error| Error::Invalid(format!("{error:#}")))?;
    let imports = Imports::of(&graph[app], graph.types());
    let interfaces = world::linked_interfaces()?;
    link::check(&graph, app, &interfaces)?;
    let world = AdapterWorld::for_app(&imports)?;
    let adapter = module::component(adapter_core, &world, options, marker)?;
    link::link(graph, app, adapter, &interfaces)
}

/// The adapter alone, as a component for tools like `wac plug`: it exports
/// `wasi:filesystem`, `wasi:io` and proxies for stdio, clocks and sockets, and
/// with `http` also for `wasi:http`.
///
/// # Errors
/// See [`Error`].
pub fn adapter(adapter_core: &[u8], options: &Options, http: bool) -> Result<Composed, Error> {
    let mut packages = vec!["wasi:cli", "wasi:clocks", "wasi:sockets"];
    if http {
        packages.push("wasi:http");
    }
    let world = AdapterWorld::for_packages(&packages)?;
    let marker = Marker::of(Link::Component);
    let adapter = module::component(adapter_core, &world, options, &marker)?;
    finish(adapter, options, None, Vec::new())
}

fn warnings(imports: &[String]) -> Vec<String> {
    if imports
        .iter()
        .any(|name| name.starts_with("wasi:filesystem/"))
    {
        return Vec::new();
    }
    vec!["the program does not import wasi:filesystem: it will not see the files".to_string()]
}

fn finish(
    linked: Vec<u8>,
    options: &Options,
    refusal: Option<Refusal>,
    warnings: Vec<String>,
) -> Result<Composed, Error> {
    let located = locate::locate(&linked)?
        .ok_or_else(|| Error::Linked("the adapter's module is lost".to_string()))?;
    let report = Report {
        link: located.marker.link,
        refusal,
        imports: inspect::names(&linked)?.imports,
        adapter_bytes: located.adapter_bytes(),
        warnings,
    };
    let image_len = options.image_len.unwrap_or(0);
    let spliced = if image_len > 0 {
        splice::splice(&linked, &located, image_len)?
    } else {
        Spliced {
            head: linked,
            tail: Vec::new(),
        }
    };
    Ok(Composed {
        report,
        spliced,
        image_len,
    })
}
