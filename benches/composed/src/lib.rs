//! What the benchmarks of composed programs share.

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
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

/// Builds a program of the package `guest` and gives its bytes.
///
/// # Errors
/// When it does not build.
pub fn guest(name: &str) -> Result<Vec<u8>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = here.join("../../target/apps");
    let status = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--target=wasm32-wasip2"])
        .args(["--bin", name])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(here.join("guest"))
        .status()?;
    ensure!(status.success(), "the guest does not build");
    let path = target.join(format!("wasm32-wasip2/release/{name}.wasm"));
    std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
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
