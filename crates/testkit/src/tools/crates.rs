//! Sources from crates.io.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::cargo;
use crate::process::{BUILD_TIMEOUT, Input, run};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// The directory of the package `name`, downloaded if it has to be, in the
/// version that the lock file beside `manifest` names.
pub fn crate_source(manifest: &Path, name: &str) -> Result<PathBuf> {
    let mut command = cargo();
    command
        .args(["metadata", "--locked", "--format-version=1"])
        .arg("--manifest-path")
        .arg(manifest);
    let metadata = run(&mut command, Input::Empty, BUILD_TIMEOUT)?.success()?;
    let metadata: Metadata = serde_json::from_str(&metadata)?;
    metadata
        .packages
        .into_iter()
        .find(|package| package.name == name)
        .and_then(|package| package.manifest_path.parent().map(Path::to_path_buf))
        .with_context(|| format!("{} does not name {name}", manifest.display()))
}
