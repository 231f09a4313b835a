//! A writer and a reader in one process: two programs, two threads, one filesystem.
//!
//! `example-writer-reader WRITER.wasm READER.wasm`

use std::env;
use std::thread;

use monaka_host::{Ctx, Limits, MonakaCtxView, MonakaView, View, Volume};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, bail, format_err};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [writer, reader] = args.as_slice() else {
        bail!("usage: example-writer-reader WRITER.wasm READER.wasm");
    };
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    monaka_host::add_to_linker_sync(&mut linker)?;
    let (writer, reader) = (
        Component::from_file(&engine, writer)?,
        Component::from_file(&engine, reader)?,
    );

    let volume = Volume::new(Limits::default())?;
    let all = volume.view().build()?;
    let looking = volume.view().read_only(true).build()?;
    thread::scope(|scope| {
        // The reader is there first, and waits.
        let reading = scope.spawn(|| run(&linker, &reader, &looking));
        let writing = scope.spawn(|| run(&linker, &writer, &all));
        reading
            .join()
            .map_err(|_| format_err!("the reader panicked"))??;
        writing
            .join()
            .map_err(|_| format_err!("the writer panicked"))?
    })
}

/// Runs a program to its end in a view of the volume.
fn run(linker: &Linker<State>, program: &Component, view: &View) -> Result<()> {
    let state = State {
        files: view.ctx(),
        wasi: WasiCtx::builder().inherit_stdio().build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(linker.engine(), state);
    let command = Command::instantiate(&mut store, program, linker)?;
    let result = command.wasi_cli_run().call_run(&mut store)?;
    result.map_err(|()| format_err!("a program failed"))
}

/// What a running program has of its host.
struct State {
    files: Ctx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl MonakaView for State {
    fn monaka(&mut self) -> MonakaCtxView<'_> {
        MonakaCtxView {
            ctx: &mut self.files,
            table: &mut self.table,
        }
    }
}
