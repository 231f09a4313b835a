//! `cargo xtask test`: every test there is.

use crate::{cargo, exec, install_targets};
use anyhow::Result;

/// Runs the tests of the workspace. The end-to-end tests among them build the
/// guest programs and install the toolchains that those need; they call the
/// `monaka` binary, which `cargo test` alone would not build. It is built
/// together with the tests: with other packages selected, cargo would choose
/// other features for shared dependencies and compile the engine twice.
pub(crate) fn run() -> Result<()> {
    install_targets()?;
    exec(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    exec(cargo().args(["test", "--workspace", "--no-fail-fast"]))
}
