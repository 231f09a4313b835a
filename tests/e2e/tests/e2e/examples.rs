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

/// What is composed is run above. A host is a package of the workspace, and its tests are its own.
#[test]
fn none_is_forgotten() -> Result<()> {
    let workspace = fs::read_to_string(repository().join("Cargo.toml"))?;
    let is_tested = |name: &str| {
        workspace.contains(&format!("\"examples/{name}\"")) && example(name).join("tests").is_dir()
    };
    let mut untested = BTreeSet::new();
    for entry in fs::read_dir(repository().join("examples"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !is_tested(&name) {
            untested.insert(name);
        }
    }
    assert_eq!(
        untested,
        BTreeSet::from(["basic", "c", "walk"].map(String::from)),
        "examples that a test must run"
    );
    Ok(())
}
