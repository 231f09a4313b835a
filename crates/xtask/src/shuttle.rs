//! `cargo xtask shuttle`: the locks of the core, under a scheduler that tries orders.

use crate::{cargo, exec};
use anyhow::Result;

/// The flag that puts the locks of shuttle in the place of the real ones.
const FLAG: &str = "--cfg shuttle";

/// Runs the scenarios of `fs-core/tests/shuttle.rs`, in a target directory of their own: the flag is
/// part of what every dependency is built with.
pub(crate) fn run() -> Result<()> {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let test = ["test", "--package", "monaka-fs-core", "--test", "shuttle"];
    exec(
        cargo()
            .args(test)
            .args(["--target-dir", "target/shuttle"])
            .env("RUSTFLAGS", format!("{flags} {FLAG}")),
    )
}
