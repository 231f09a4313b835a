//! `monaka adapter`: the filesystem alone, for other tools that link components.

use anyhow::Result;
use monaka_adapter_bytes::ADAPTER;

use crate::cli::Talk;
use crate::output::Output;
use crate::pack::{LimitArgs, PackArgs};
use crate::progress::Bar;

/// Write the filesystem alone, as a component for tools like `wac plug`
///
/// It exports wasi:filesystem and wasi:io, and passes on stdio, clocks and sockets, whose types belong to wasi:io.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka adapter --embed ./config -o adapter.wasm
  wac plug app.wasm --plug adapter.wasm -o out.wasm")]
pub(crate) struct Args {
    /// The adapter component, `-` for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Output,

    /// Pass on wasi:http too, for programs that import it
    #[arg(long)]
    http: bool,

    #[command(flatten)]
    pack: PackArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(crate) fn exec(args: Args, talk: Talk) -> Result<()> {
    let mut bar = Bar::new(talk);
    let packed = args.pack.plan(&args.limits, args.output.path(), &mut bar)?;
    let composed = monaka_compose::adapter(ADAPTER, &packed.options, args.http)?;
    packed.write(&composed, &args.output, &mut bar, talk)
}
