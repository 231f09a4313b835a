//! A host whose settings and counters are files of its plugin, in the manner of `/proc`.
//!
//! `example-settings PLUGIN.wasm`

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use monaka_host::synthetic::{control, directory, value};
use monaka_host::{ErrorCode, Limits, State, Volume};
use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Engine, Result, Store, format_err};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::Command;

/// What the host keeps, and its plugin reads and writes.
#[derive(Debug)]
struct Application {
    /// Jobs to take at once.
    batch: AtomicU64,
    /// Jobs done.
    jobs: AtomicU64,
}

const BATCH_MAX: u64 = 100;

fn main() -> Result<()> {
    let plugin = env::args()
        .nth(1)
        .context("usage: example-settings PLUGIN.wasm")?;
    let application = Arc::new(Application {
        batch: AtomicU64::new(3),
        jobs: AtomicU64::new(0),
    });
    let volume = Volume::new(Limits::default())?;
    mount(&volume, &application)?;
    run(&plugin, &volume)?;
    println!("the host has {application:?}");
    Ok(())
}

/// The application as files.
fn mount(volume: &Volume, application: &Arc<Application>) -> Result<()> {
    let batch = value(
        Arc::clone(application),
        |application| format!("{}\n", application.batch.load(Relaxed)),
        |application, text| {
            let batch = number(text)?;
            if !(1..=BATCH_MAX).contains(&batch) {
                return Err(ErrorCode::Invalid);
            }
            application.batch.store(batch, Relaxed);
            Ok(())
        },
    );
    let jobs = value(
        Arc::clone(application),
        |application| format!("{}\n", application.jobs.load(Relaxed)),
        |application, text| {
            application.jobs.fetch_add(number(text)?, Relaxed);
            Ok(())
        },
    );
    let ctl = control(|line| match line.split_once(' ') {
        Some(("log", text)) => {
            println!("the plugin says: {text}");
            Ok(())
        }
        _ => Err(ErrorCode::Invalid),
    });
    let host = directory([
        ("settings", directory([("batch", batch)])),
        ("counters", directory([("jobs", jobs)])),
        ("ctl", ctl),
    ]);
    Ok(volume.mount("/host", host)?)
}

fn number(text: &str) -> Result<u64, ErrorCode> {
    text.trim().parse().map_err(|_| ErrorCode::Invalid)
}

/// Runs the plugin to its end.
fn run(plugin: &str, volume: &Volume) -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    monaka_host::add_to_linker_sync(&mut linker)?;
    let wasi = WasiCtx::builder().inherit_stdio().build();
    let state = State::new(wasi, &volume.view().build()?);
    let mut store = Store::new(&engine, state);
    let plugin = Component::from_file(&engine, plugin)?;
    let command = Command::instantiate(&mut store, &plugin, &linker)?;
    let result = command.wasi_cli_run().call_run(&mut store)?;
    result.map_err(|()| format_err!("the plugin failed"))
}
