//! The flags that say what is embedded and what the filesystem is like, shared by `compose` and `adapter`.

use std::env;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};
use clap::builder::{OsStringValueParser, TypedValueParser};
use monaka_compose::{Composed, Options};
#[cfg(feature = "run")]
use monaka_fs_core::Limits;
use monaka_fs_core::Time;
use monaka_image::{Embed, GuestPath, Mtime, PackError, PackOptions, Plan};

use crate::cli::Talk;
use crate::output::Output;
use crate::progress::Bar;
use crate::size;

/// What is embedded.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Embedded files")]
pub(crate) struct PackArgs {
    /// Embed a host file or directory, by default as /NAME
    ///
    /// An image, as `monaka run --save` writes it, stands for the files in it, by default at /.
    ///
    /// May be given several times: later files replace earlier ones, directories merge. A guest path is absolute;
    /// with a trailing slash a file keeps its name below it. Symbolic links that stay inside of an embedded
    /// directory are kept. A host path that has a colon needs its guest path.
    ///
    /// What `.monakaignore` files name is left out, as by `.gitignore`, and so are these files themselves, and the
    /// output when it lies in an embedded directory.
    #[arg(long, value_name = "HOST[:GUEST]", value_parser = OsStringValueParser::new().try_map(Embed::try_from))]
    embed: Vec<Embed>,

    /// Leave out what matches, written as in .gitignore
    #[arg(long, value_name = "GLOB", requires = "embed")]
    exclude: Vec<String>,

    /// Leave out what .gitignore files of the embedded directories name, and .git
    #[arg(long, requires = "embed")]
    gitignore: bool,

    /// Copy what symbolic links out of an embedded directory point at
    #[arg(long, requires = "embed")]
    follow: bool,

    /// Refuse changes to this guest path and all below it; `/` for everything
    #[arg(long, value_name = "GUEST")]
    read_only: Vec<GuestPath>,

    /// Give this modification time to all embedded files
    ///
    /// Seconds since 1970 or a date such as 2026-01-31T12:00:00Z. Without it files keep their own times, but none
    /// later than the environment variable SOURCE_DATE_EPOCH if that is set.
    #[arg(long, value_name = "TIME", value_parser = time, requires = "embed")]
    mtime: Option<Time>,
}

/// The limits of the filesystem.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Bytes of file content that the program may write, such as 64M [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_bytes: Option<u64>,

    /// Files, directories and symbolic links, embedded ones included [default: 4194304]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_inodes: Option<u32>,

    /// Bytes of one file [default: 16T]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_file_size: Option<u64>,
}

/// What will be composed: the planned image, if anything is embedded, and the options.
pub(crate) struct Packed {
    pub(crate) plan: Option<Plan>,
    pub(crate) options: Options,
}

impl PackArgs {
    /// Walks what is embedded. The output is never part of it, wherever it lies.
    pub(crate) fn plan(
        &self,
        limits: &LimitArgs,
        output: Option<&Path>,
        bar: &mut Bar,
    ) -> Result<Packed> {
        let root_read_only = self.read_only.iter().any(GuestPath::is_root);
        let mut options = limits.options();
        options.root_read_only = root_read_only;
        let pack = self.options(output)?;
        if self.embed.is_empty() && pack.read_only.iter().all(GuestPath::is_root) {
            return Ok(Packed {
                plan: None,
                options,
            });
        }
        let plan = monaka_image::plan(&self.embed, &pack, bar)?;
        if plan.inodes() > u64::from(options.inodes_max) {
            bail!(
                "{} files, directories and symbolic links are embedded, and --max-inodes allows {}",
                plan.inodes(),
                options.inodes_max
            );
        }
        options.image_len = Some(plan.len());
        Ok(Packed {
            plan: Some(plan),
            options,
        })
    }

    fn options(&self, output: Option<&Path>) -> Result<PackOptions> {
        Ok(PackOptions {
            follow: self.follow,
            exclude: self.exclude.clone(),
            gitignore: self.gitignore,
            mtime: self.mtime()?,
            read_only: self.read_only.clone(),
            leave_out: output.map(Path::to_path_buf),
        })
    }

    fn mtime(&self) -> Result<Mtime> {
        if let Some(time) = self.mtime {
            return Ok(Mtime::Fixed(time));
        }
        let Some(epoch) = env::var_os("SOURCE_DATE_EPOCH") else {
            return Ok(Mtime::Host);
        };
        let seconds = epoch.to_str().and_then(|epoch| epoch.parse().ok());
        let seconds: u64 = seconds.with_context(|| {
            format!(
                "the environment variable SOURCE_DATE_EPOCH is {epoch:?}, not seconds since 1970"
            )
        })?;
        Ok(Mtime::AtMost(seconds_since_1970(seconds)))
    }
}

#[cfg(feature = "run")]
impl PackArgs {
    /// The first of them that is given and makes sense alone.
    pub(crate) fn files_option(&self) -> Option<&'static str> {
        let embed = self.embed.first().map(|_| "--embed");
        embed.or(self.read_only.first().map(|_| "--read-only"))
    }

    /// Whether everything refuses changes.
    pub(crate) fn is_root_read_only(&self) -> bool {
        self.read_only.iter().any(GuestPath::is_root)
    }
}

#[cfg(feature = "run")]
impl LimitArgs {
    /// The first of them that is given.
    pub(crate) fn files_option(&self) -> Option<&'static str> {
        let bytes = self.max_bytes.map(|_| "--max-bytes");
        let inodes = self.max_inodes.map(|_| "--max-inodes");
        let file = self.max_file_size.map(|_| "--max-file-size");
        bytes.or(inodes).or(file)
    }

    /// The limits of a filesystem in this process.
    pub(crate) fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            bytes_max: self.max_bytes.unwrap_or(default.bytes_max),
            inodes_max: self.max_inodes.unwrap_or(default.inodes_max),
            file_size_max: self.max_file_size.unwrap_or(default.file_size_max),
            ..default
        }
    }
}

impl LimitArgs {
    fn options(&self) -> Options {
        let default = Options::default();
        Options {
            bytes_max: self.max_bytes.unwrap_or(default.bytes_max),
            inodes_max: self.max_inodes.unwrap_or(default.inodes_max),
            file_size_max: self.max_file_size.unwrap_or(default.file_size_max),
            ..default
        }
    }
}

impl Packed {
    /// Writes the composed file, with the image read from the host on the way, and tells what was done.
    pub(crate) fn write(
        &self,
        composed: &Composed,
        output: &Output,
        bar: &mut Bar,
        talk: Talk,
    ) -> Result<()> {
        bar.writing(self.plan.as_ref().map_or(0, Plan::bytes));
        output.write(|out| {
            composed.write_to(out, &mut |out| {
                self.plan
                    .as_ref()
                    .map_or(Ok(()), |plan| plan.write_to(out, bar).map_err(into_io))
            })?;
            Ok(())
        })?;
        bar.finish();
        talk.line(self.summary(composed, output));
        Ok(())
    }

    fn summary(&self, composed: &Composed, output: &Output) -> String {
        let (files, bytes) = self
            .plan
            .as_ref()
            .map_or((0, 0), |plan| (plan.files(), plan.bytes()));
        format!(
            "{}: {}, {} embedded ({}), {} link, {} left",
            output.name(),
            size::human(composed.len()),
            counted(files, "file", "files"),
            size::human(bytes),
            composed.report.link,
            counted(composed.report.imports.len() as u64, "import", "imports"),
        )
    }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Keeps what the output said, so that a closed pipe is known for one.
fn into_io(error: PackError) -> io::Error {
    match error {
        PackError::Write(error) => error,
        error => io::Error::other(error),
    }
}

fn time(text: &str) -> Result<Time, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds_since_1970(seconds));
    }
    let date = humantime::parse_rfc3339_weak(text)
        .map_err(|_| "write seconds since 1970, or a date such as 2026-01-31T12:00:00Z")?;
    let since = date
        .duration_since(UNIX_EPOCH)
        .map_err(|_| "it is before 1970")?;
    u64::try_from(since.as_nanos())
        .map(Time)
        .map_err(|_| "it is after 2554".into())
}

/// The latest time that an image can hold stands for all later ones.
fn seconds_since_1970(seconds: u64) -> Time {
    Time(seconds.saturating_mul(1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_or_a_date() {
        assert_eq!(time("0"), Ok(Time(0)));
        assert_eq!(time("1700000000"), Ok(Time(1_700_000_000_000_000_000)));
        assert_eq!(time("1970-01-02T00:00:00Z"), Ok(Time(86_400_000_000_000)));
        assert_eq!(time("1970-01-02 00:00:00"), Ok(Time(86_400_000_000_000)));
        assert!(time("yesterday").is_err());
        assert!(time("-1").is_err());
    }
}
