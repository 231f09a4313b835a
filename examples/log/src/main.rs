//! 32 programs that append to one log, each on a thread of its own. The log goes to stdout in the end.
//!
//! `example-log PROGRAM.wasm`

use std::env;
use std::io::{self, Write};
use std::thread;

use monaka_host::{Limits, State, Volume};
use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Engine, Result, Store, format_err};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::{Command, CommandPre};

const PROGRAMS: u32 = 32;
const LINES: u32 = 500;

fn main() -> Result<()> {
    let program = env::args()
        .nth(1)
        .context("usage: example-log PROGRAM.wasm")?;
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    monaka_host::add_to_linker_sync(&mut linker)?;
    let program =
        CommandPre::new(linker.instantiate_pre(&Component::from_file(&engine, program)?)?)?;

    let volume = Volume::new(Limits::default())?;
    thread::scope(|scope| {
        let running: Vec<_> = (1..=PROGRAMS)
            .map(|number| {
                scope.spawn({
                    let (program, volume) = (&program, &volume);
                    move || run(program, volume, &format!("program-{number}"))
                })
            })
            .collect();
        running.into_iter().try_for_each(|program| {
            program
                .join()
                .map_err(|_| format_err!("a program panicked"))?
        })
    })?;
    Ok(io::stdout().write_all(&volume.read("/log")?)?)
}

/// Runs a program that writes its lines under a name.
fn run(program: &CommandPre<State>, volume: &Volume, name: &str) -> Result<()> {
    let wasi = WasiCtx::builder()
        .inherit_stderr()
        .args(&["log", name, &LINES.to_string()])
        .build();
    let state = State::new(wasi, &volume.view().build()?);
    let mut store = Store::new(program.engine(), state);
    let command: Command = program.instantiate(&mut store)?;
    let result = command.wasi_cli_run().call_run(&mut store)?;
    result.map_err(|()| format_err!("{name} failed"))
}
