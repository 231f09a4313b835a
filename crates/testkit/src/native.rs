//! The same programs on the machine itself: Linux on a tmpfs is the reference.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::{GUEST_TIMEOUT, Input, Outcome, run};

/// An empty directory on a tmpfs, or where there is none, in the temporary directory.
pub fn empty_dir() -> Result<TempDir> {
    let shm = Path::new("/dev/shm");
    let mut builder = tempfile::Builder::new();
    builder.prefix("monaka-");
    if shm.is_dir() {
        builder.tempdir_in(shm)
    } else {
        builder.tempdir()
    }
    .context("no place for a directory")
}

/// Runs a native program whose first argument is an empty directory.
pub fn run_in_empty_dir(command: &mut Command, args: &[&str], input: Input) -> Result<Outcome> {
    let dir = empty_dir()?;
    run(command.arg(dir.path()).args(args), input, GUEST_TIMEOUT)
}
