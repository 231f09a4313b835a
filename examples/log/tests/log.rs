//! The example, run as its README says.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

const PROGRAMS: usize = 32;
const LINES: u32 = 500;

#[test]
fn no_line_is_lost_or_torn_and_each_program_keeps_its_order() -> Result<()> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-log"));
    host.arg(app::example_guest("log", "log-guest", Target::P2)?);
    let log = run(&mut host, Input::Empty, GUEST_TIMEOUT)?.success()?;

    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for line in log.lines() {
        let (name, number) = line
            .split_once(' ')
            .with_context(|| format!("torn: {line:?}"))?;
        let last = last.entry(name).or_default();
        assert_eq!(number.parse::<u32>()?, *last + 1, "{name}");
        *last += 1;
    }
    let names: Vec<String> = (1..=PROGRAMS)
        .map(|number| format!("program-{number}"))
        .collect();
    let expected: BTreeMap<&str, u32> = names.iter().map(|name| (name.as_str(), LINES)).collect();
    assert_eq!(last, expected);
    Ok(())
}

#[test]
fn a_program_that_is_not_there_is_named() -> Result<()> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-log"));
    host.arg("/nowhere.wasm");
    let outcome = run(&mut host, Input::Empty, GUEST_TIMEOUT)?;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("/nowhere.wasm"),
        "{}",
        outcome.stderr
    );
    Ok(())
}
