//! Compiles both faces of the adapter for their own target.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "adapter";

/// The packages, and the variables that tell the crate where their modules are.
const PACKAGES: [(&str, &str); 2] = [
    ("monaka-adapter-component", "MONAKA_ADAPTER"),
    ("monaka-adapter-lowered", "MONAKA_LOWERED"),
];

/// What the adapter is made from, in the workspace.
const SOURCES: [&str; 13] = [
    "Cargo.lock",
    "Cargo.toml",
    "adapter/Cargo.toml",
    "adapter/src",
    "adapter/component/Cargo.toml",
    "adapter/component/src",
    "adapter/lowered/Cargo.toml",
    "adapter/lowered/src",
    "crates/wasi/Cargo.toml",
    "crates/wasi/src",
    "fs-core/Cargo.toml",
    "fs-core/src",
    "wit",
];

/// What cargo, clippy and their users set for the build that this script is a
/// part of, and must not reach the build of the adapter.
const FOREIGN_VARIABLES: [&str; 6] = [
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
];

fn main() {
    let workspace = workspace();
    for source in SOURCES {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    ensure_target();
    let modules = build(&workspace);
    for (package, variable) in PACKAGES {
        let module = modules
            .join(package.replace('-', "_"))
            .with_extension("wasm");
        println!("cargo::rustc-env={variable}={}", module.display());
    }
}

fn workspace() -> PathBuf {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    match package.ancestors().nth(2) {
        Some(workspace) => workspace.to_path_buf(),
        None => fail("the package is not in its workspace"),
    }
}

/// Installs the target through rustup where it is missing.
fn ensure_target() {
    if has_target() {
        return;
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status()
        .is_ok_and(|status| status.success());
    if !added || !has_target() {
        fail(&format!(
            "the Rust target {TARGET} is missing and `rustup target add {TARGET}` did not install it; \
             install the target for the toolchain in rust-toolchain.toml, then build again"
        ));
    }
}

fn has_target() -> bool {
    let output = Command::new(variable("RUSTC"))
        .args(["--print", "sysroot"])
        .output();
    let Ok(output) = output else {
        fail("rustc does not run");
    };
    let sysroot = String::from_utf8_lossy(&output.stdout);
    Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib")
        .is_dir()
}

/// The directory of the compiled modules.
fn build(workspace: &Path) -> PathBuf {
    let target_dir = PathBuf::from(variable("OUT_DIR")).join("adapter");
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .current_dir(workspace)
        .args(["build", "--lib"])
        .args(PACKAGES.map(|(package, _)| format!("--package={package}")))
        .args(["--target", TARGET, "--profile", PROFILE])
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths(workspace));
    for name in FOREIGN_VARIABLES {
        cargo.env_remove(name);
    }
    match cargo.status() {
        Ok(status) if status.success() => {}
        Ok(_) => fail("the adapter does not build: see above"),
        Err(error) => fail(&format!("cargo does not run: {error}")),
    }
    target_dir.join(TARGET).join(PROFILE)
}

/// Compiler flags that keep the paths of this machine out of the module: the
/// same sources give the same bytes everywhere.
fn remapped_paths(workspace: &Path) -> String {
    let mut flags = vec![remap(workspace, "/monaka")];
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    if let Some(cargo_home) = cargo_home {
        flags.push(remap(&cargo_home, "/cargo"));
    }
    flags.join("\u{1f}")
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

fn variable(name: &str) -> String {
    match env::var(name) {
        Ok(value) => value,
        Err(_) => fail(&format!("cargo did not set {name}")),
    }
}

fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    std::process::exit(1)
}
