//! Tools from npm, below `target/tools/npm`, in the versions of `npm/package-lock.json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::process::{BUILD_TIMEOUT, Input, run};
use crate::target_dir;

/// A command that makes components of JavaScript, and JavaScript of components.
pub fn jco() -> Result<Command> {
    Ok(Command::new(modules()?.join(".bin/jco")))
}

/// As [`jco`], on Node.js 20: an engine without multi-memory and tail calls.
pub fn jco_on_node_20() -> Result<Command> {
    let mut command = Command::new(node_20()?);
    command.arg(modules()?.join(".bin/jco"));
    Ok(command)
}

/// The Node.js of the system if it is one, else that from npm.
fn node_20() -> Result<PathBuf> {
    let system = Command::new("node").arg("--version").output();
    if system.is_ok_and(|output| output.stdout.starts_with(b"v20.")) {
        return Ok("node".into());
    }
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _lock = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let dir = target_dir().join("tools/node-20");
    let node = dir.join("node_modules/.bin/node");
    if !node.is_file() {
        fs::create_dir_all(&dir)?;
        npm_install(&dir, &["node@20.20.2"])?;
    }
    Ok(node)
}

/// The `node_modules` folder, which is made at the first call and again when
/// the lock file changes.
fn modules() -> Result<PathBuf> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _lock = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm");
    let dir = target_dir().join("tools/npm");
    let modules = dir.join("node_modules");
    let stamp = modules.join("monaka-package-lock.json");
    let lock = fs::read(wanted.join("package-lock.json"))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    fs::create_dir_all(&dir)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(wanted.join(file), dir.join(file))?;
    }
    npm_install(&dir, &[])?;
    fs::write(&stamp, lock)?;
    Ok(modules)
}

/// Installs what the directory wants, or these packages.
fn npm_install(dir: &Path, packages: &[&str]) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.current_dir(dir)
        .args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--silent",
        ])
        .arg("--prefix")
        .arg(dir)
        .args(packages);
    run(&mut npm, Input::Empty, BUILD_TIMEOUT)
        .context("Node.js with its npm is needed for the JavaScript programs")?
        .success()
        .context("installing from npm")?;
    Ok(())
}
