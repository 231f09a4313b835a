//! `monaka`: gives a WebAssembly program a filesystem that no host provides.
//!
//! Flags and glue; the work is in `monaka-compose` and `monaka-image`.
//!
//! ```text
//! cli        the verbs            commands/  one file each: `Args` and `exec`
//! pack       the flags that say what is embedded, and with which limits
//! input, output, progress, size   what the verbs share
//! ```
//!
//! Standard output is for results, standard error for people. Exit codes: 0 for success, 1 for failure, 2 for
//! a wrong command line; `monaka run` gives the code of the program. A closed pipe is success.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod input;
mod output;
mod pack;
mod progress;
mod size;

use std::io;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.exec() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            cli::say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref())
        .any(broken)
}
