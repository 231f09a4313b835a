//! A program that lies: made-up handles, pointers out of memory, an allocator
//! that calls back. Each case gives an error code or the trap that the canonical
//! ABI gives, and the filesystem is whole afterwards.
//!
//! The cases, each with its outcome, are in `tests/apps/hostile/cases`, and the
//! program around them, which says what a case is, in `hostile.wat`. What the
//! canonical ABI does is not believed but looked up: the same program runs with
//! the component link, and on the runtime's own filesystem.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use monaka_testkit::compose::Program;
use monaka_testkit::engine::Grant;
use monaka_testkit::process::{self, GUEST_TIMEOUT, Input, Outcome};
use monaka_testkit::repository;
use tempfile::TempDir;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

#[test]
fn fused() -> Result<()> {
    linked(crate::FUSED, |case| &case.fused)
}

#[test]
fn portable() -> Result<()> {
    linked(crate::PORTABLE, |case| &case.fused)
}

#[test]
fn component() -> Result<()> {
    linked(crate::COMPONENT, |case| &case.canonical)
}

/// Where the canonical ABI traps. What it does otherwise is the filesystem's
/// business, and the runtime has another one.
#[test]
fn preopened() -> Result<()> {
    let hostile = Hostile::build()?;
    let program = Program::preopen(&hostile.wasm)?;
    hostile.assert(&program, |case| {
        matches!(case.canonical, Expected::Trap).then_some(&case.canonical)
    })
}

fn linked(form: &[&str], expected: fn(&Case) -> &Expected) -> Result<()> {
    let hostile = Hostile::build()?;
    let program = Program::compose(&hostile.wasm, form)?;
    hostile.assert(&program, |case| Some(expected(case)))
}

/// What a case leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    /// The program ends, in the call that the case is about.
    Trap,
    /// The name of an error code, `ok`, or a number.
    Is(String),
    /// Nothing that can be told.
    Untold,
}

impl Expected {
    fn parse(text: &str) -> Self {
        match text {
            "trap" => Self::Trap,
            "-" => Self::Untold,
            text => Self::Is(text.to_string()),
        }
    }
}

/// A header, and the code that follows it.
#[derive(Debug)]
struct Case {
    name: String,
    /// What the program has for it in its list of kinds.
    kind: u8,
    code: String,
    fused: Expected,
    canonical: Expected,
}

/// What starts the header of a case.
const HEADER: &str = "\n;;= ";

/// The resources, in the order of their numbers in the program.
const KINDS: [&str; 6] = [
    "descriptor",
    "directory",
    "input",
    "output",
    "pollable",
    "error",
];
/// A case that says itself where it gets serious, and one that does so at once.
const ARMS: u8 = 254;
const ARMED: u8 = 255;

impl Case {
    /// Of `NAME [each KIND] = OUTCOME [/ OUTCOME]` and code.
    fn parse(text: &str) -> Result<Self> {
        let (header, code) = text.split_once('\n').context("a case without code")?;
        let (title, outcomes) = header
            .split_once(" = ")
            .with_context(|| format!("no outcome: {header}"))?;
        let (fused, canonical) = outcomes.split_once(" / ").unwrap_or((outcomes, outcomes));
        let (name, kind) = match title.split_once(" each ") {
            Some((name, kind)) => (name, kind_number(kind)?),
            None if code.contains("$arm") => (title, ARMS),
            None => (title, ARMED),
        };
        Ok(Self {
            name: name.to_string(),
            kind,
            code: code.to_string(),
            fused: Expected::parse(fused),
            canonical: Expected::parse(canonical),
        })
    }
}

fn kind_number(kind: &str) -> Result<u8> {
    let number = KINDS.iter().position(|known| *known == kind);
    Ok(number.with_context(|| format!("no kind: {kind}"))? as u8)
}

fn folder() -> PathBuf {
    repository().join("tests/apps/hostile")
}

/// All cases; no two have the same name.
fn cases() -> Result<Vec<Case>> {
    let files = fs::read_dir(folder().join("cases"))?;
    let mut files: Vec<_> = files.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
    files.sort();
    let mut cases = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        for case in text.split(HEADER).skip(1) {
            let case = Case::parse(case).with_context(|| file.display().to_string())?;
            let known = cases.insert(case.name.clone(), case);
            ensure!(known.is_none(), "{known:?} and another");
        }
    }
    Ok(cases.into_values().collect())
}

/// The program, and what it runs.
struct Hostile {
    cases: Vec<Case>,
    wasm: PathBuf,
    _dir: TempDir,
}

impl Hostile {
    fn build() -> Result<Self> {
        let cases = cases()?;
        let dir = tempfile::tempdir()?;
        let wasm = dir.path().join("hostile.wasm");
        fs::write(&wasm, component_of(&module(&cases)?)?)?;
        let _dir = dir;
        Ok(Self { cases, wasm, _dir })
    }

    /// Runs the cases for which something is expected, and fails with all those
    /// that behave otherwise.
    fn assert<'a>(
        &'a self,
        program: &Program,
        expected: impl Fn(&'a Case) -> Option<&'a Expected>,
    ) -> Result<()> {
        let expected: BTreeMap<usize, &Expected> = self
            .cases
            .iter()
            .enumerate()
            .filter_map(|(number, case)| Some((number, expected(case)?)))
            .filter(|(_, expected)| **expected != Expected::Untold)
            .collect();
        ensure!(expected.len() > 100, "only {} cases", expected.len());
        let mut wrong = Vec::new();
        for (number, actual) in run(program, &expected)? {
            if *expected[&number] != actual {
                let name = &self.cases[number].name;
                wrong.push(format!(
                    "{name}: {actual:?} instead of {:?}",
                    expected[&number]
                ));
            }
        }
        ensure!(wrong.is_empty(), "{wrong:#?}");
        Ok(())
    }
}

/// The text of the program with these cases in it.
fn module(cases: &[Case]) -> Result<String> {
    let harness = fs::read_to_string(folder().join("hostile.wat"))?;
    let mut text = String::new();
    let mut kinds = String::new();
    for (number, case) in cases.iter().enumerate() {
        text += &format!("(func $case-{number} (type $case)\n{})\n", body(&case.code));
        kinds += &format!("\\{:02x}", case.kind);
    }
    let count = cases.len();
    let all: String = (0..count)
        .map(|number| format!(" $case-{number}"))
        .collect();
    text += &format!("(table {count} funcref)\n(elem (i32.const 0) func{all})\n");
    text += &format!("(data (i32.const 0x400) \"{kinds}\")\n");
    Ok(harness.replace(";; CASES", &text))
}

/// The code without the remarks of the next case.
fn body(code: &str) -> String {
    let lines = code.lines().filter(|line| !line.starts_with(";;"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn component_of(module: &str) -> Result<Vec<u8>> {
    let mut module = wat::parse_str(module)?;
    let mut resolve = Resolve::default();
    resolve.push_dir(repository().join("wit"))?;
    let world = fs::read_to_string(folder().join("world.wit"))?;
    let package = resolve.push_str("world.wit", &world)?;
    let world = resolve.select_world(&[package], Some("hostile"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .module(&module)?
        .validate(true)
        .encode()
}

/// What came of each case: those that are expected to trap in a run of their
/// own, the others one after the other, and those after one that trapped again.
fn run(
    program: &Program,
    expected: &BTreeMap<usize, &Expected>,
) -> Result<BTreeMap<usize, Expected>> {
    let (traps, others): (Vec<_>, Vec<_>) = expected
        .keys()
        .partition(|number| *expected[number] == Expected::Trap);
    let mut outcomes = BTreeMap::new();
    for trap in traps {
        outcomes.extend(run_together(program, &[trap])?);
    }
    let mut left: VecDeque<usize> = others.into();
    while !left.is_empty() {
        let found = run_together(program, left.make_contiguous())?;
        ensure!(!found.is_empty(), "nothing was run");
        left.retain(|number| !found.contains_key(number));
        outcomes.extend(found);
    }
    Ok(outcomes)
}

/// What came of these cases, up to the first that trapped.
fn run_together(program: &Program, numbers: &[usize]) -> Result<BTreeMap<usize, Expected>> {
    let mut command = program.command(&[Grant::Http]);
    command.args(numbers.iter().map(usize::to_string));
    let outcome = process::run(&mut command, Input::Empty, GUEST_TIMEOUT)?;
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    ensure!(!lines.is_empty(), "{outcome:?}");
    let mut found = BTreeMap::new();
    for (number, line) in numbers.iter().zip(&lines) {
        let result = parse(*number, line, &outcome)
            .with_context(|| format!("{line}: {}", outcome.stderr))?;
        found.insert(*number, result);
    }
    Ok(found)
}

/// `NUMBER [armed] OUTCOME WHOLE`, or `NUMBER armed` where the program ended.
fn parse(number: usize, line: &str, outcome: &Outcome) -> Result<Expected> {
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    ensure!(
        words.first() == Some(&number.to_string().as_str()),
        "another case"
    );
    match words[1..] {
        ["armed"] if outcome.code != Some(0) => Ok(Expected::Trap),
        ["armed", result, "0"] | [result, "0"] => Ok(Expected::Is(word(result.parse()?))),
        ["armed", _, whole] | [_, whole] => Ok(Expected::Is(format!(
            "the filesystem is not whole ({whole})"
        ))),
        _ => bail!("it ended before it got serious"),
    }
}

/// What an outcome of the program means.
fn word(outcome: usize) -> String {
    match outcome {
        0 => "ok".to_string(),
        200 => "closed".to_string(),
        201 => "failed".to_string(),
        300 => "not alike".to_string(),
        1000.. => (outcome - 1000).to_string(),
        code => error_code(code - 1).unwrap_or_else(|| format!("outcome {code}")),
    }
}

/// The name that WIT has for an `error-code`.
fn error_code(number: usize) -> Option<String> {
    let wit = fs::read_to_string(repository().join("wit/deps/filesystem.wit")).ok()?;
    let (_, codes) = wit.split_once("enum error-code {")?;
    let (codes, _) = codes.split_once('}')?;
    let names = codes
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_suffix(','))
        .filter(|line| !line.starts_with("///"));
    names.map(str::to_string).nth(number)
}

#[test]
fn the_words_are_those_of_the_program() {
    assert_eq!(error_code(3).as_deref(), Some("bad-descriptor"));
    assert_eq!(error_code(36).as_deref(), Some("cross-device"));
    assert_eq!(error_code(37), None);
}
