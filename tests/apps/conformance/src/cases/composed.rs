//! Files beside the host's own streams, which only a composed program has. The
//! test leaves stdin open and silent.

use crate::lab::*;
use crate::wasi::cli::{stdin, stdout};
use crate::wasi::clocks::monotonic_clock;

super::cases![
    file_beside_stdin,
    file_beside_everything,
    stdout_is_ready,
    stdout_outlives_files,
    splice_to_stdout,
    splice_to_stdout_in_steps,
];

const MILLISECOND: u64 = 1_000_000;

fn file_beside_stdin(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"x")?;
    let stdin = stdin::get_stdin();
    let (silent, file) = (stdin.subscribe(), stream.subscribe());
    same("only the file", poll(&[&file, &silent]), vec![0])?;
    let clock = monotonic_clock::subscribe_duration(10 * MILLISECOND);
    same("only the clock", poll(&[&silent, &clock]), vec![1])
}

fn stdout_is_ready(_: &Lab) -> Outcome {
    let stdout = stdout::get_stdout();
    let pollable = stdout.subscribe();
    pollable.block();
    holds("ready", pollable.ready())
}

/// One list with a pollable of each origin.
fn file_beside_everything(lab: &Lab) -> Outcome {
    let (stdin, stdout) = (stdin::get_stdin(), stdout::get_stdout());
    let (input, output) = (lab.input("from", b"x")?, lab.output("to")?);
    let (future, past) = (
        monotonic_clock::subscribe_duration(3_600_000 * MILLISECOND),
        monotonic_clock::subscribe_instant(0),
    );
    let (silent, writable) = (stdin.subscribe(), stdout.subscribe());
    let (one, two) = (input.subscribe(), output.subscribe());
    past.block();
    writable.block();
    let list = [
        &silent, &one, &future, &past, &two, &writable, &one, &silent,
    ];
    let mut ready = poll(&list);
    ready.sort_unstable();
    same("polled", ready, vec![1, 3, 4, 5, 6])
}

/// Handles of files and of the host come and go without touching each other.
fn stdout_outlives_files(lab: &Lab) -> Outcome {
    let stdout = stdout::get_stdout();
    for i in 0..100 {
        let stream = lab.output(&format!("{i}"))?;
        let (of_file, of_host) = (stream.subscribe(), stdout.subscribe());
        drop(if i % 2 == 0 { of_file } else { of_host });
        let another = stdout::get_stdout();
        holds("permit", told(another.check_write()).is_ok())?;
    }
    stdout.blocking_write_and_flush(b"(stdout is still there)\n")?;
    same("files", names(&lab.dir)?.len(), 100)
}

fn splice_to_stdout(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"(this line was spliced)\n")?;
    let stdout = stdout::get_stdout();
    let mut moved = 0;
    while moved < 24 {
        moved += told(stdout.blocking_splice(&stream, 24 - moved))?;
    }
    same(
        "at the end",
        told(stdout.blocking_splice(&stream, 1)),
        Err(None),
    )?;
    Ok(stdout.blocking_flush()?)
}

/// Without waiting, a few bytes at a time, and none where there are none.
fn splice_to_stdout_in_steps(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"(this one in steps)\n")?;
    let stdout = stdout::get_stdout();
    same("nothing", told(stdout.splice(&stream, 0))?, 0)?;
    let mut moved = 0;
    while moved < 20 {
        stream.subscribe().block();
        stdout.subscribe().block();
        moved += told(stdout.splice(&stream, 3))?;
    }
    Ok(stdout.blocking_flush()?)
}
