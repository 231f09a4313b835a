//! Composed programs against the same programs on a preopened tmpfs.
//!
//! A program (`guest/`) measures itself and prints a line for each figure. It
//! is run by the `wasmtime` on PATH, precompiled, in each of its forms, and the
//! forms take turns, so that a noisy machine disturbs all of them alike; the
//! best of all turns counts. Absolute figures depend on the machine, ratios
//! much less: only ratios have goals, and a goal that is missed is shown as
//! that. Nothing here fails because a machine is slow.
//!
//! ```text
//! programs   the measured programs, built
//! form       one program: as it is, component link, fused, fused and portable
//! figures    what a program printed; the best of several turns
//! table      figures and goals as Markdown
//! plot       figures as SVG
//! ```

#![forbid(unsafe_code)]

pub mod figures;
pub mod form;
pub mod plot;
pub mod programs;
pub mod table;

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A directory in memory where there is one.
pub fn tmpfs() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() {
        shm
    } else {
        std::env::temp_dir()
    }
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started, and with what it printed when it fails.
pub fn run(command: &mut Command) -> Result<Output> {
    let output = command
        .output()
        .context("cannot run `wasmtime`; it must be on PATH for this benchmark")?;
    if !output.status.success() {
        bail!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(output)
}
