//! Each example, as its README says, against its `expected.txt`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::{assert_same_text, repository};

fn example(name: &str) -> PathBuf {
    repository().join("examples").join(name)
}

fn assert_as_expected(name: &str, program: &Program) -> Result<()> {
    let expected = fs::read_to_string(example(name).join("expected.txt"))?;
    assert_same_text(&program.run(&[])?.success()?, &expected, name);
    Ok(())
}

#[test]
fn basic() -> Result<()> {
    let program = Program::compose(&app::example("basic", Target::P2)?, [""; 0])?;
    assert_as_expected("basic", &program)
}

#[test]
fn walk() -> Result<()> {
    let data = example("walk").join("data");
    let app = app::example("walk", Target::P2)?;
    let program = Program::compose(&app, ["--embed".into(), data.into_os_string()])?;
    assert_as_expected("walk", &program)?;
    // The file keeps what was embedded: a second run starts from it again.
    assert_as_expected("walk", &program)
}

#[test]
fn c() -> Result<()> {
    let app = app::c(&example("c").join("main.c"), Target::P1)?;
    assert_as_expected("c", &Program::compose(&app, [""; 0])?)
}

#[test]
fn none_is_forgotten() -> Result<()> {
    let names = fs::read_dir(repository().join("examples"))?
        .map(|entry| entry.map(|entry| (entry.path().is_dir(), entry.file_name())))
        .collect::<Result<Vec<_>, _>>()?;
    let names: BTreeSet<_> = names
        .into_iter()
        .filter(|(is_dir, _)| *is_dir)
        .map(|(_, name)| name)
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["basic", "c", "walk"].map(Into::into)),
        "examples that a test must run"
    );
    Ok(())
}
