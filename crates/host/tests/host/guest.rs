//! Runs a component to its end, in a store of its own.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use anyhow::anyhow;
use monaka_host::{State, View};
use monaka_testkit::process::Outcome;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store,
};
use wasmtime_wasi::cli::AsyncStdinStream;
use wasmtime_wasi::p2::bindings::{CommandPre, sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::runtime::with_ambient_tokio_runtime;
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};

/// The engine of all tests: with memories from a pool, which does not matter to most.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(64)
        .total_core_instances(256)
        .total_memories(64)
        .total_stacks(64)
        .total_tables(256)
        .max_memory_size(256 << 20);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config).expect("an engine")
});

/// Handles of all kinds in a store: more than the suite asks for.
const COMPONENT_HANDLES_MAX: usize = 1 << 21;

/// How a store is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Async,
    Sync,
}

pub(crate) const MODES: [Mode; 2] = [Mode::Async, Mode::Sync];

/// A program that is compiled and linked, for any number of instances.
#[derive(Clone)]
pub(crate) struct Program {
    asynchronous: InstancePre<State>,
    synchronous: InstancePre<State>,
    handles_max: usize,
}

impl Program {
    /// Compiles a component, but no file twice.
    pub(crate) fn new(wasm: &Path) -> anyhow::Result<Self> {
        static PROGRAMS: LazyLock<Mutex<HashMap<PathBuf, Program>>> = LazyLock::new(Mutex::default);
        let mut programs = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(wasm) {
            return Ok(program.clone());
        }
        let component = Component::from_file(&ENGINE, wasm).map_err(told)?;
        let program = Self::link(&component).map_err(told)?;
        programs.insert(wasm.into(), program.clone());
        Ok(program)
    }

    fn link(component: &Component) -> Result<Self> {
        let mut asynchronous = Linker::new(&ENGINE);
        monaka_host::add_to_linker_async(&mut asynchronous)?;
        let mut synchronous = Linker::new(&ENGINE);
        monaka_host::add_to_linker_sync(&mut synchronous)?;
        Ok(Self {
            asynchronous: asynchronous.instantiate_pre(component)?,
            synchronous: synchronous.instantiate_pre(component)?,
            handles_max: COMPONENT_HANDLES_MAX,
        })
    }

    /// Lets its stores have so many handles of all kinds.
    pub(crate) fn handles_max(self, handles_max: usize) -> Self {
        Self {
            handles_max,
            ..self
        }
    }

    /// Runs it with arguments.
    pub(crate) fn run(&self, mode: Mode, view: &View, args: &[&str]) -> Outcome {
        self.run_with(mode, view, args, &mut WasiCtxBuilder::new())
    }

    /// As [`Program::run`], in a context with more than arguments. A trap is no exit code, and told on
    /// stderr.
    pub(crate) fn run_with(
        &self,
        mode: Mode,
        view: &View,
        args: &[&str],
        wasi: &mut WasiCtxBuilder,
    ) -> Outcome {
        let (stdout, stderr) = (pipe(), pipe());
        wasi.stdin(silence());
        wasi.stdout(stdout.clone()).stderr(stderr.clone());
        wasi.arg("program").args(args);
        let mut store = Store::new(&ENGINE, State::new(wasi.build(), view));
        store.set_max_component_handles(self.handles_max);
        let ended = match mode {
            Mode::Async => runtime().block_on(self.call_async(store)),
            Mode::Sync => self.call_sync(store),
        };
        let mut outcome = Outcome {
            code: None,
            stdout: text(&stdout),
            stderr: text(&stderr),
        };
        match ended {
            Ok(Ok(())) => outcome.code = Some(0),
            Ok(Err(())) => outcome.code = Some(1),
            Err(error) => match error.downcast_ref() {
                Some(I32Exit(code)) => outcome.code = Some(*code),
                None => outcome.stderr += &format!("{error:?}"),
            },
        }
        outcome
    }

    async fn call_async(&self, mut store: Store<State>) -> Result<Result<(), ()>> {
        let command = CommandPre::new(self.asynchronous.clone())?;
        let command = command.instantiate_async(&mut store).await?;
        command.wasi_cli_run().call_run(&mut store).await
    }

    fn call_sync(&self, mut store: Store<State>) -> Result<Result<(), ()>> {
        let command = sync::CommandPre::new(self.synchronous.clone())?;
        let command = command.instantiate(&mut store)?;
        command.wasi_cli_run().call_run(&mut store)
    }
}

/// An error of wasmtime, which is none of the standard library's.
pub(crate) fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

/// Input that stays open and gives nothing.
fn silence() -> AsyncStdinStream {
    let (ours, theirs) = tokio::io::simplex(1);
    std::mem::forget(theirs);
    with_ambient_tokio_runtime(|| AsyncStdinStream::new(ours))
}

fn pipe() -> MemoryOutputPipe {
    MemoryOutputPipe::new(64 << 20)
}

fn text(pipe: &MemoryOutputPipe) -> String {
    String::from_utf8_lossy(&pipe.contents()).into_owned()
}
