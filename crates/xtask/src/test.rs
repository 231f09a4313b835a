//! `cargo xtask test`: every test there is.

use crate::{cargo, exec, install_targets};
use anyhow::Result;

/// Runs the tests of the workspace. The end-to-end tests among them build the
/// guest programs and install the toolchains that those need; they call the
/// `monaka` binary, which `cargo test` alone would not build. It is built
/// together with the tests: with other packages selected, cargo would choose
/// other features for shared dependencies and compile the engine twice.
///
/// The core alone is tested once more without its feature `std`, which the
/// workspace turns on: that is what a guest runs, and only there every
/// allocation may fail.
pub(crate) fn run() -> Result<()> {
    install_targets()?;
    exec(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    exec(cargo().args(["test", "--workspace", "--no-fail-fast"]))?;
    exec(cargo().args(["test", "--package", "monaka-fs-core", "--no-fail-fast"]))
}
