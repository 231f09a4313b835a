//! Random operations on files give the same results however a program is
//! linked, and the same as the core directly.
//!
//! A difference is printed with its seed and operation. To see what led to it:
//! `cargo run -p monaka-conformance --example trace SEED OPERATIONS`.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use monaka_conformance::{driver, files};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::process::Outcome;

/// How a program may be linked, and the options for it.
const FORMS: &[(&str, &[&str])] = &[
    ("component", crate::COMPONENT),
    ("fused", crate::FUSED),
    ("portable", crate::PORTABLE),
];

const OPERATIONS: u64 = 3_000;
/// Seeds of every run. Others, never the same, follow while there is time.
const SEEDS: std::ops::Range<u64> = 0..3;

/// `MONAKA_DIFFERENTIAL_SECONDS` searches longer.
fn time_for_more() -> Duration {
    let seconds = std::env::var("MONAKA_DIFFERENTIAL_SECONDS");
    let seconds = seconds.ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(20))
}

#[test]
fn every_link_does_what_the_core_does() -> Result<()> {
    let app = app::rust("differential", Target::P2)?;
    let programs = FORMS.iter().map(|(form, options)| {
        let program = Program::compose(&app, *options)?;
        Ok((*form, program))
    });
    let programs = programs.collect::<Result<Vec<_>>>()?;
    for seed in SEEDS {
        compare(seed, &programs)?;
    }
    let start = Instant::now();
    while start.elapsed() < time_for_more() {
        compare(RandomState::new().hash_one(()), &programs)?;
    }
    Ok(())
}

fn compare(seed: u64, programs: &[(&str, Program)]) -> Result<()> {
    println!("seed {seed}");
    let expected = on_the_core(seed)?;
    for (form, program) in programs {
        let outcome = program.run(&[&seed.to_string(), &OPERATIONS.to_string()])?;
        same(&expected, &outcome).with_context(|| format!("seed {seed}, {form} link"))?;
    }
    Ok(())
}

fn on_the_core(seed: u64) -> Result<Vec<String>> {
    files::mount()?;
    let mut lines = Vec::new();
    driver::run(seed, OPERATIONS, &mut |line| lines.push(line.to_string()));
    Ok(lines)
}

/// Compares line by line, also those of a program that failed in the middle.
fn same(expected: &[String], outcome: &Outcome) -> Result<()> {
    let mut actual = outcome.stdout.lines();
    for expected in expected {
        let actual = actual.next().unwrap_or("the program ended");
        ensure!(
            actual == expected,
            "\n    core: {expected}\n  linked: {actual}\n{}",
            outcome.stderr
        );
    }
    ensure!(actual.next().is_none(), "more lines than expected");
    ensure!(outcome.code == Some(0), "{}", outcome.stderr);
    Ok(())
}
