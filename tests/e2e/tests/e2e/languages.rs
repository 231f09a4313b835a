//! Programs that are not Rust.

use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::engine::Grant;
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};
use monaka_testkit::{assert_same_text, repository, tools};

for_each_link! {
    c;
    c_paths;
    go;
    sqlite;
    python;
    javascript;
}

fn c(link: &[&str]) -> Result<()> {
    c_program("posix.c", link)
}

fn c_paths(link: &[&str]) -> Result<()> {
    c_program("paths.c", link)
}

fn c_program(name: &str, link: &[&str]) -> Result<()> {
    let source = repository().join("tests/apps/c").join(name);
    let native = app::c(&source, Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?.success()?;
    let program = Program::compose(&app::c(&source, Target::P1)?, link)?;
    assert_same_text(&program.run(&["/"])?.success()?, &expected, name);
    Ok(())
}

fn go(link: &[&str]) -> Result<()> {
    let source = repository().join("tests/apps/go");
    let mut native = Command::new(app::go(&source, Target::Native)?);
    let args = ["one", "two words"];
    native.env("MONAKA_TEST", "set");
    let expected = run_in_empty_dir(&mut native, &args, Input::Empty)?.success()?;
    let program = Program::compose(&app::go(&source, Target::P1)?, link)?;
    let mut command = program.command(&[Grant::Env("MONAKA_TEST=set")]);
    let outcome = run(command.arg("/").args(args), Input::Empty, GUEST_TIMEOUT)?;
    assert_same_text(&outcome.success()?, &expected, "main.go");
    Ok(())
}

fn sqlite(link: &[&str]) -> Result<()> {
    let native = app::sqlite(Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?.success()?;
    let program = Program::compose(&app::sqlite(Target::P1)?, link)?;
    let output = program.run(&["/"])?.success()?;
    assert_same_text(&output, &expected, "sqlite");
    assert!(output.contains("integrity_check = ok\n"), "{output}");
    Ok(())
}

fn python(link: &[&str]) -> Result<()> {
    let source = repository().join("tests/apps/python");
    let mut native = tools::python()?;
    native.arg(source.join("native.py"));
    let expected = run_in_empty_dir(&mut native, &[], Input::Empty)?.success()?;
    let program = Program::compose(&app::python(&source)?, link)?;
    assert_same_text(&program.run(&[])?.success()?, &expected, "native.py");
    Ok(())
}

fn javascript(link: &[&str]) -> Result<()> {
    let app = app::javascript(&repository().join("tests/apps/javascript"))?;
    let expected = Program::preopen(&app)?.run(&[])?.success()?;
    let output = Program::compose(&app, link)?.run(&[])?.success()?;
    assert_same_text(&output, &expected, "app.js");
    assert!(output.contains("same content = true\n"), "{output}");
    Ok(())
}
