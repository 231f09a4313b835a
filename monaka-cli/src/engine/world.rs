//! What all instances have in common: the engine, the grants, the filesystem.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use monaka_host::View;
use wasmtime::component::Linker;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Store};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use super::ended::one_line;
use super::grants::{Directory, GrantArgs};
use super::host::Host;
use super::lines::Lines;
use super::pool::Pool;

/// How long a program computes before others get their turn.
const TURN: Duration = Duration::from_millis(10);

/// Makes stores, all on one filesystem.
#[derive(Clone)]
pub(crate) struct World {
    engine: Engine,
    turns: Turns,
    grants: GrantArgs,
    view: View,
}

/// Whether a program that computes and never waits lets others, and their time limits, have a turn. It costs a
/// check at each loop and call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turns {
    Taken,
    None,
}

/// What is an instance's own.
#[derive(Debug, Default)]
pub(crate) struct Instance<'a> {
    /// Its name, and the arguments.
    pub(crate) arguments: &'a [String],
    /// Variables that the tool sets.
    pub(crate) variables: &'a [(&'a str, String)],
    pub(crate) stdio: Stdio,
}

/// What a program reads and writes beside files.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Stdio {
    /// The tool's own, byte by byte.
    #[default]
    Own,
    /// The outputs of the tool, line by line, and its standard input or none.
    Lines { stdin: bool },
}

impl World {
    pub(crate) fn new(turns: Turns, grants: GrantArgs, view: View) -> Result<Self> {
        Ok(Self {
            engine: engine(turns, InstanceAllocationStrategy::OnDemand)?,
            turns,
            grants,
            view,
        })
    }

    /// The same, with an engine of its own whose instances are in a pool.
    pub(crate) fn with_pool(&self, pool: Pool) -> Result<Self> {
        let pool = InstanceAllocationStrategy::Pooling(pool.config());
        Ok(Self {
            engine: engine(self.turns, pool)?,
            ..self.clone()
        })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The host functions: WASI 0.2, whose files are the volume's, and `wasi:http`.
    pub(crate) fn linker(&self) -> Result<Linker<Host>> {
        let mut linker = Linker::new(&self.engine);
        self.link(&mut linker).map_err(one_line)?;
        Ok(linker)
    }

    fn link(&self, linker: &mut Linker<Host>) -> wasmtime::Result<()> {
        match self.grants.replaces_root() {
            true => wasmtime_wasi::p2::add_to_linker_async(linker)?,
            false => monaka_host::add_to_linker_async(linker)?,
        }
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
    }

    /// A store for an instance.
    pub(crate) fn store(&self, instance: &Instance<'_>) -> Result<Store<Host>> {
        let wasi = self.context(instance)?;
        let host = Host::new(wasi, &self.view, self.grants.requests());
        let mut store = Store::new(&self.engine, host);
        if self.turns == Turns::Taken {
            store.set_epoch_deadline(1);
            store.epoch_deadline_async_yield_and_update(1);
        }
        Ok(store)
    }

    fn context(&self, instance: &Instance<'_>) -> Result<WasiCtx> {
        let mut builder = WasiCtxBuilder::new();
        builder.args(instance.arguments);
        instance.stdio.apply(&mut builder);
        self.grants.apply(&mut builder, instance.variables);
        for Directory { host, guest } in &self.grants.directories {
            builder
                .preopened_dir(host, guest, FsPerms::ReadWrite)
                .map_err(one_line)
                .with_context(|| host.display().to_string())?;
        }
        Ok(builder.build())
    }
}

impl Stdio {
    fn apply(self, builder: &mut WasiCtxBuilder) {
        let Self::Lines { stdin } = self else {
            builder.inherit_stdio();
            return;
        };
        builder.stdout(Lines::stdout()).stderr(Lines::stderr());
        if stdin {
            builder.inherit_stdin();
        }
    }
}

fn engine(turns: Turns, instances: InstanceAllocationStrategy) -> Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(turns == Turns::Taken);
    config.allocation_strategy(instances);
    let engine = Engine::new(&config).map_err(one_line)?;
    if turns == Turns::Taken {
        let weak = engine.weak();
        thread::spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                thread::sleep(TURN);
            }
        });
    }
    Ok(engine)
}
