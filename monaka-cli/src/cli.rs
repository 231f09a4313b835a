//! The verbs.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use monaka_image::Escaped;

use crate::commands::{adapter, completions, compose, extract, inspect, man, run, serve_http};

/// Gives any WebAssembly program a filesystem that no host has to provide
///
/// A program that uses ordinary file calls is composed with a complete filesystem in memory, and with the files
/// that it needs, into one portable file. Any runtime with WASI 0.2 runs it, without a preopened directory.
#[derive(Debug, Parser)]
#[command(name = "monaka", version, max_term_width = 100)]
#[command(after_help = "Examples:
  monaka compose app.wasm --embed ./config -o out.wasm
  wasmtime run out.wasm")]
pub(crate) struct Cli {
    /// Say nothing but results and errors: no progress, no summary, no warnings
    #[arg(short, long, global = true)]
    quiet: bool,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Compose(compose::Args),
    Inspect(inspect::Args),
    Extract(extract::Args),
    Adapter(adapter::Args),
    Run(run::Args),
    ServeHttp(serve_http::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Cli {
    pub(crate) fn exec(self) -> Result<ExitCode> {
        let talk = Talk { quiet: self.quiet };
        match self.verb {
            Verb::Compose(args) => compose::exec(args, talk)?,
            Verb::Inspect(args) => inspect::exec(args)?,
            Verb::Extract(args) => extract::exec(args, talk)?,
            Verb::Adapter(args) => adapter::exec(args, talk)?,
            Verb::Run(args) => return run::exec(args, talk),
            Verb::ServeHttp(args) => serve_http::exec(args, talk)?,
            Verb::Completions(args) => completions::exec(args)?,
            Verb::Man(args) => man::exec(args)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A wrong command line of a verb, which clap did not find.
#[cfg(feature = "run")]
pub(crate) fn usage(verb: &str, what: impl std::fmt::Display) -> anyhow::Error {
    use clap::CommandFactory;
    let mut cli = Cli::command();
    cli.build();
    let verb = cli
        .find_subcommand_mut(verb)
        .map(|verb| verb.error(clap::error::ErrorKind::ValueValidation, &what));
    verb.map_or_else(|| anyhow::anyhow!("{what}"), anyhow::Error::new)
}

/// How much is told on standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    pub(crate) quiet: bool,
}

impl Talk {
    /// One line for people.
    pub(crate) fn line(self, text: impl std::fmt::Display) {
        if !self.quiet {
            say(text);
        }
    }
}

/// One message on standard error, where names from elsewhere drive no terminal. If nobody listens it is lost, and
/// that is no failure.
pub(crate) fn say(text: impl std::fmt::Display) {
    let text = text.to_string();
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| Escaped(line).to_string())
        .collect();
    let _unheard = writeln!(io::stderr(), "{}", lines.join("\n"));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn the_first_line_of_each_help_fits_80_columns() {
        for verb in super::Cli::command().get_subcommands() {
            let about = verb
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                !about.is_empty() && about.len() <= 80,
                "{}: {about}",
                verb.get_name()
            );
        }
    }
}
