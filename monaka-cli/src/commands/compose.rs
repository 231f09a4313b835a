//! `monaka compose`: a program and its filesystem in one file.

use anyhow::{Context, Result};
use monaka_adapter_bytes::{ADAPTER, LOWERED};
use monaka_compose::{Error, Linking, Modules};

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
    link: LinkArgs,

    #[command(flatten)]
    pack: PackArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

/// How the program and the filesystem are put together.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Linking")]
struct LinkArgs {
    /// How to link the program with the filesystem
    #[arg(long, value_name = "HOW", default_value = "auto", value_enum)]
    link: Link,

    /// Use neither multi-memory nor tail calls in a fused file
    ///
    /// For engines that lack them, such as Node 20 under jco. Slower where much is read or written.
    #[arg(long)]
    portable: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Link {
    /// Fused where that is safe, else as two components
    Auto,
    /// Inside of the program's component: fast, and the exports keep their types
    Fused,
    /// As two components: slower, and not for programs that export wasi:http
    Component,
}

impl From<Link> for Linking {
    fn from(link: Link) -> Self {
        match link {
            Link::Auto => Self::Auto,
            Link::Fused => Self::Fused,
            Link::Component => Self::Component,
        }
    }
}

const MODULES: Modules<'static> = Modules {
    component: ADAPTER,
    lowered: LOWERED,
};

pub(crate) fn exec(args: Args, talk: Talk) -> Result<()> {
    let program = args.input.read()?;
    let mut bar = Bar::new(talk);
    let mut packed = args.pack.plan(&args.limits, args.output.path(), &mut bar)?;
    packed.options.link = args.link.link.into();
    packed.options.portable = args.link.portable;
    let composed = monaka_compose::compose(&program, MODULES, &packed.options)
        .map_err(|error| point_at(&args.input.name(), error))
        .with_context(|| args.input.name())?;
    packed.write(&composed, &args.output, &mut bar, talk)?;
    if let Some(refusal) = &composed.report.refusal {
        talk.line(format_args!(
            "{}: linked as two components, because {refusal}",
            args.input.name()
        ));
    }
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
