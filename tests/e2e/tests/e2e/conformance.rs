//! Each function of `wasi:filesystem`, called directly by a component.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use monaka_conformance::{
    CASES, COMPOSED_CASES, CROWD_CASES, FULL_CASES, LONG_CASES, READ_ONLY_CASES, STDIN_CASES,
};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};
use monaka_testkit::tools;

/// What the component runs without arguments.
const ALL_CASES: usize = CASES + COMPOSED_CASES;

/// What the suite prints about each of its cases.
fn cases(program: &Program, args: &[&str], input: Input) -> Result<Vec<String>> {
    let output = run(program.command(&[]).args(args), input, GUEST_TIMEOUT)?.success()?;
    parse(&output)
}

fn parse(output: &str) -> Result<Vec<String>> {
    let (lines, total) = output.trim_end().rsplit_once('\n').context("no lines")?;
    let cases = lines.lines().filter(|line| verdict(line).is_some());
    let cases: Vec<_> = cases.map(str::to_string).collect();
    assert!(
        total.starts_with(&format!("{} cases, ", cases.len())),
        "{total}"
    );
    Ok(cases)
}

/// Whether a case failed; `None` for what else is printed.
fn verdict(line: &str) -> Option<bool> {
    match line.split_once(' ')?.0 {
        "ok" => Some(true),
        "FAIL" => Some(false),
        _ => None,
    }
}

fn failed(lines: &[String]) -> Vec<&String> {
    let failed = lines.iter().filter(|line| verdict(line) == Some(false));
    failed.collect()
}

fn assert_all_ok(lines: &[String], count: usize) {
    assert_eq!(failed(lines), [""; 0]);
    assert_eq!(lines.len(), count);
}

/// Everything, and nothing of it lost.
fn all(form: &[&str]) -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, form)?;
    let lines = cases(&program, &[], Input::Silent)?;
    assert_all_ok(&lines, ALL_CASES);
    let composed = lines.iter().filter(|line| line.contains(" composed::"));
    assert_eq!(composed.count(), COMPOSED_CASES);
    Ok(())
}

fn stdin(form: &[&str]) -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, form)?;
    let lines: String = (0..50_000).map(|line| format!("{line:07}\n")).collect();
    let lines = cases(&program, &["stdin"], Input::Pipe(lines.into_bytes()))?;
    assert_all_ok(&lines, STDIN_CASES);
    Ok(())
}

fn long(form: &[&str]) -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, form)?;
    let lines = cases(&program, &["long"], Input::Empty)?;
    assert_all_ok(&lines, LONG_CASES);
    Ok(())
}

fn crowd(form: &[&str]) -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, form)?;
    let lines = cases(&program, &["crowd"], Input::Empty)?;
    assert_all_ok(&lines, CROWD_CASES);
    Ok(())
}

fn full(form: &[&str]) -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, form)?;
    let program = program.command(&[]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$@\" full >/dev/full", "sh"])
        .arg(program.get_program())
        .args(program.get_args());
    let outcome = run(&mut command, Input::Empty, GUEST_TIMEOUT)?;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_all_ok(&parse(&outcome.stderr)?, FULL_CASES);
    Ok(())
}

fn read_only(form: &[&str]) -> Result<()> {
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("file"), "content\n")?;
    std::os::unix::fs::symlink("file", dir.path().join("link"))?;
    fs::create_dir_all(dir.path().join("dir/inner"))?;
    let embed = format!("{}:/", dir.path().display());
    let app = app::rust("conformance", Target::P2)?;
    let options = [form, &["--embed", &embed, "--read-only", "/"]].concat();
    let program = Program::compose(&app, options)?;
    let lines = cases(&program, &["read-only"], Input::Silent)?;
    assert_all_ok(&lines, READ_ONLY_CASES);
    Ok(())
}

for_each_link! {
    all;
    stdin;
    full;
    long;
    read_only;
}

#[test]
fn fused_crowd() -> Result<()> {
    crowd(crate::FUSED)
}

#[test]
fn portable_crowd() -> Result<()> {
    crowd(crate::PORTABLE)
}

/// A second engine, without the cases that need its stdin and stdout: what is
/// ready there is no matter of files.
#[test]
fn on_node() -> Result<()> {
    let app = app::rust("conformance", Target::P2)?;
    let program = Program::compose(&app, crate::PORTABLE)?;
    for (suite, count) in [
        ("everywhere", CASES),
        ("long", LONG_CASES),
        ("crowd", CROWD_CASES),
    ] {
        let mut command = tools::jco_on_node_20()?;
        command.arg("run").arg(program.wasm()).arg(suite);
        let output = run(&mut command, Input::Empty, GUEST_TIMEOUT)?.success()?;
        assert_all_ok(&parse(&output)?, count);
    }
    Ok(())
}

/// The runtime's own filesystem on a tmpfs, for comparison: what it does
/// differently is printed (`--nocapture`) and judged by nobody. Cases for which
/// it may trap are left out.
#[test]
fn preopened_for_information() -> Result<()> {
    let program = Program::preopen(&app::rust("conformance", Target::P2)?)?;
    let lines = cases(&program, &["strict"], Input::Silent)?;
    println!("{:#?}", failed(&lines));
    Ok(())
}
