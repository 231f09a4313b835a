//! The random operations, on the core.

use std::collections::BTreeSet;

use monaka_conformance::driver;
use monaka_conformance::files::{self, WallClock};

const OPERATIONS: u64 = 4_000;

fn trace(seed: u64) -> Vec<String> {
    trace_with(seed, WallClock::Costly)
}

fn trace_with(seed: u64, clock: WallClock) -> Vec<String> {
    files::mount_with(clock).unwrap();
    let mut lines = Vec::new();
    driver::run(seed, OPERATIONS, &mut |line| lines.push(line.to_string()));
    assert_eq!(files::check(), Ok(()), "seed {seed}");
    assert_eq!(files::handles_open(), 0, "seed {seed}");
    lines
}

/// Else a comparison of two links would find what is not there.
#[test]
fn a_seed_gives_the_same_trace_again() {
    for seed in 0..4 {
        assert!(trace(seed) == trace(seed), "seed {seed}");
    }
}

/// What is settled late is settled as if it had been at once.
#[test]
fn a_costly_clock_changes_no_result() {
    for seed in 0..4 {
        let cheap = trace_with(seed, WallClock::Cheap);
        for (costly, cheap) in trace(seed).iter().zip(&cheap) {
            assert_eq!(costly, cheap, "seed {seed}");
        }
    }
}

/// Else it would find nothing: each function succeeds, and fails if it can.
#[test]
fn every_function_succeeds_and_fails() {
    let (mut ok, mut failed) = (BTreeSet::new(), BTreeSet::new());
    for line in (0..4).flat_map(trace) {
        if let Some((function, result)) = parse(&line) {
            let outcome = if is_error(result) {
                &mut failed
            } else {
                &mut ok
            };
            outcome.insert(function.to_string());
        }
    }
    let missing = |from: &[&'static str], found: &BTreeSet<String>| {
        let missing = from.iter().filter(|function| !found.contains(**function));
        missing.copied().collect::<Vec<_>>()
    };
    assert_eq!(missing(MAY_FAIL, &failed), [""; 0]);
    assert_eq!(missing(MAY_FAIL, &ok), [""; 0]);
    assert_eq!(missing(NEVER_FAIL, &ok), [""; 0]);
    assert_eq!(missing(TELL_ERRORS, &failed), [""; 0]);
}

/// The function and the result of a line `INDEX HANDLE.FUNCTION(...) = RESULT`.
fn parse(line: &str) -> Option<(&str, &str)> {
    let (call, result) = line.rsplit_once(" = ")?;
    let (called, _) = call.split_once('(')?;
    Some((called.rsplit([' ', '.']).next()?, result))
}

fn is_error(result: &str) -> bool {
    let code = result.split(' ').next().unwrap_or(result);
    ERRORS.contains(&code)
}

/// The error codes that there are, and the end of a stream.
const ERRORS: &[&str] = &[
    "bad-descriptor",
    "busy",
    "closed",
    "exist",
    "file-too-large",
    "insufficient-space",
    "invalid",
    "is-directory",
    "loop",
    "name-too-long",
    "no-entry",
    "not-directory",
    "not-empty",
    "not-permitted",
    "read-only",
    "too-many-links",
    "unsupported",
];

const MAY_FAIL: &[&str] = &[
    "append-via-stream",
    "blocking-read",
    "blocking-skip",
    "blocking-splice",
    "blocking-write-and-flush",
    "blocking-write-zeroes-and-flush",
    "create-directory-at",
    "link-at",
    "metadata-hash-at",
    "open-at",
    "read",
    "read-directory",
    "read-via-stream",
    "readlink-at",
    "remove-directory-at",
    "rename-at",
    "set-size",
    "set-times",
    "set-times-at",
    "skip",
    "splice",
    "stat-at",
    "symlink-at",
    "unlink-file-at",
    "write",
    "write-via-stream",
    "write-zeroes",
];

const NEVER_FAIL: &[&str] = &[
    "advise",
    "block",
    "blocking-flush",
    "check-write",
    "drop",
    "flush",
    "get-directories",
    "get-flags",
    "get-type",
    "is-same-object",
    "metadata-hash",
    "poll",
    "read-directory-entry",
    "ready",
    "stat",
    "subscribe",
    "subscribe-duration",
    "subscribe-instant",
    "sync",
    "sync-data",
];

/// What they succeed with is a code.
const TELL_ERRORS: &[&str] = &["filesystem-error-code", "to-debug-string"];
