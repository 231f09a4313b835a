//! Rust, built by cargo.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Target, build, once};
use crate::{repository, target_dir, tools};

/// The program `name` of `tests/apps`, a Rust crate.
pub fn rust(name: &str, target: Target) -> Result<PathBuf> {
    let manifest = repository().join("tests/apps/Cargo.toml");
    once(format!("{name} {target:?}"), || {
        cargo_build(&manifest, &format!("app-{name}"), Kind::Bin(name), target)
    })
}

/// The library `name` of `tests/apps`, whose exports are called by its host.
pub fn reactor(name: &str, target: Target) -> Result<PathBuf> {
    let manifest = repository().join("tests/apps/Cargo.toml");
    once(format!("reactor {name} {target:?}"), || {
        cargo_build(&manifest, &format!("app-{name}"), Kind::Library, target)
    })
}

/// The example `name` of `examples`, a Rust crate of its own.
pub fn example(name: &str, target: Target) -> Result<PathBuf> {
    let manifest = repository().join("examples").join(name).join("Cargo.toml");
    once(format!("example {name} {target:?}"), || {
        cargo_build(&manifest, name, Kind::Bin(name), target)
    })
}

/// The program `bin` that the host of the example `name` runs: one of `examples/NAME/guest`.
pub fn example_guest(name: &str, bin: &str, target: Target) -> Result<PathBuf> {
    let (manifest, package) = guest_of(name);
    once(format!("guest {name} {bin} {target:?}"), || {
        cargo_build(&manifest, &package, Kind::Bin(bin), target)
    })
}

/// The handler that the host of the example `name` calls: the library `examples/NAME/guest`.
pub fn example_handler(name: &str) -> Result<PathBuf> {
    let (manifest, package) = guest_of(name);
    once(format!("handler {name}"), || {
        cargo_build(&manifest, &package, Kind::Library, Target::P2)
    })
}

fn guest_of(example: &str) -> (PathBuf, String) {
    let guest = repository().join("examples").join(example).join("guest");
    (guest.join("Cargo.toml"), format!("{example}-guest"))
}

/// A program that others have published on crates.io.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// The package.
    pub package: &'static str,
    /// Its exact version; the versions of what it needs are in its lock file.
    pub version: &'static str,
    /// The binary that is wanted.
    pub bin: &'static str,
    /// Further options of `cargo install`, to leave out what WASI lacks.
    pub options: &'static [&'static str],
}

/// A published program as a component of WASI 0.2, installed by `cargo install`.
pub fn published(program: Published) -> Result<PathBuf> {
    let Published {
        package, version, ..
    } = program;
    let root = target_dir()
        .join("apps/published")
        .join(format!("{package}-{version}"));
    let wasm = root.join("bin").join(program.bin).with_extension("wasm");
    once(format!("published {package} {version}"), || {
        if !wasm.is_file() {
            cargo_install(program, &root)?;
        }
        Ok(wasm)
    })
}

fn cargo_install(program: Published, root: &Path) -> Result<()> {
    let Published {
        package, version, ..
    } = program;
    let mut command = tools::cargo();
    command.args(["install", "--locked", "--quiet", "--target=wasm32-wasip2"]);
    // As the programs in `tests/apps`: quick to build, and quick enough.
    command
        .args(["--profile=dev"])
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "false");
    command.arg("--root").arg(root);
    command
        .arg("--target-dir")
        .arg(target_dir().join("apps/published/target"));
    command
        .args(["--bin", program.bin])
        .args(program.options)
        .arg(format!("{package}@={version}"));
    build(&mut command, || format!("installing {package} {version}"))
}

/// What of a package is built.
#[derive(Clone, Copy)]
enum Kind<'a> {
    Bin(&'a str),
    Library,
}

fn cargo_build(manifest: &Path, package: &str, kind: Kind<'_>, target: Target) -> Result<PathBuf> {
    let target_dir = target_dir().join("apps");
    let mut command = tools::cargo();
    command.args(["build", "--locked", "--quiet", "--package", package]);
    let file = match kind {
        Kind::Bin(name) => {
            command.args(["--bin", name]);
            name.to_string()
        }
        Kind::Library => {
            command.arg("--lib");
            package.replace('-', "_")
        }
    };
    command
        .arg("--manifest-path")
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target_dir);
    let triple = match target {
        Target::P1 => Some("wasm32-wasip1"),
        Target::P2 => Some("wasm32-wasip2"),
        Target::Bare => Some("wasm32-unknown-unknown"),
        Target::Native => None,
    };
    command.args(triple.map(|triple| format!("--target={triple}")));
    build(&mut command, || {
        format!("building {package} for {target:?}")
    })?;
    Ok(triple
        .map_or(target_dir.clone(), |triple| target_dir.join(triple))
        .join("debug")
        .join(file)
        .with_extension(target.extension()))
}
