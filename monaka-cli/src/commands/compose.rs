//! `monaka compose`: a program and its filesystem in one file.

use anyhow::{Context, Result};
use monaka_adapter_bytes::ADAPTER;
use monaka_compose::Error;

use crate::cli::Talk;
use crate::input::Input;
use crate::output::Output;
use crate::pack::{LimitArgs, PackArgs};
use crate::progress::Bar;

/// Compose a program with a filesystem and embedded files into one component
///
/// The program is a component for WASI 0.2, a core module for Preview 1, or the text of either. What it reads and
/// writes stays in memory; embedded files may be changed there unless they are read-only. Nothing of
/// wasi:filesystem is left for the host.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka compose app.wasm -o out.wasm
  monaka compose app.wasm --embed ./site:/srv/www --embed ./etc --max-bytes 64M -o out.wasm")]
pub(crate) struct Args {
    /// The program, `-` for standard input
    #[arg(value_name = "PROGRAM")]
    input: Input,

    /// The composed file, `-` for standard output; may be the program itself
    #[arg(short, long, value_name = "FILE")]
    output: Output,

    #[command(flatten)]
    pack: PackArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(crate) fn exec(args: Args, talk: Talk) -> Result<()> {
    let program = args.input.read()?;
    let mut bar = Bar::new(talk);
    let packed = args.pack.plan(&args.limits, &args.output, &mut bar)?;
    let composed = monaka_compose::compose(&program, ADAPTER, &packed.options)
        .map_err(|error| point_at(&args.input.name(), error))
        .with_context(|| args.input.name())?;
    packed.write(&composed, &args.output, &mut bar, talk)?;
    for warning in &composed.report.warnings {
        talk.line(format_args!("warning: {}: {warning}", args.input.name()));
    }
    Ok(())
}

/// Text has lines, and an error in it points at one of the program.
fn point_at(name: &str, error: Error) -> Error {
    match error {
        Error::Text(text) => Error::Text(text.replace("<anon>", name)),
        error => error,
    }
}
