//! Two programs that hand on a temporary file: it is on no disk, and only they see it.
//!
//! `example-pipeline SENSOR.wasm PROCESSOR.wasm SAMPLES`

use std::env;

use monaka_host::{Limits, State, Volume};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store, bail, format_err};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

/// What the programs may hold in files, in bytes.
const FILES_BYTES_MAX: u64 = 1 << 20;
/// What a program may print.
const OUTPUT_BYTES_MAX: usize = 4096;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [sensor, processor, samples] = args.as_slice() else {
        bail!("usage: example-pipeline SENSOR.wasm PROCESSOR.wasm SAMPLES");
    };
    let volume = Volume::new(Limits {
        bytes_max: FILES_BYTES_MAX,
        ..Limits::default()
    })?;
    let host = Host::new(&volume)?;

    let file = host.run(sensor, &["sensor", samples])?;
    println!(
        "{} bytes in {}",
        volume.read(file.trim_end())?.len(),
        file.trim_end()
    );
    host.run(processor, &["processor", file.trim_end(), "/summary.txt"])?;
    print!("{}", String::from_utf8(volume.read("/summary.txt")?)?);
    println!("left over: {} files", volume.list("/tmp")?.len());
    Ok(())
}

struct Host<'a> {
    linker: Linker<State>,
    volume: &'a Volume,
}

impl<'a> Host<'a> {
    fn new(volume: &'a Volume) -> Result<Self> {
        let mut linker = Linker::new(&Engine::default());
        monaka_host::add_to_linker_sync(&mut linker)?;
        Ok(Self { linker, volume })
    }

    /// Runs a program on the volume, and gives what it printed.
    fn run(&self, program: &str, args: &[&str]) -> Result<String> {
        let stdout = MemoryOutputPipe::new(OUTPUT_BYTES_MAX);
        let wasi = WasiCtx::builder()
            .args(args)
            .stdout(stdout.clone())
            .inherit_stderr()
            .build();
        let engine = self.linker.engine();
        let mut store = Store::new(engine, State::new(wasi, &self.volume.view().build()?));
        let command = Command::instantiate(
            &mut store,
            &Component::from_file(engine, program)?,
            &self.linker,
        )?;
        let result = command.wasi_cli_run().call_run(&mut store)?;
        result.map_err(|()| format_err!("{} failed", args[0]))?;
        Ok(String::from_utf8(stdout.contents().into())?)
    }
}
