//! The tasks of this repository. `cargo xtask` lists them.
//!
//! Each task does its own set-up, so that a fresh clone and a Rust toolchain
//! are enough.

#![forbid(unsafe_code)]

mod demo;
mod panic_audit;
mod shuttle;
mod test;

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo xtask <task>

  demo         build a program, compose it with a directory inside, run it
  test         run every test; installs what the tests need
  panic-audit  check that the adapter cannot panic but where it is allowed to
  shuttle      run threads on one volume in many of their orders
";

/// The targets that guest programs and the adapter are built for.
const WASM_TARGETS: [&str; 3] = ["wasm32-unknown-unknown", "wasm32-wasip1", "wasm32-wasip2"];

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let result = match task.as_deref() {
        Some("demo") => demo::run(),
        Some("test") => test::run(),
        Some("panic-audit") => panic_audit::run(),
        Some("shuttle") => shuttle::run(),
        Some("--help" | "-h" | "help") => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Adds the targets that are missing. A toolchain that rustup does not manage
/// has to have them already.
fn install_targets() -> Result<()> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir"]))?;
    let libraries = PathBuf::from(libraries.trim());
    let rustlib = libraries
        .ancestors()
        .nth(2)
        .context("rustc tells no library directory")?;
    let missing: Vec<&str> = WASM_TARGETS
        .into_iter()
        .filter(|target| !rustlib.join(target).join("lib").is_dir())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    exec(
        Command::new("rustup")
            .args(["target", "add"])
            .args(&missing),
    )
    .with_context(|| format!("the Rust targets {} are missing", missing.join(", ")))
}

/// Whether a program is on PATH.
fn on_path(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|dir| {
            dir.join(name)
                .with_extension(std::env::consts::EXE_EXTENSION)
                .is_file()
        })
    })
}

/// The cargo that runs this task.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository());
    command
}

/// Runs a command in the foreground.
fn exec(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    ensure!(status.success(), "{} failed: {status}", shown(command));
    Ok(())
}

/// What a command prints.
fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!(
            "{} failed: {}",
            shown(command),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A command as a user would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy()
        .into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}
