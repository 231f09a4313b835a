//! `monaka`: gives a WebAssembly program a filesystem that no host provides.
//!
//! Flags and glue; the work is in `monaka-compose` and `monaka-image`.
//!
//! ```text
//! cli        the verbs                       commands/  one file each: `Args` and `exec`
//! pack       the flags that say what is embedded, and with which limits
//! engine/    what the verbs that run programs share
//! input, output, interrupt, progress, size   what all verbs share
//! ```
//!
//! Standard output is for results, standard error for people. Exit codes: 0 for success, 1 for failure, 2 for
//! a wrong command line, 130 for an interrupt; `monaka run` gives the code of the program. A closed pipe is success.
#![forbid(unsafe_code)]

mod cli;
mod commands;
#[cfg(feature = "run")]
mod engine;
mod input;
mod interrupt;
mod output;
mod pack;
mod progress;
mod size;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let done = match cli::Cli::try_parse() {
        Ok(cli) => cli.exec(),
        Err(usage) if usage.use_stderr() => usage.exit(),
        Err(help) => print(&help),
    };
    match done {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => fail(error),
    }
}

/// A command line that is wrong in itself, or something that went wrong.
fn fail(error: anyhow::Error) -> ExitCode {
    match error.downcast::<clap::Error>() {
        Ok(usage) => usage.exit(),
        Err(error) => {
            cli::say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Help and the version are results, which may find the disk full.
fn print(help: &clap::Error) -> anyhow::Result<ExitCode> {
    help.print()?;
    io::stdout().flush()?;
    Ok(ExitCode::SUCCESS)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref())
        .any(broken)
}
