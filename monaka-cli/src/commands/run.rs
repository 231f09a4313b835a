//! `monaka run`: an engine for machines without one.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store, Trap, WasmBacktrace};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::cli::say;
use crate::input::Input;

/// What a shell says of a program that ends by SIGABRT, as a trapped one does.
const TRAPPED: u8 = 134;

/// Run a program with the built-in engine
///
/// The program gets its arguments, standard input and output, clocks and random numbers; no environment, no
/// network and no directory of the host unless they are granted. The exit code is that of the program, and 134 if
/// it trapped.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka run out.wasm --verbose input.txt
  monaka run --env LANG=C --allow-net out.wasm")]
pub(crate) struct Args {
    /// Give the program a directory of the host; not for composed programs
    #[arg(long = "dir", value_name = "HOST[::GUEST]", value_parser = directory)]
    directories: Vec<Directory>,

    /// Set an environment variable, or pass one on
    #[arg(long = "env", value_name = "NAME[=VALUE]", value_parser = variable)]
    variables: Vec<(String, String)>,

    /// Let the program use the network
    #[arg(long)]
    allow_net: bool,

    /// The program and its arguments
    #[arg(
        value_name = "PROGRAM [ARGS]",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<OsString>,
}

/// A host directory, and where the program sees it.
#[derive(Clone, Debug)]
struct Directory {
    host: PathBuf,
    guest: String,
}

pub(crate) fn exec(args: Args) -> Result<ExitCode> {
    let (program, _) = args.command.split_first().context("no program")?;
    let input = Input::from(program.clone());
    let bytes = input.read()?;
    check(&args, &bytes).with_context(|| input.name())?;
    let context = args.context()?;
    let ended = execute(&bytes, context).with_context(|| input.name())?;
    Ok(match ended {
        Ended::Exit(code) => code,
        Ended::Trap(trap) => {
            say(format_args!("error: {}: {trap}", input.name()));
            ExitCode::from(TRAPPED)
        }
    })
}

/// What the engine would say in other words, or not at all.
fn check(args: &Args, bytes: &[u8]) -> Result<()> {
    if !bytes.starts_with(b"\0asm") {
        bail!("not WebAssembly");
    }
    if bytes.get(4..8) == Some(&[1, 0, 0, 0]) {
        bail!("a core module, not a component: `monaka compose` makes one of it");
    }
    if !args.directories.is_empty() && monaka_compose::inspect(bytes).is_ok() {
        bail!(
            "a composed program sees its own filesystem only, not --dir: embed the directory with `monaka compose --embed`"
        );
    }
    Ok(())
}

/// How a program came to its end.
enum Ended {
    Exit(ExitCode),
    Trap(Trap),
}

fn execute(bytes: &[u8], context: WasiCtx) -> Result<Ended> {
    let engine = Engine::default();
    let component = Component::from_binary(&engine, bytes).map_err(one_line)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(one_line)?;
    let mut store = Store::new(
        &engine,
        Host {
            context,
            table: ResourceTable::new(),
        },
    );
    let command = match Command::instantiate(&mut store, &component, &linker) {
        Ok(command) => command,
        Err(error) => return ended(error),
    };
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => Ok(Ended::Exit(ExitCode::SUCCESS)),
        Ok(Err(())) => Ok(Ended::Exit(ExitCode::FAILURE)),
        Err(error) => ended(error),
    }
}

/// A program that called `exit`, trapped, or was failed by the engine.
fn ended(error: wasmtime::Error) -> Result<Ended> {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        // The low byte, as every Unix parent sees it.
        return Ok(Ended::Exit(ExitCode::from((code & 0xff) as u8)));
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => Ok(Ended::Trap(*trap)),
        None => Err(one_line(error)),
    }
}

/// The reasons on one line, without the stack of the program.
fn one_line(error: wasmtime::Error) -> anyhow::Error {
    match error.downcast_ref::<WasmBacktrace>() {
        Some(_) => anyhow!("{}", error.root_cause()),
        None => anyhow!("{error:#}"),
    }
}

impl Args {
    fn context(&self) -> Result<WasiCtx> {
        let mut builder = WasiCtxBuilder::new();
        builder.inherit_stdio();
        for arg in &self.command {
            builder.arg(
                arg.to_str()
                    .with_context(|| format!("the argument {arg:?} is not UTF-8"))?,
            );
        }
        builder.envs(&self.variables);
        if self.allow_net {
            builder
                .inherit_network()
                .allow_ip_name_lookup(true)
                .allow_tcp(true)
                .allow_udp(true);
        }
        for Directory { host, guest } in &self.directories {
            builder
                .preopened_dir(host, guest, FsPerms::ReadWrite)
                .map_err(one_line)
                .with_context(|| host.display().to_string())?;
        }
        Ok(builder.build())
    }
}

/// What the host functions work on.
struct Host {
    context: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }
}

fn directory(text: &str) -> Result<Directory, String> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    match host.is_empty() || guest.is_empty() {
        true => Err("write HOST::GUEST".into()),
        false => Ok(Directory {
            host: host.into(),
            guest: guest.into(),
        }),
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    if let Some((name, value)) = text.split_once('=') {
        return Ok((name.into(), value.into()));
    }
    match std::env::var(text) {
        Ok(value) => Ok((text.into(), value)),
        Err(_) => Err(format!("`{text}` is not set here: write {text}=VALUE")),
    }
}
