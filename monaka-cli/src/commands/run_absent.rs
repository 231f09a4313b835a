//! `monaka run` in a build without an engine: it says how to get one.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::cli::Talk;

/// Run programs on one filesystem in memory, with the built-in engine
///
/// This build has none: use `wasmtime run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The program and its arguments
    #[arg(
        value_name = "PROGRAM [ARGS]",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    program: Vec<OsString>,
}

pub(crate) fn exec(args: Args, _talk: Talk) -> Result<ExitCode> {
    let program = args.program.join(" ".as_ref());
    bail!(
        "this build has no engine: run it with `wasmtime run {}`, or install monaka-cli with its default features",
        program.display()
    )
}
