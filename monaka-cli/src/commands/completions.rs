//! `monaka completions`: what a shell needs to complete the command line.

use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka completions bash > ~/.local/share/bash-completion/completions/monaka
  monaka completions fish > ~/.config/fish/completions/monaka.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn exec(args: Args) -> Result<()> {
    // The generator panics when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "monaka", &mut script);
    Ok(io::stdout().write_all(&script)?)
}
