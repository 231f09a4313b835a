//! From a file to what the engine runs.

use anyhow::{Context, Result, bail};
use wasmtime::component::{Component, InstancePre};
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

/// A program, read and made a component.
pub(crate) struct Source {
    name: String,
    component: Vec<u8>,
}

impl Source {
    /// `files` is an option that is given and about the shared filesystem.
    pub(crate) fn read(input: &Input, files: Option<&str>) -> Result<Self> {
        let bytes = input.read()?;
        Ok(Self {
            component: component(&bytes, files).with_context(|| input.name())?,
            name: input.name(),
        })
    }

    pub(crate) fn compile(&self, world: &World) -> Result<Compiled> {
        let component = Component::from_binary(world.engine(), &self.component)
            .map_err(one_line)
            .with_context(|| self.name.clone())?;
        Ok(Compiled {
            name: self.name.clone(),
            component,
        })
    }
}

fn component(program: &[u8], files: Option<&str>) -> Result<Vec<u8>> {
    let component = monaka_compose::component(program)?;
    if let (Some(option), Ok(_)) = (files, monaka_compose::inspect(&component)) {
        bail!(
            "a composed program sees its own filesystem only, and {option} is about another: run the program as it was before `monaka compose`"
        );
    }
    Ok(component.into())
}

/// A program, compiled for the engine of a world.
pub(crate) struct Compiled {
    pub(crate) name: String,
    pub(crate) component: Component,
}

/// A program, compiled and linked with the host.
pub(crate) struct Program<Pre> {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) pre: Pre,
}

impl Program<CommandPre<Host>> {
    /// A program that runs to its end.
    pub(crate) fn command(world: &World, compiled: Compiled) -> Result<Self> {
        Self::link(world, compiled, RUN, CommandPre::new)
    }
}

impl Program<ProxyPre<Host>> {
    /// A program that answers http requests.
    pub(crate) fn handler(world: &World, compiled: Compiled) -> Result<Self> {
        Self::link(world, compiled, HANDLE, ProxyPre::new)
    }
}

impl<Pre> Program<Pre> {
    fn link(
        world: &World,
        Compiled { name, component }: Compiled,
        export: &str,
        pre: impl FnOnce(InstancePre<Host>) -> wasmtime::Result<Pre>,
    ) -> Result<Self> {
        check(world, &component, export).with_context(|| name.clone())?;
        let linked = world.linker()?.instantiate_pre(&component);
        let pre = linked
            .and_then(pre)
            .map_err(one_line)
            .with_context(|| name.clone())?;
        Ok(Self { name, pre })
    }
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
