//! The portable form on a second engine: jco turns the component into
//! JavaScript and core modules, and Node.js 20 runs those. The output is what
//! the same program prints natively.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};
use monaka_testkit::{assert_same_text, repository, tools};

use crate::embedded;

fn same_as_native(native: &Path, app: &Path) -> Result<()> {
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?.success()?;
    let program = Program::compose(app, crate::PORTABLE)?;
    let output = run_on_node(&program, &["/"])?;
    assert_same_text(&output, &expected, &app.display().to_string());
    Ok(())
}

fn run_on_node(program: &Program, args: &[&str]) -> Result<String> {
    let mut command = tools::jco_on_node_20()?;
    command.arg("run").arg(program.wasm()).args(args);
    run(&mut command, Input::Empty, GUEST_TIMEOUT)?.success()
}

fn rust(name: &str, target: Target) -> Result<()> {
    same_as_native(&app::rust(name, Target::Native)?, &app::rust(name, target)?)
}

#[test]
fn rust_p1() -> Result<()> {
    rust("files", Target::P1)
}

#[test]
fn rust_p2() -> Result<()> {
    rust("files", Target::P2)
}

#[test]
fn rust_with_many_files() -> Result<()> {
    rust("many", Target::P2)
}

#[test]
fn c() -> Result<()> {
    let source = repository().join("tests/apps/c/posix.c");
    same_as_native(
        &app::c(&source, Target::Native)?,
        &app::c(&source, Target::P1)?,
    )
}

#[test]
fn sqlite() -> Result<()> {
    same_as_native(&app::sqlite(Target::Native)?, &app::sqlite(Target::P1)?)
}

#[test]
fn go() -> Result<()> {
    let source = repository().join("tests/apps/go");
    same_as_native(
        &app::go(&source, Target::Native)?,
        &app::go(&source, Target::P1)?,
    )
}

/// On this engine a preopened directory is nothing to compare with: what jco
/// gives a program of the host's files is not what wasmtime gives.
#[test]
fn javascript() -> Result<()> {
    let app = app::javascript(&repository().join("tests/apps/javascript"))?;
    let expected = Program::preopen(&app)?.run(&[])?.success()?;
    let program = Program::compose(&app, crate::PORTABLE)?;
    assert_same_text(&run_on_node(&program, &[])?, &expected, "app.js");
    Ok(())
}

#[test]
fn embedded() -> Result<()> {
    let dir = embedded::fixture()?;
    let program = embedded::embed(dir.path(), "/", &[], crate::PORTABLE)?;
    for mode in ["list", "change"] {
        let output = run_on_node(&program, &[mode, "/"])?;
        let expected = embedded::native(mode, dir.path())?;
        assert_same_text(&output, &expected, mode);
    }
    Ok(())
}
