//! Programs as they are, on the filesystem of `monaka run`: they must print the
//! same as natively on a tmpfs.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::{Program, monaka};
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};
use monaka_testkit::{assert_same_text, repository, tools};

/// What `monaka run OPTIONS APP ARGS` prints.
fn printed(options: &[&str], app: &Path, args: &[&str]) -> Result<String> {
    let mut command = Command::new(monaka());
    command.arg("run").args(options).arg(app).args(args);
    run(&mut command, Input::Empty, GUEST_TIMEOUT)?.success()
}

/// What a native program prints in an empty directory.
fn native(command: &mut Command, args: &[&str]) -> Result<String> {
    run_in_empty_dir(command, args, Input::Empty)?
        .success()
        .context("native")
}

fn rust(name: &str, target: Target) -> Result<()> {
    let expected = native(&mut Command::new(app::rust(name, Target::Native)?), &[])?;
    let actual = printed(&[], &app::rust(name, target)?, &["/"])?;
    assert_same_text(&actual, &expected, &format!("{name} for {target:?}"));
    Ok(())
}

macro_rules! rust {
    ($($test:ident: $name:literal $target:ident;)*) => {$(
        #[test]
        fn $test() -> Result<()> {
            rust($name, Target::$target)
        }
    )*};
}

rust! {
    files_p1: "files" P1;
    files_p2: "files" P2;
    unlinked_p1: "unlinked" P1;
    unlinked_p2: "unlinked" P2;
    sparse_p1: "sparse" P1;
    sparse_p2: "sparse" P2;
    many_p1: "many" P1;
    many_p2: "many" P2;
    ambient_p1: "ambient" P1;
    ambient_p2: "ambient" P2;
}

#[test]
fn c() -> Result<()> {
    for name in ["posix.c", "paths.c"] {
        let source = repository().join("tests/apps/c").join(name);
        let expected = native(&mut Command::new(app::c(&source, Target::Native)?), &[])?;
        let actual = printed(&[], &app::c(&source, Target::P1)?, &["/"])?;
        assert_same_text(&actual, &expected, name);
    }
    Ok(())
}

#[test]
fn go() -> Result<()> {
    let source = repository().join("tests/apps/go");
    let mut command = Command::new(app::go(&source, Target::Native)?);
    let args = ["one", "two words"];
    let expected = native(command.env("MONAKA_TEST", "set"), &args)?;
    let app = app::go(&source, Target::P1)?;
    let actual = printed(&["--env=MONAKA_TEST=set"], &app, &["/", "one", "two words"])?;
    assert_same_text(&actual, &expected, "main.go");
    Ok(())
}

#[test]
fn sqlite() -> Result<()> {
    let expected = native(&mut Command::new(app::sqlite(Target::Native)?), &[])?;
    let actual = printed(&[], &app::sqlite(Target::P1)?, &["/"])?;
    assert_same_text(&actual, &expected, "sqlite");
    Ok(())
}

#[test]
fn python() -> Result<()> {
    let source = repository().join("tests/apps/python");
    let expected = native(tools::python()?.arg(source.join("native.py")), &[])?;
    let actual = printed(&[], &app::python(&source)?, &[])?;
    assert_same_text(&actual, &expected, "native.py");
    Ok(())
}

#[test]
fn javascript() -> Result<()> {
    let app = app::javascript(&repository().join("tests/apps/javascript"))?;
    let expected = Program::preopen(&app)?.run(&[])?.success()?;
    assert_same_text(&printed(&[], &app, &[])?, &expected, "app.js");
    Ok(())
}
