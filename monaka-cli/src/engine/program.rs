//! From a file to what the engine runs.

use anyhow::{Context, Result, bail};
use wasmtime::component::Component;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::ended::one_line;
use super::host::Host;
use super::world::World;
use crate::input::Input;

/// What a command exports, of any WASI 0.2.
const RUN: &str = "wasi:cli/run@0.2.";

/// What a program that answers http requests exports, of any WASI 0.2.
const HANDLE: &str = "wasi:http/incoming-handler@0.2.";

/// A program, compiled and linked with the host.
pub(crate) struct Program<Pre> {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) pre: Pre,
}

impl Program<CommandPre<Host>> {
    /// A program that runs to its end. `files` is an option that is about the shared filesystem.
    pub(crate) fn command(world: &World, input: &Input, files: Option<&str>) -> Result<Self> {
        Self::load(world, input, files, RUN, CommandPre::new)
    }
}

impl Program<ProxyPre<Host>> {
    /// A program that answers http requests.
    pub(crate) fn handler(world: &World, input: &Input, files: Option<&str>) -> Result<Self> {
        Self::load(world, input, files, HANDLE, ProxyPre::new)
    }
}

impl<Pre> Program<Pre> {
    fn load(
        world: &World,
        input: &Input,
        files: Option<&str>,
        export: &str,
        pre: impl FnOnce(wasmtime::component::InstancePre<Host>) -> wasmtime::Result<Pre>,
    ) -> Result<Self> {
        let bytes = input.read()?;
        let component = component(world, &bytes, files, export).with_context(|| input.name())?;
        let linked = world.linker()?.instantiate_pre(&component);
        let pre = linked
            .and_then(pre)
            .map_err(one_line)
            .with_context(|| input.name())?;
        Ok(Self {
            name: input.name(),
            pre,
        })
    }
}

fn component(
    world: &World,
    program: &[u8],
    files: Option<&str>,
    export: &str,
) -> Result<Component> {
    let bytes = monaka_compose::component(program)?;
    if let (Some(option), Ok(_)) = (files, monaka_compose::inspect(&bytes)) {
        bail!(
            "a composed program sees its own filesystem only, and {option} is about another: run the program as it was before `monaka compose`"
        );
    }
    let component = Component::from_binary(world.engine(), &bytes).map_err(one_line)?;
    check(world, &component, export)?;
    Ok(component)
}

/// What the engine would say in other words.
fn check(world: &World, component: &Component, export: &str) -> Result<()> {
    let ty = component.component_type();
    let exports = |start: &str| {
        ty.exports(world.engine())
            .any(|(name, _)| name.starts_with(start))
    };
    if exports(export) {
        return Ok(());
    }
    match export {
        RUN if exports(HANDLE) => bail!("it answers http requests: `monaka serve-http` runs it"),
        HANDLE if exports(RUN) => bail!("it answers no http requests: `monaka run` runs it"),
        _ => bail!("it exports no `{}`", export.trim_end_matches("@0.2.")),
    }
}
