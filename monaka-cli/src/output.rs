//! Where results go: a file that appears when it is complete, or `-` for standard output.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::builder::{MapValueParser, PathBufValueParser, TypedValueParser, ValueParserFactory};
use tempfile::NamedTempFile;

use crate::interrupt::Unfinished;

/// Bytes gathered before a write: file contents come in blocks of 64 KiB, headers and padding in small pieces.
const BUFFER_BYTES: usize = 256 * 1024;

/// An output as the command line names it.
#[derive(Clone, Debug)]
pub(crate) struct Output(PathBuf);

#[cfg(feature = "run")]
impl From<&Path> for Output {
    fn from(path: &Path) -> Self {
        Self(path.into())
    }
}

/// Whether what was written waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durable {
    #[cfg_attr(not(feature = "run"), allow(dead_code, reason = "nothing is saved"))]
    Yes,
    No,
}

/// As a path of the command line, which is never empty.
impl ValueParserFactory for Output {
    type Parser = MapValueParser<PathBufValueParser, fn(PathBuf) -> Self>;

    fn value_parser() -> Self::Parser {
        PathBufValueParser::new().map(Self)
    }
}

impl Output {
    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        if self.is_stdout() {
            "<stdout>".into()
        } else {
            self.0.display().to_string()
        }
    }

    /// The file, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        (!self.is_stdout()).then_some(&self.0)
    }

    /// Lets `fill` write the output. A regular file is replaced at the end and only if all went well; until then
    /// nothing is seen of it. What is there and is no regular file (a device, a pipe) is written to.
    pub(crate) fn write(&self, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        if self.is_stdout() {
            return fill_stdout(fill);
        }
        self.write_file(Durable::No, fill)
    }

    /// As [`Output::write`], for what cannot be made again: when it returns, the file outlives a loss of power, and
    /// at no time is there anything but the old file or the new one. Never standard output.
    #[cfg(feature = "run")]
    pub(crate) fn write_durably(
        &self,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.write_file(Durable::Yes, fill)
    }

    fn write_file(
        &self,
        durable: Durable,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        match fs::metadata(&self.0) {
            Ok(old) if old.is_dir() => bail!("{}: is a directory", self.name()),
            Ok(old) if old.is_file() => {
                let path = fs::canonicalize(&self.0).with_context(|| self.name())?;
                self.replace(&path, Some(&old), durable, fill)
            }
            Ok(_) => {
                let file = File::options()
                    .write(true)
                    .open(&self.0)
                    .with_context(|| self.name())?;
                buffered(file, fill).map(drop).with_context(|| self.name())
            }
            Err(_) if self.ends_with_separator() => {
                bail!("{}: names a directory, not a file", self.name())
            }
            Err(_) => self.replace(&self.0, None, durable, fill),
        }
    }

    fn replace(
        &self,
        path: &Path,
        old: Option<&Metadata>,
        durable: Durable,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let directory = self.directory_of(path)?;
        let create = || temporary(directory, old);
        let (file, unfinished) = Unfinished::create(create, NamedTempFile::path)
            .map_err(without_path)
            .with_context(|| self.name())?;
        buffered(file.as_file(), fill).with_context(|| self.name())?;
        durable.sync(file.as_file()).with_context(|| self.name())?;
        file.persist(path)
            .map_err(|error| error.error)
            .with_context(|| self.name())?;
        drop(unfinished);
        durable
            .sync_directory(directory)
            .with_context(|| self.name())
    }

    /// Whether a file can be made there, as far as that can be told before.
    #[cfg(feature = "run")]
    pub(crate) fn check_place(&self) -> Result<()> {
        match fs::metadata(&self.0) {
            Ok(old) if old.is_dir() => bail!("{}: is a directory", self.name()),
            Ok(_) => Ok(()),
            Err(_) if self.ends_with_separator() => {
                bail!("{}: names a directory, not a file", self.name())
            }
            Err(_) => self.directory_of(&self.0).map(drop),
        }
    }

    /// The directory that a path is in, which has to be there.
    fn directory_of<'a>(&self, path: &'a Path) -> Result<&'a Path> {
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        if !directory.is_dir() {
            bail!(
                "{}: the directory `{}` does not exist",
                self.name(),
                directory.display()
            );
        }
        Ok(directory)
    }

    fn ends_with_separator(&self) -> bool {
        let bytes = self.0.as_os_str().as_encoded_bytes();
        bytes
            .last()
            .is_some_and(|&last| std::path::is_separator(last.into()))
    }

    fn is_stdout(&self) -> bool {
        self.0 == Path::new("-")
    }
}

impl Durable {
    fn sync(self, file: &File) -> io::Result<()> {
        match self {
            Self::Yes => file.sync_all(),
            Self::No => Ok(()),
        }
    }

    /// A renamed file keeps its new name only when its directory is on the disk, where directories are files.
    fn sync_directory(self, directory: &Path) -> io::Result<()> {
        match self {
            Self::Yes if cfg!(unix) => File::open(directory)?.sync_all(),
            _ => Ok(()),
        }
    }
}

fn fill_stdout(fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        bail!("standard output is a terminal: redirect it, or name a file with -o");
    }
    buffered(stdout.lock(), fill).map(drop)
}

fn buffered<W: Write>(out: W, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<W> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    fill(&mut out)?;
    out.into_inner().map_err(|error| error.into_error().into())
}

/// The error of the system alone: the name of a temporary file, which the library adds, means nothing to people.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((system, _)) => io::Error::new(error.kind(), system),
        None => error,
    }
}

/// A file beside the output, with the permissions of the file that it will replace, or those of a new file.
fn temporary(directory: &Path, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".monaka-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask is applied to it, as to any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(directory)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A full disk told the name of a file that the user never asked for.
    #[test]
    fn an_error_does_not_name_the_temporary_file() {
        let absent = tempfile::tempdir().unwrap().path().join("absent");
        let error = temporary(&absent, None).unwrap_err();
        assert!(error.to_string().contains(".monaka-"), "{error}");
        let shown = without_path(error);
        assert_eq!(shown.kind(), io::ErrorKind::NotFound);
        assert!(!shown.to_string().contains(".monaka-"), "{shown}");
    }
}
