//! `monaka man`: manual pages from the definitions of the command line.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::Cli;

/// Write the manual pages
///
/// Without a directory the main page goes to standard output.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka man -o ~/.local/share/man/man1
  monaka man | man -l -")]
pub(crate) struct Args {
    /// Write monaka.1 and a page for each verb to this directory
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(crate) fn exec(args: Args) -> Result<()> {
    match &args.output {
        Some(directory) => write_pages(directory).with_context(|| directory.display().to_string()),
        None => Ok(io::stdout().write_all(&page(Cli::command())?)?),
    }
}

fn write_pages(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)?;
    clap_mangen::generate_to(Cli::command(), directory)?;
    Ok(())
}

fn page(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
