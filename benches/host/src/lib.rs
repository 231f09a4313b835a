//! Programs on the host library against the same programs on a preopened tmpfs, in one process.
//!
//! A program (`guest/`) measures itself and prints a line for each figure. Its forms take turns, so that
//! a noisy machine disturbs all of them alike; the best of all turns counts. Absolute figures depend on
//! the machine, ratios much less: only ratios have goals, and a goal that is missed is shown as that.
//! Nothing here fails because a machine is slow.

#![forbid(unsafe_code)]

pub mod figures;
pub mod form;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

/// A directory in memory.
///
/// # Errors
///
/// Where there is none: on a disk the figures would be others.
pub fn tmpfs() -> Result<PathBuf> {
    let shm = PathBuf::from("/dev/shm");
    ensure!(shm.is_dir(), "no tmpfs at /dev/shm");
    Ok(shm)
}

/// The measured program, built.
///
/// # Errors
///
/// When it does not build.
pub fn guest() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = here.join("../../target/apps");
    let status = Command::new("cargo")
        .args([
            "build",
            "--release",
            "--quiet",
            "--target=wasm32-wasip2",
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(here.join("guest"))
        .status()?;
    ensure!(status.success(), "the program does not build");
    Ok(target.join("wasm32-wasip2/release/bench-host-guest.wasm"))
}
