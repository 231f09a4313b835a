//! The ways to give a program files.

use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use monaka_host::{State, View};
use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Store};
use wasmtime_wasi::p2::bindings::{CommandPre, sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// Whose files a program sees.
#[derive(Clone, Copy, Debug)]
pub enum Files<'a> {
    /// A volume's, in a store that is used asynchronously.
    Volume(&'a View),
    /// The same in one that is used synchronously.
    VolumeSync(&'a View),
    /// Those of a directory of the host, by wasmtime-wasi at its default settings.
    Host(&'a Path),
    /// The same, with `allow_blocking_current_thread`.
    HostBlocking(&'a Path),
}

/// An engine with instances from a pool.
///
/// # Errors
///
/// Where the address space is too small.
pub fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::pooling());
    Engine::new(&config).map_err(told)
}

/// A program that is compiled and linked in each way.
#[derive(Clone)]
pub struct Program {
    engine: Engine,
    volume: InstancePre<State>,
    volume_sync: InstancePre<State>,
    host: InstancePre<OnHost>,
}

impl Program {
    /// From its file.
    ///
    /// # Errors
    ///
    /// For what is not a component, or asks for more than WASI 0.2.
    pub fn new(engine: &Engine, wasm: &Path) -> Result<Self> {
        let link = || {
            let component = Component::from_file(engine, wasm)?;
            let (mut volume, mut volume_sync) = (Linker::new(engine), Linker::new(engine));
            let mut host = Linker::new(engine);
            monaka_host::add_to_linker_async(&mut volume)?;
            monaka_host::add_to_linker_sync(&mut volume_sync)?;
            wasmtime_wasi::p2::add_to_linker_async(&mut host)?;
            Ok(Self {
                engine: engine.clone(),
                volume: volume.instantiate_pre(&component)?,
                volume_sync: volume_sync.instantiate_pre(&component)?,
                host: host.instantiate_pre(&component)?,
            })
        };
        link().map_err(told)
    }

    /// Runs it to its end, on this thread, with the files as `/`; gives what it printed.
    ///
    /// # Errors
    ///
    /// Where it fails.
    pub fn run(&self, files: Files<'_>, args: &[&str]) -> Result<String> {
        let stdout = MemoryOutputPipe::new(1 << 20);
        let mut wasi = WasiCtxBuilder::new();
        wasi.arg("program").args(args);
        wasi.stdout(stdout.clone()).inherit_stderr();
        let ended = match files {
            Files::Volume(view) => {
                let store = Store::new(&self.engine, State::new(wasi.build(), view));
                runtime()?.block_on(call(self.volume.clone(), store))
            }
            Files::VolumeSync(view) => {
                let store = Store::new(&self.engine, State::new(wasi.build(), view));
                call_sync(self.volume_sync.clone(), store)
            }
            Files::Host(path) | Files::HostBlocking(path) => {
                let blocking = matches!(files, Files::HostBlocking(_));
                wasi.allow_blocking_current_thread(blocking);
                let opened = wasi.preopened_dir(path, "/", FsPerms::ReadWrite);
                opened.map_err(told)?;
                let store = Store::new(&self.engine, OnHost::new(wasi.build()));
                runtime()?.block_on(call(self.host.clone(), store))
            }
        };
        ensure!(ended.map_err(told)?.is_ok(), "the program failed");
        Ok(String::from_utf8(stdout.contents().to_vec())?)
    }

    /// Makes an instance in a store of its own and drops both, without files.
    ///
    /// # Errors
    ///
    /// Where it cannot be made.
    pub async fn instance(&self) -> Result<()> {
        let mut store = Store::new(&self.engine, OnHost::new(WasiCtx::builder().build()));
        self.host
            .instantiate_async(&mut store)
            .await
            .map_err(told)?;
        Ok(())
    }

    /// The same in a view of a volume.
    ///
    /// # Errors
    ///
    /// Where it cannot be made.
    pub async fn instance_in(&self, view: &View) -> Result<()> {
        let state = State::new(WasiCtx::builder().build(), view);
        let mut store = Store::new(&self.engine, state);
        self.volume
            .instantiate_async(&mut store)
            .await
            .map_err(told)?;
        Ok(())
    }
}

type Ended = wasmtime::Result<Result<(), ()>>;

async fn call<T: Send>(instance: InstancePre<T>, mut store: Store<T>) -> Ended {
    let command = CommandPre::new(instance)?
        .instantiate_async(&mut store)
        .await?;
    command.wasi_cli_run().call_run(&mut store).await
}

fn call_sync<T: Send>(instance: InstancePre<T>, mut store: Store<T>) -> Ended {
    let command = sync::CommandPre::new(instance)?.instantiate(&mut store)?;
    command.wasi_cli_run().call_run(&mut store)
}

/// A runtime as a server has it; the program runs on the thread that waits.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// An error of wasmtime, which is none of the standard library's.
fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

/// The data of a store on directories of the host.
struct OnHost {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl OnHost {
    fn new(wasi: WasiCtx) -> Self {
        Self {
            wasi,
            table: ResourceTable::new(),
        }
    }
}

impl WasiView for OnHost {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
