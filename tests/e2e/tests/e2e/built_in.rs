//! `monaka run`, also where the other tests use a `wasmtime` on `PATH`.

use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::engine::{Engine, Grant};
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, Outcome, run};

fn run_built_in(name: &str, args: &[&str], input: Input, grants: &[Grant<'_>]) -> Result<Outcome> {
    let program = Program::compose(&app::rust(name, Target::P2)?, [""; 0])?;
    run(
        program.command_on(&Engine::built_in(), grants).args(args),
        input,
        GUEST_TIMEOUT,
    )
}

fn same_as_native(name: &str, grants: &[Grant<'_>]) -> Result<()> {
    let native = app::rust(name, Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?.success()?;
    let actual = run_built_in(name, &["/"], Input::Empty, grants)?.success()?;
    assert_same_text(&actual, &expected, name);
    Ok(())
}

#[test]
fn files() -> Result<()> {
    same_as_native("files", &[])
}

#[test]
fn sockets() -> Result<()> {
    same_as_native("sockets", &[Grant::Network])
}

#[test]
fn stdin() -> Result<()> {
    let outcome = run_built_in("stdio", &["/", "cat"], Input::Pipe(b"piped".to_vec()), &[])?;
    assert_eq!(outcome.success()?, "piped");
    Ok(())
}

#[test]
fn environment() -> Result<()> {
    let grants = [Grant::Env("MONAKA_TEST=passed on")];
    let output = run_built_in("ambient", &["/", "one"], Input::Empty, &grants)?.success()?;
    assert!(
        output.contains("MONAKA_TEST = Some(\"passed on\")\n"),
        "{output}"
    );
    assert!(output.contains("arguments = [\"one\"]\n"), "{output}");
    Ok(())
}

#[test]
fn exit_status() -> Result<()> {
    let outcome = run_built_in("stdio", &["/", "exit"], Input::Empty, &[])?;
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(1), "to stdout\n")
    );
    Ok(())
}
