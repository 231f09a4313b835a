//! `monaka extract`: the files of a composed file or an image back.

use std::path::PathBuf;

use anyhow::{Context, Error, Result, anyhow};
use monaka_image::{ExtractError, ExtractOptions};

use crate::cli::Talk;
use crate::commands::inspect::Composed;
use crate::input::Input;
use crate::pack::counted;
use crate::progress::Bar;
use crate::size;

/// Write the embedded files of a composed file to a directory
///
/// Or those of an image, as `monaka run --save` writes it. Content, times, permission bits, hard links and
/// symbolic links are as they were embedded, but set-user-id, set-group-id and sticky bits are dropped. All
/// checksums are verified before anything is written, and nothing is ever written outside of the directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka extract out.wasm -o files")]
pub(crate) struct Args {
    /// The composed file or the image, `-` for standard input
    #[arg(value_name = "FILE")]
    input: Input,

    /// The directory; has to be empty or absent
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// Replace files in a directory that is not empty
    #[arg(long)]
    force: bool,

    /// Extract the other files when some are damaged; the exit code is 1 all the same
    #[arg(long)]
    keep_going: bool,
}

pub(crate) fn exec(args: Args, talk: Talk) -> Result<()> {
    let name = args.input.name();
    let bytes = args.input.read()?;
    let composed = Composed::read(&bytes).with_context(|| name.clone())?;
    let files = composed
        .files
        .with_context(|| format!("{name}: no files are embedded"))?;
    let mut bar = Bar::new(talk);
    bar.writing(files.bytes());
    let options = ExtractOptions {
        merge: args.force,
        keep_going: args.keep_going,
    };
    monaka_image::extract(&files.image, &args.output, options, &mut bar)
        .map_err(|error| blame(error, &args))?;
    bar.finish();
    talk.line(format_args!(
        "{}: {} ({}) from {name}",
        args.output.display(),
        counted(files.files(), "file", "files"),
        size::human(files.bytes()),
    ));
    Ok(())
}

/// An error of the image is one of the composed file; others name a path of the target.
fn blame(error: ExtractError, args: &Args) -> Error {
    let name = args.input.name();
    match error {
        ExtractError::Damaged(_) if args.keep_going => {
            Error::new(error).context(format!("{name}: all but these files extracted"))
        }
        ExtractError::Damaged(_) => {
            anyhow!("{name}: {error} (--keep-going extracts the other files)")
        }
        ExtractError::Malformed(_) => Error::new(error).context(name),
        error => error.into(),
    }
}
