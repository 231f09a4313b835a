//! Where programs come from: a file, or `-` for standard input.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::builder::{MapValueParser, PathBufValueParser, TypedValueParser, ValueParserFactory};

/// An input as the command line names it.
#[derive(Clone, Debug)]
pub(crate) struct Input(PathBuf);

impl From<OsString> for Input {
    fn from(path: OsString) -> Self {
        Self(path.into())
    }
}

/// As a path of the command line, which is never empty.
impl ValueParserFactory for Input {
    type Parser = MapValueParser<PathBufValueParser, fn(PathBuf) -> Self>;

    fn value_parser() -> Self::Parser {
        PathBufValueParser::new().map(Self)
    }
}

impl Input {
    /// All its bytes.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        let bytes = if self.is_stdin() {
            read_stdin()
        } else {
            fs::read(&self.0)
        };
        bytes.with_context(|| self.name())
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        if self.is_stdin() {
            "<stdin>".into()
        } else {
            self.0.display().to_string()
        }
    }

    fn is_stdin(&self) -> bool {
        self.0 == Path::new("-")
    }
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
