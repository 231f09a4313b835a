//! `monaka serve-http` in a build without an engine: it says how to get one.

use anyhow::{Result, bail};

use crate::cli::Talk;
use crate::input::Input;

/// Serve http requests with a program, an instance for each
///
/// This build has no engine: use `wasmtime serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The program
    #[arg(value_name = "PROGRAM")]
    program: Input,
}

pub(crate) fn exec(args: Args, _talk: Talk) -> Result<()> {
    bail!(
        "this build has no engine: serve it with `wasmtime serve {}`, or install monaka-cli with its default features",
        args.program.name()
    )
}
