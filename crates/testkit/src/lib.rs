//! What the end-to-end tests share.
//!
//! A test goes through the same steps as a user, and no shortcut: [`app`]
//! builds a guest program with the toolchain of its language, [`compose`]
//! calls the `monaka` binary on it, [`engine`] runs the result without any
//! preopened directory, and [`native`] runs the same program on a tmpfs, so
//! that the two outputs can be compared line by line. [`process`] starts programs
//! that end, [`serve`] those that answer requests, both with a deadline.
//!
//! What the tests need beside Rust (compilers of other languages, sources and
//! programs of others) is installed by [`tools`] and [`app`] below the target
//! directory, in fixed versions. What cannot be had fails the test that needs
//! it; nothing is skipped.
//!
//! Environment: `MONAKA_BIN` names the binary to test instead of the one that
//! cargo built beside the tests; `MONAKA_TEST_FORM=preopen` runs the programs
//! uncomposed on a preopened directory, to tell a wrong expectation from a
//! wrong filesystem.

#![forbid(unsafe_code)]

pub mod app;
pub mod compose;
pub mod engine;
pub mod native;
pub mod process;
pub mod serve;
pub mod tools;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The target directory of the workspace, found from the running test, which
/// is `TARGET/PROFILE/deps/NAME`.
pub fn target_dir() -> PathBuf {
    profile_dir()
        .parent()
        .map_or_else(|| repository().join("target"), Path::to_path_buf)
}

/// Where cargo put the binaries of the profile that the tests are built in.
pub(crate) fn profile_dir() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|exe| exe.ancestors().nth(2).map(Path::to_path_buf))
        .unwrap_or_else(|| repository().join("target/debug"))
}

/// Compares two outputs and fails with the lines that differ.
#[track_caller]
pub fn assert_same_text(actual: &str, expected: &str, what: &str) {
    if actual != expected {
        let difference = similar::TextDiff::from_lines(expected, actual);
        let shown = difference
            .unified_diff()
            .context_radius(1)
            .header("expected", "actual")
            .to_string();
        panic!("{what}:\n{shown}");
    }
}
