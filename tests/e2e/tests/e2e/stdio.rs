//! What is not a file passes through a composed program unchanged.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::engine::Grant;
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, Outcome, run, run_closing_stdout};

const TARGETS: [Target; 2] = [Target::P1, Target::P2];

for_each_link! {
    stdin_from_a_pipe;
    stdin_from_a_file;
    stdin_at_its_end;
    stdin_from_a_slow_producer;
    stdout_that_is_closed;
    stdout_to_a_slow_consumer;
    exit_status_and_both_outputs;
    poll_mixes_files_and_stdin;
    arguments_and_environment;
}

fn stdio(link: &[&str], target: Target, mode: &str, input: Input) -> Result<Outcome> {
    let program = Program::compose(&app::rust("stdio", target)?, link)?;
    run(program.command(&[]).args(["/", mode]), input, GUEST_TIMEOUT)
}

/// Longer than a pipe holds and than one call of any layer takes.
fn long_input() -> Vec<u8> {
    (0..1_000_000_u32)
        .flat_map(|i| [b'a' + (i % 26) as u8])
        .collect()
}

fn stdin_from_a_pipe(link: &[&str]) -> Result<()> {
    for target in TARGETS {
        let outcome = stdio(link, target, "cat", Input::Pipe(long_input()))?;
        assert!(
            outcome.stderr.contains("copied 1000000, after the end 0"),
            "{target:?}: {}",
            outcome.stderr
        );
        assert!(outcome.stdout.as_bytes() == long_input(), "{target:?}");
    }
    Ok(())
}

fn stdin_from_a_file(link: &[&str]) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("input");
    fs::write(&path, long_input())?;
    for target in TARGETS {
        let outcome = stdio(link, target, "cat", Input::File(path.clone()))?;
        assert!(
            outcome.stderr.contains("copied 1000000, after the end 0"),
            "{target:?}: {}",
            outcome.stderr
        );
        assert!(outcome.success()?.as_bytes() == long_input(), "{target:?}");
    }
    Ok(())
}

fn stdin_at_its_end(link: &[&str]) -> Result<()> {
    for target in TARGETS {
        let outcome = stdio(link, target, "cat", Input::Empty)?;
        assert!(
            outcome.stderr.contains("copied 0, after the end 0"),
            "{target:?}: {}",
            outcome.stderr
        );
        assert_eq!(outcome.success()?, "");
    }
    Ok(())
}

fn stdin_from_a_slow_producer(link: &[&str]) -> Result<()> {
    let parts = ["one\n", "two", "\nthree\n"].map(|part| part.as_bytes().to_vec());
    for target in TARGETS {
        let outcome = stdio(
            link,
            target,
            "lines",
            Input::Slow(parts.to_vec(), Duration::from_millis(150)),
        )?;
        assert_eq!(
            outcome.success()?,
            "got one\ngot two\ngot three\none\ntwo\nthree\n",
            "{target:?}"
        );
    }
    Ok(())
}

/// The program sees what it would see uncomposed: an error, not a trap. Which
/// one the two WASI versions and their libraries make of it is theirs to say.
fn stdout_that_is_closed(link: &[&str]) -> Result<()> {
    let closed = |program: &Program| {
        let mut command = program.command(&[]);
        run_closing_stdout(command.args(["/", "flood"]), 10, GUEST_TIMEOUT)
    };
    for target in TARGETS {
        let app = app::rust("stdio", target)?;
        let composed = closed(&Program::compose(&app, link)?)?.stderr;
        assert!(composed.contains("refused: E"), "{target:?}: {composed}");
        assert!(
            composed.contains("files go on: 65536"),
            "{target:?}: {composed}"
        );
        // The engine inside `monaka` runs components only.
        if target == Target::P2 {
            assert_eq!(composed, closed(&Program::preopen(&app)?)?.stderr);
        }
    }
    Ok(())
}

/// Flushing waits for a consumer that is slow, and nothing is lost.
fn stdout_to_a_slow_consumer(link: &[&str]) -> Result<()> {
    for target in TARGETS {
        let program = Program::compose(&app::rust("stdio", target)?, link)?;
        let mut slowly = Command::new("sh");
        let runner = program.command(&[]);
        slowly.args(["-c", r#""$@" | (sleep 1; cat)"#, "sh"]);
        slowly
            .arg(runner.get_program())
            .args(runner.get_args())
            .args(["/", "cat"]);
        let outcome = run(&mut slowly, Input::Pipe(long_input()), GUEST_TIMEOUT)?;
        assert!(outcome.success()?.as_bytes() == long_input(), "{target:?}");
    }
    Ok(())
}

fn exit_status_and_both_outputs(link: &[&str]) -> Result<()> {
    for target in TARGETS {
        let outcome = stdio(link, target, "exit", Input::Empty)?;
        assert_eq!(outcome.code, Some(1), "{target:?}");
        assert_eq!(
            (outcome.stdout.as_str(), outcome.stderr.as_str()),
            ("to stdout\n", "to stderr\n"),
            "{target:?}"
        );
    }
    Ok(())
}

/// One `poll` over stdin, a file and a clock gives exactly those that are ready.
fn poll_mixes_files_and_stdin(link: &[&str]) -> Result<()> {
    let input = || Input::Answer {
        prompt: "write now".into(),
        answer: b"hello\n".to_vec(),
    };
    let native = app::rust("poll", Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], input())?.success()?;
    let program = Program::compose(&app::rust("poll", Target::P2)?, link)?;
    let outcome = run(program.command(&[]).arg("/"), input(), GUEST_TIMEOUT)?;
    monaka_testkit::assert_same_text(&outcome.success()?, &expected, "poll");
    Ok(())
}

fn arguments_and_environment(link: &[&str]) -> Result<()> {
    let program = Program::compose(&app::rust("ambient", Target::P2)?, link)?;
    let mut command = program.command(&[Grant::Env("MONAKA_TEST=passed on")]);
    let output = run(
        command.args(["/", "one", "two words"]),
        Input::Empty,
        GUEST_TIMEOUT,
    )?
    .success()?;
    assert!(
        output.contains("arguments = [\"one\", \"two words\"]\n"),
        "{output}"
    );
    assert!(
        output.contains("MONAKA_TEST = Some(\"passed on\")\n"),
        "{output}"
    );
    Ok(())
}
