//! Guest programs in three languages, built as their own toolchains build them.
//!
//! Everything lands below `target/apps`; a second build is nearly free. Builds
//! in one process share what they built, so tests may ask again and again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result};

use crate::process::{BUILD_TIMEOUT, Input, run};
use crate::{repository, target_dir, tools};

/// The packages of the `wasi:cli/command` world, each after those it needs.
const WASI_PACKAGES: &[&str] = &["io", "random", "clocks", "filesystem", "sockets", "cli"];

/// What a program is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A core module that imports WASI Preview 1.
    P1,
    /// A component that imports WASI 0.2.
    P2,
    /// The machine that the tests run on.
    Native,
}

/// The program `name` of `tests/apps`, a Rust crate.
pub fn rust(name: &str, target: Target) -> Result<PathBuf> {
    let manifest = repository().join("tests/apps/Cargo.toml");
    once(format!("{name} {target:?}"), || {
        cargo(&manifest, &format!("app-{name}"), name, target)
    })
}

/// The example `name` of `examples`, a Rust crate of its own.
pub fn example(name: &str, target: Target) -> Result<PathBuf> {
    let manifest = repository().join("examples").join(name).join("Cargo.toml");
    once(format!("example {name} {target:?}"), || {
        cargo(&manifest, name, name, target)
    })
}

/// A C program of one file, compiled by `zig cc`; P1 or native.
pub fn c(source: &Path, target: Target) -> Result<PathBuf> {
    once(format!("{} {target:?}", source.display()), || {
        zig_cc(source, target)
    })
}

/// The Python program in the directory `source`, whose module `app` exports
/// `wasi:cli/run`.
pub fn python(source: &Path) -> Result<PathBuf> {
    once(source.display().to_string(), || componentize_py(source))
}

fn cargo(manifest: &Path, package: &str, bin: &str, target: Target) -> Result<PathBuf> {
    let target_dir = target_dir().join("apps");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([
        "build",
        "--locked",
        "--quiet",
        "--package",
        package,
        "--bin",
        bin,
    ]);
    command
        .arg("--manifest-path")
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target_dir);
    let triple = match target {
        Target::P1 => Some("wasm32-wasip1"),
        Target::P2 => Some("wasm32-wasip2"),
        Target::Native => None,
    };
    command.args(triple.map(|triple| format!("--target={triple}")));
    run(&mut command, Input::Empty, BUILD_TIMEOUT)?
        .success()
        .with_context(|| format!("building {package} for {target:?}"))?;
    let dir = triple
        .map_or(target_dir.clone(), |triple| target_dir.join(triple))
        .join("debug");
    Ok(match target {
        Target::Native => dir
            .join(bin)
            .with_extension(std::env::consts::EXE_EXTENSION),
        Target::P1 | Target::P2 => dir.join(bin).with_extension("wasm"),
    })
}

fn zig_cc(source: &Path, target: Target) -> Result<PathBuf> {
    let stem = source.file_stem().unwrap_or_default();
    let out = output_dir("c", target)?
        .join(stem)
        .with_extension(match target {
            Target::Native => std::env::consts::EXE_EXTENSION,
            Target::P1 | Target::P2 => "wasm",
        });
    let mut command = tools::zig_cc()?;
    command.args(["-std=gnu17", "-O1", "-Wall", "-Werror"]);
    if target != Target::Native {
        command.args(["-target", "wasm32-wasi"]);
    }
    command.arg(source).arg("-o").arg(&out);
    run(&mut command, Input::Empty, BUILD_TIMEOUT)?
        .success()
        .with_context(|| format!("compiling {}", source.display()))?;
    Ok(out)
}

fn componentize_py(source: &Path) -> Result<PathBuf> {
    let name = source.file_name().unwrap_or_default();
    let out = output_dir("python", Target::P2)?
        .join(name)
        .with_extension("wasm");
    let mut command = tools::componentize_py()?;
    for package in WASI_PACKAGES {
        command.arg("-d").arg(
            repository()
                .join("wit/deps")
                .join(package)
                .with_extension("wit"),
        );
    }
    command
        .args(["-w", "wasi:cli/command@0.2.12", "componentize", "app", "-p"])
        .arg(source)
        .arg("-o")
        .arg(&out);
    run(&mut command, Input::Empty, BUILD_TIMEOUT)?
        .success()
        .with_context(|| format!("componentizing {}", source.display()))?;
    Ok(out)
}

fn output_dir(language: &str, target: Target) -> Result<PathBuf> {
    let dir = target_dir()
        .join("apps")
        .join(language)
        .join(format!("{target:?}").to_lowercase());
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// Builds once per process; whoever asks meanwhile waits for the first.
fn once(key: String, build: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    type Slot = Arc<Mutex<Option<PathBuf>>>;
    static BUILT: OnceLock<Mutex<HashMap<String, Slot>>> = OnceLock::new();
    let slot = {
        let built = BUILT.get_or_init(Mutex::default);
        let mut built = built.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(built.entry(key).or_default())
    };
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*slot {
        return Ok(path.clone());
    }
    Ok(slot.insert(build()?).clone())
}
