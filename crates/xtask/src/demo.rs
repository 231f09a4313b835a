//! `cargo xtask demo`: what a newcomer sees first.

use crate::{cargo, exec, install_targets, on_path, repository, shown};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds `examples/walk` and the tool, composes the one with the other, and
/// runs the result on the `wasmtime` of PATH, or on the engine in the tool.
pub(crate) fn run() -> Result<()> {
    install_targets()?;
    let stock = on_path("wasmtime");
    step("a program that uses std::fs", &mut build_program())?;
    if !stock {
        println!(
            "\nThere is no `wasmtime` on PATH: the tool is built with an engine inside.\n\
             That takes some minutes, once."
        );
    }
    step("the tool", &mut build_tool(stock))?;

    let directory = repository().join("target/apps");
    let here = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(&directory);
        command
    };
    let monaka = repository()
        .join("target/release")
        .join(executable("monaka"));
    step(
        "one file: the program, a filesystem, and the directory `data` in it",
        here(&monaka)
            .args(["compose", "wasm32-wasip2/release/walk.wasm"])
            .args(["--embed", "../../examples/walk/data", "-o", "demo.wasm"]),
    )?;
    step(
        "what is inside",
        here(&monaka).args(["inspect", "demo.wasm"]),
    )?;
    let engine = if stock {
        Path::new("wasmtime")
    } else {
        &monaka
    };
    step(
        "it runs without any directory of the host",
        here(engine).args(["run", "demo.wasm"]),
    )
}

/// Shows a command and runs it.
fn step(what: &str, command: &mut Command) -> Result<()> {
    println!("\n# {what}\n$ {}", shown(command));
    exec(command)
}

fn build_program() -> Command {
    let mut command = cargo();
    command
        .args(["build", "--quiet", "--release", "--target=wasm32-wasip2"])
        .args(["--manifest-path", "examples/walk/Cargo.toml"])
        .args(["--target-dir", "target/apps"]);
    command
}

fn build_tool(stock: bool) -> Command {
    let mut command = cargo();
    command.args(["build", "--quiet", "--release", "--package=monaka-cli"]);
    command.args(["--target-dir", "target"]);
    if stock {
        command.arg("--no-default-features");
    }
    command
}

fn executable(name: &str) -> PathBuf {
    Path::new(name).with_extension(std::env::consts::EXE_EXTENSION)
}
