//! The filesystem that programs share: what is in it when they start, and where it goes when they have ended.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::builder::{PathBufValueParser, TypedValueParser};
use monaka_host::{Limits, View, Volume};
use monaka_image::Plan;

use crate::cli::Talk;
use crate::output::Output;
use crate::pack::{LimitArgs, PackArgs};
use crate::progress::Bar;

/// What is in the filesystem, how large it may be, and what becomes of it.
#[derive(Debug, clap::Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    image: ImageArgs,

    #[command(flatten)]
    pack: PackArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

/// A filesystem that outlives the programs.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "State")]
struct ImageArgs {
    /// Start with the files of this image, as --save wrote it
    ///
    /// It is read in place, and has to exist unless --save is given. What is given to --embed is for the first
    /// start only: it is not added to an image that exists. `monaka inspect` and `monaka extract` read images, too.
    #[arg(long, value_name = "FILE", value_parser = PathBufValueParser::new().try_map(image_file))]
    image: Option<PathBuf>,

    /// Write all files back to the image at the end
    ///
    /// Also when a program failed, but not after a trap, --timeout or an interrupt of `monaka run`: then the image
    /// stays as it was. A server that is told to stop saves what its requests left. The image is replaced as a
    /// whole, when the new one is on the disk; of two that save to the same image, the later one wins.
    #[arg(long, requires = "image")]
    save: bool,
}

/// The filesystem of a command.
pub(crate) struct State {
    volume: Volume,
    pub(crate) view: View,
    save: Option<Output>,
}

impl StateArgs {
    /// An option that is given and about this filesystem.
    pub(crate) fn files_option(&self) -> Option<&'static str> {
        let image = self.image.image.as_ref().map(|_| "--image");
        image
            .or(self.pack.files_option())
            .or(self.limits.files_option())
    }

    /// The filesystem as the programs find it.
    pub(crate) fn open(&self, talk: Talk) -> Result<State> {
        let save = self.save()?;
        let volume = match self.existing()? {
            Some(image) => Volume::open_image(image, self.limits.limits())?,
            None => self.first(talk)?,
        };
        let view = volume.view().read_only(self.pack.is_root_read_only());
        Ok(State {
            view: view.build()?,
            volume,
            save,
        })
    }

    /// Where the files are saved. A place that there is not is found before the programs run.
    fn save(&self) -> Result<Option<Output>> {
        let Some(image) = self.image.image.as_deref().filter(|_| self.image.save) else {
            return Ok(None);
        };
        let output = Output::from(image);
        output.check_place()?;
        Ok(Some(output))
    }

    fn existing(&self) -> Result<Option<&Path>> {
        match self.image.image.as_deref() {
            Some(image) if image.exists() => Ok(Some(image)),
            Some(image) if !self.image.save => {
                bail!(
                    "{}: there is no such image; --save makes one",
                    image.display()
                )
            }
            _ => Ok(None),
        }
    }

    /// The filesystem of a first start: what is embedded.
    fn first(&self, talk: Talk) -> Result<Volume> {
        let mut bar = Bar::new(talk);
        let image = self.image.image.as_deref();
        let packed = self.pack.plan(&self.limits, image, &mut bar)?;
        let limits = self.limits.limits();
        match packed.plan {
            Some(plan) => embedded(&plan, limits, &mut bar),
            None => Ok(Volume::new(limits)?),
        }
    }
}

/// A filesystem with the embedded files.
fn embedded(plan: &Plan, limits: Limits, bar: &mut Bar) -> Result<Volume> {
    let len = usize::try_from(plan.len()).context("the embedded files do not fit memory")?;
    let mut image = Vec::with_capacity(len);
    bar.writing(plan.bytes());
    plan.write_to(&mut image, bar)?;
    Ok(Volume::from_image_bytes(image, limits)?)
}

impl State {
    /// Writes the files back, if that is asked for.
    pub(crate) fn save(&self) -> Result<()> {
        let Some(output) = &self.save else {
            return Ok(());
        };
        let snapshot = self.volume.snapshot()?;
        output.write_durably(|mut out| Ok(snapshot.write_image(&mut out).map(drop)?))
    }

    /// What is told when nothing was saved, if that was asked for.
    pub(crate) fn not_saved(&self, talk: Talk) {
        if let Some(output) = &self.save {
            talk.line(format_args!("{}: left as it was", output.name()));
        }
    }
}

fn image_file(path: PathBuf) -> Result<PathBuf, &'static str> {
    match path == Path::new("-") {
        true => Err("an image is a file"),
        false => Ok(path),
    }
}
