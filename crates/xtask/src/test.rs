//! `cargo xtask test`: every test there is.

use crate::{cargo, exec, install_targets};
use anyhow::Result;

/// Runs the tests of the workspace. The end-to-end tests among them build the
/// guest programs and install the toolchains that those need; they call the
/// `monaka` binary, which is built first, with the same profile.
pub(crate) fn run() -> Result<()> {
    install_targets()?;
    exec(cargo().args(["build", "--package=monaka-cli"]))?;
    exec(cargo().args(["test", "--workspace", "--no-fail-fast"]))
}
