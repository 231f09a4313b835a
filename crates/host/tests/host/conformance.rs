//! The conformance suite, and random operations that are compared with those on the core directly.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use anyhow::{Context, Result, ensure};
use monaka_conformance::{
    CASES, COMPOSED_CASES, CROWD_CASES, LONG_CASES, READ_ONLY_CASES, driver, files,
};
use monaka_host::{Limits, Volume};
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;

use crate::guest::{MODES, Mode, Program};

/// Those that drop a stream before its pollable, or write more than they asked for: there wasmtime-wasi,
/// whose streams and pollables these are, traps. And those that read 16 MiB of a stream at once: see
/// `STREAM_READ_BYTES_MAX`.
const LENIENT_CASES: usize = 9;
/// More handles than wasmtime allows a store by default.
const CROWD: u32 = 150_000;

fn program(name: &str) -> Result<Program> {
    Program::new(&app::rust(name, Target::P2)?)
}

/// What the suite says of each of its cases.
fn suite(mode: Mode, args: &[&str]) -> Result<Vec<String>> {
    let volume = Volume::new(Limits::default())?;
    let view = volume.view().handles_max(CROWD).build()?;
    let outcome = program("conformance")?.run(mode, &view, args);
    ensure!(volume.usage().handles == 0, "handles are left");
    cases(&outcome.success()?)
}

fn cases(output: &str) -> Result<Vec<String>> {
    let (lines, total) = output.trim_end().rsplit_once('\n').context("no lines")?;
    let told = |line: &&str| line.starts_with("ok ") || line.starts_with("FAIL ");
    let lines: Vec<_> = lines.lines().filter(told).map(str::to_string).collect();
    ensure!(
        total.starts_with(&format!("{} cases, ", lines.len())),
        "{total}"
    );
    Ok(lines)
}

fn assert_all_ok(lines: &[String], count: usize) {
    let failed: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("FAIL "))
        .collect();
    assert_eq!(failed, [""; 0]);
    assert_eq!(lines.len(), count);
}

#[test]
fn all() -> Result<()> {
    for mode in MODES {
        assert_all_ok(
            &suite(mode, &["strict"])?,
            CASES + COMPOSED_CASES - LENIENT_CASES,
        );
    }
    Ok(())
}

#[test]
fn long() -> Result<()> {
    assert_all_ok(&suite(Mode::Async, &["long"])?, LONG_CASES);
    Ok(())
}

#[test]
fn crowd() -> Result<()> {
    assert_all_ok(&suite(Mode::Async, &["crowd"])?, CROWD_CASES);
    Ok(())
}

#[test]
fn read_only() -> Result<()> {
    let volume = Volume::new(Limits::default())?;
    volume.write("/file", b"content\n")?;
    volume.create_dir_all("/dir/inner")?;
    volume.symlink("file", "/link")?;
    let view = volume.view().read_only(true).build()?;
    let outcome = program("conformance")?.run(Mode::Async, &view, &["read-only"]);
    assert_all_ok(&cases(&outcome.success()?)?, READ_ONLY_CASES);
    Ok(())
}

const OPERATIONS: u64 = 3_000;
/// Seeds of every run, and one that is never the same.
fn seeds() -> impl Iterator<Item = u64> {
    (0..3).chain([RandomState::new().hash_one(())])
}

/// Random operations give what they give on the core directly.
#[test]
fn random_operations() -> Result<()> {
    for seed in seeds() {
        println!("seed {seed}");
        files::mount()?;
        let mut expected = String::new();
        driver::run_strict(seed, OPERATIONS, &mut |line| {
            expected += line;
            expected.push('\n');
        });
        for mode in MODES {
            let volume = Volume::new(Limits::default())?;
            let view = volume.view().build()?;
            let args = [seed, OPERATIONS].map(|number| number.to_string());
            let [seed, operations] = args.each_ref().map(String::as_str);
            let outcome = program("differential")?.run(mode, &view, &[seed, operations, "strict"]);
            assert_same_text(
                &outcome.success()?,
                &expected,
                &format!("{mode:?}, seed {seed}"),
            );
        }
    }
    Ok(())
}
