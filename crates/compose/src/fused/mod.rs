//! The fused link: below the canonical ABI, inside the program's component.
//!
//! Every lowered function of `wasi:filesystem` and `wasi:io`, and every drop of
//! their resources, is replaced by glue that decides by the handle: the
//! filesystem's go to the filesystem's core module, the host's go to the host
//! as before. The types of the component stay what they were, so that streams
//! of stdio, sockets and http need no proxy, and exports keep their types.
//!
//! ```text
//! functions  what is replaced, from the WIT
//! survey     the component as items, with what they define and use
//! analysis   whether virtual handles stay inside, and what to replace
//! glue       what stands in for a lowered function
//! shim       what the filesystem's module imports before it is there
//! rewrite    the new component, by way of `output`
//! ```
//!
//! Invariants:
//! * No function that takes a resource of the replaced interfaces is left to
//!   the host alone, and no export gives one away: else a [`Refusal`].
//! * Core modules, nested components and custom sections are copied byte by
//!   byte (but for the names of component items, whose indices move).
//! * What is returned validates.

mod analysis;
mod extend;
mod functions;
mod glue;
mod output;
mod refusal;
mod rewrite;
mod scoped;
mod shim;
mod survey;

pub use refusal::Refusal;

use crate::error::Error;
use crate::marker::Marker;
use crate::{Link, Options, input, module};
use functions::Functions;
use glue::Area;
use glue::memory::{Form, accessors};
use survey::Survey;
use wasmparser::types::TypesRef;

type Fused<T> = Result<T, Error>;

/// The filesystem's core module, made for one program.
struct Vfs {
    module: Vec<u8>,
    /// The address of the [`Area`] in its memory.
    area: u32,
}

/// Fuses `component`, which is valid and has these types, with the core module of the lowered
/// adapter.
///
/// # Errors
/// [`Error::NotFusable`] with the reason, and others for what is no fault of
/// the program.
pub(crate) fn fuse(
    component: &[u8],
    types: TypesRef<'_>,
    lowered: &[u8],
    options: &Options,
) -> Fused<Vec<u8>> {
    let form = if options.portable {
        Form::Portable
    } else {
        Form::MultiMemory
    };
    let functions = Functions::load()?;
    let survey = Survey::of(component)?;
    let plan = analysis::plan(&survey, types, &functions)?;
    let vfs = vfs(lowered, options, form)?;
    let fused = rewrite::rewrite(&survey, types, &plan, &functions, &vfs, form)?;
    input::validate(&fused).map_err(|error| Refusal::Invalid(error.to_string()))?;
    Ok(fused)
}

fn vfs(lowered: &[u8], options: &Options, form: Form) -> Fused<Vfs> {
    let glue = match form {
        Form::MultiMemory => crate::proxy::Glue::default(),
        Form::Portable => accessors(),
    };
    let marker = Marker {
        portable: options.portable,
        ..Marker::of(Link::Fused)
    };
    let (module, area) = module::lowered(lowered, glue, Area::BYTES, options, &marker)?;
    Ok(Vfs { module, area })
}
