//! Each function of `wasi:filesystem`, called directly by a component.

use std::fs;

use anyhow::{Context, Result};
use monaka_conformance::{CASES, COMPOSED_CASES, READ_ONLY_CASES};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

/// What the component runs without arguments.
const ALL_CASES: usize = CASES + COMPOSED_CASES;

fn cases(program: &Program, args: &[&str], count: usize) -> Result<Vec<String>> {
    let output = run(
        program.command(&[]).args(args),
        Input::Silent,
        GUEST_TIMEOUT,
    )?
    .success()?;
    let (lines, total) = output.trim_end().rsplit_once('\n').context("no lines")?;
    assert!(total.starts_with(&format!("{count} cases, ")), "{total}");
    Ok(lines.lines().map(str::to_string).collect())
}

fn failed(lines: &[String]) -> Vec<&String> {
    lines
        .iter()
        .filter(|line| line.starts_with("FAIL "))
        .collect()
}

fn assert_all_ok(lines: &[String], count: usize) {
    let failed = failed(lines);
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("ok ")).count(),
        count
    );
}

#[test]
fn composed() -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, [""; 0])?;
    let lines = cases(&program, &[], ALL_CASES)?;
    assert_all_ok(&lines, ALL_CASES);
    let composed = lines
        .iter()
        .filter(|line| line.starts_with("ok composed::"));
    assert_eq!(composed.count(), COMPOSED_CASES);
    Ok(())
}

#[test]
fn read_only() -> Result<()> {
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("file"), "content\n")?;
    std::os::unix::fs::symlink("file", dir.path().join("link"))?;
    fs::create_dir_all(dir.path().join("dir/inner"))?;
    let embed = format!("{}:/", dir.path().display());
    let app = app::rust("conformance", Target::P2)?;
    let program = Program::compose(&app, ["--embed", &embed, "--read-only", "/"])?;
    assert_all_ok(
        &cases(&program, &["read-only"], READ_ONLY_CASES)?,
        READ_ONLY_CASES,
    );
    Ok(())
}

/// The runtime's own filesystem on a tmpfs, for comparison: what it does
/// differently is printed (`--nocapture`) and judged by nobody.
#[test]
fn preopened_for_information() -> Result<()> {
    let program = Program::preopen(&app::rust("conformance", Target::P2)?)?;
    println!("{:#?}", failed(&cases(&program, &[], ALL_CASES)?));
    Ok(())
}
