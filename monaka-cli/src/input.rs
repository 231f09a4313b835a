//! Where programs come from: a file, or `-` for standard input.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// An input as the command line names it.
#[derive(Clone, Debug)]
pub(crate) struct Input(PathBuf);

impl From<std::ffi::OsString> for Input {
    fn from(path: std::ffi::OsString) -> Self {
        Self(path.into())
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
