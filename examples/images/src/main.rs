//! A pipeline of image filters: each step is a run of one program, and the images between them are files of a volume.
//!
//! `example-images PROGRAM.wasm IN.png OUT.png STEP...`

use std::env;
use std::fs;

use monaka_host::{Limits, State, Volume};
use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Engine, Result, Store, bail, format_err};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::CommandPre;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [program, from, to, steps @ ..] = args.as_slice() else {
        bail!("usage: example-images PROGRAM.wasm IN.png OUT.png STEP...");
    };
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    monaka_host::add_to_linker_sync(&mut linker)?;
    let program =
        CommandPre::new(linker.instantiate_pre(&Component::from_file(&engine, program)?)?)?;

    let volume = Volume::new(Limits::default())?;
    let mut image = String::from("/0.png");
    volume.write(&image, &fs::read(from).with_context(|| from.clone())?)?;
    for (number, step) in (1..).zip(steps) {
        let next = format!("/{number}.png");
        run(&program, &volume, &["images", step, &image, &next])?;
        volume.remove(&image)?;
        image = next;
    }
    fs::write(to, volume.read(&image)?).with_context(|| to.clone())
}

/// Runs a step on files of the volume.
fn run(program: &CommandPre<State>, volume: &Volume, args: &[&str]) -> Result<()> {
    let wasi = WasiCtx::builder().inherit_stdio().args(args).build();
    let state = State::new(wasi, &volume.view().build()?);
    let mut store = Store::new(program.engine(), state);
    let command = program.instantiate(&mut store)?;
    let result = command.wasi_cli_run().call_run(&mut store)?;
    result.map_err(|()| format_err!("the step {} failed", args[1]))
}
