//! Files beside the host's own streams, which only a composed program has. The
//! test leaves stdin open and silent.

use crate::lab::*;
use crate::wasi::cli::{stdin, stdout};
use crate::wasi::clocks::monotonic_clock;

super::cases![file_beside_stdin, stdout_is_ready, splice_to_stdout];

const MILLISECOND: u64 = 1_000_000;

fn reader(lab: &Lab, content: &[u8]) -> Outcome<InputStream> {
    lab.put("file", content)?;
    Ok(lab.open("file", NONE, READ)?.read_via_stream(0)?)
}

fn file_beside_stdin(lab: &Lab) -> Outcome {
    let stream = reader(lab, b"x")?;
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

fn splice_to_stdout(lab: &Lab) -> Outcome {
    let stream = reader(lab, b"(this line was spliced)\n")?;
    let stdout = stdout::get_stdout();
    let mut moved = 0;
    while moved < 24 {
        moved += told(stdout.blocking_splice(&stream, 24 - moved))?;
    }
    Ok(stdout.blocking_flush()?)
}
