//! Each function of `wasi:filesystem`, called directly by a component.

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

/// How many cases there are: one that got lost is a failure.
const CASES: usize = 212;

fn cases(program: &Program) -> Result<Vec<String>> {
    let output = run(&mut program.command(&[]), Input::Silent, GUEST_TIMEOUT)?.success()?;
    let (lines, count) = output.trim_end().rsplit_once('\n').context("no lines")?;
    assert!(count.starts_with(&format!("{CASES} cases, ")), "{count}");
    Ok(lines.lines().map(str::to_string).collect())
}

fn failed(lines: &[String]) -> Vec<&String> {
    lines
        .iter()
        .filter(|line| line.starts_with("FAIL "))
        .collect()
}

#[test]
fn composed() -> Result<()> {
    let program = Program::compose(&app::rust("conformance", Target::P2)?, [""; 0])?;
    let lines = cases(&program)?;
    let failed = failed(&lines);
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("ok ")).count(),
        CASES
    );
    Ok(())
}

/// The runtime's own filesystem on a tmpfs, for comparison: what it does
/// differently is printed (`--nocapture`) and judged by nobody.
#[test]
fn preopened_for_information() -> Result<()> {
    let program = Program::preopen(&app::rust("conformance", Target::P2)?)?;
    println!("{:#?}", failed(&cases(&program)?));
    Ok(())
}
