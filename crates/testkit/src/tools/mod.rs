//! What the tests need beside Rust, from the package registries of the
//! languages, installed below `target/tools`.

mod crates;
mod npm;
mod pypi;

pub use crates::crate_source;
pub use npm::{jco, jco_on_node_20};
pub use pypi::{componentize_py, go, python, zig_cc};

use std::process::Command;

/// A command that runs the cargo which runs the tests.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
