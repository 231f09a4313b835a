//! A writer and a reader in one process: two programs, two threads, one filesystem.
//!
//! `example-writer-reader WRITER.wasm READER.wasm`

use std::env;
use std::thread;

use monaka_host::{Limits, State, View, Volume};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store, bail, format_err};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::Command;

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
    let wasi = WasiCtx::builder().inherit_stdio().build();
    let mut store = Store::new(linker.engine(), State::new(wasi, view));
    let command = Command::instantiate(&mut store, program, linker)?;
    let result = command.wasi_cli_run().call_run(&mut store)?;
    result.map_err(|()| format_err!("a program failed"))
}
