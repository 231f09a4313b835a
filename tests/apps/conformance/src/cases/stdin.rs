//! The host's input beside files. Stdin holds lines of eight bytes, `0000000\n`
//! and so on; each case takes on where the one before it stopped.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::lab::*;
use crate::wasi::cli::{stdin, stdout};

super::cases![
    read,
    skip,
    readiness,
    splice,
    blocking_splice,
    splice_onto_the_end,
    splice_to_stdout,
    drop_and_get_again,
    rest,
    splice_at_the_end,
];

/// Bytes of stdin that were taken so far.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// The next `len` bytes, as they have to be.
fn next(len: usize) -> Vec<u8> {
    let from = TAKEN.fetch_add(len, Ordering::Relaxed);
    let byte = |at: usize| format!("{:07}\n", at / 8).as_bytes()[at % 8];
    (from..from + len).map(byte).collect()
}

fn read(_: &Lab) -> Outcome {
    let stdin = stdin::get_stdin();
    let mut bytes = Vec::new();
    while bytes.len() < 1000 {
        bytes.extend(told(stdin.blocking_read(1000 - bytes.len() as u64))?);
    }
    same("nothing", told(stdin.read(0))?, vec![])?;
    holds("content", bytes == next(1000))
}

fn skip(_: &Lab) -> Outcome {
    let stdin = stdin::get_stdin();
    let mut skipped = 0;
    while skipped < 77 {
        skipped += told(stdin.blocking_skip(77 - skipped))?;
    }
    next(77);
    read(&Lab::of_root()?)
}

fn readiness(lab: &Lab) -> Outcome {
    let (stdin, file) = (stdin::get_stdin(), lab.input("file", b"x")?);
    let (host, own) = (stdin.subscribe(), file.subscribe());
    host.block();
    let mut ready = poll(&[&host, &own, &host]);
    ready.sort_unstable();
    same("polled", ready, vec![0, 1, 2])
}

/// As programs do it: wait for both sides, then move what is there.
fn splice(lab: &Lab) -> Outcome {
    let (stdin, to) = (stdin::get_stdin(), lab.output("to")?);
    let mut left = 10_001;
    while left > 0 {
        stdin.subscribe().block();
        to.subscribe().block();
        left -= told(to.splice(&stdin, left))?;
    }
    to.blocking_flush()?;
    holds("content", lab.content("to")? == next(10_001))
}

fn fill(to: &OutputStream, mut left: u64) -> Outcome {
    let stdin = stdin::get_stdin();
    while left > 0 {
        let moved = told(to.blocking_splice(&stdin, left))?;
        holds(
            "some, and no more than asked for",
            (1..=left).contains(&moved),
        )?;
        left -= moved;
    }
    Ok(to.blocking_flush()?)
}

fn blocking_splice(lab: &Lab) -> Outcome {
    fill(&lab.output("to")?, 150_000)?;
    holds("content", lab.content("to")? == next(150_000))
}

fn splice_onto_the_end(lab: &Lab) -> Outcome {
    lab.put("to", b"start ")?;
    let file = lab.file("to")?;
    fill(&file.append_via_stream()?, 100)?;
    holds("start", file.read(6, 0)?.0 == b"start ")?;
    holds("content", file.read(200, 6)?.0 == next(100))
}

/// From host to host, with files open.
fn splice_to_stdout(lab: &Lab) -> Outcome {
    let _file = lab.input("file", b"x")?;
    let line = 8 - TAKEN.load(Ordering::Relaxed) % 8;
    fill(&stdout::get_stdout(), line as u64)?;
    next(line);
    Ok(())
}

fn drop_and_get_again(lab: &Lab) -> Outcome {
    for i in 0..50 {
        let (stdin, file) = (stdin::get_stdin(), lab.input(&format!("{i}"), b"x")?);
        drop(stdin.subscribe());
        drop(file.subscribe());
        drop((stdin, file));
    }
    read(lab)
}

fn rest(_: &Lab) -> Outcome {
    let stdin = stdin::get_stdin();
    let rest = drain(&stdin)?;
    same(
        "whole lines",
        (TAKEN.load(Ordering::Relaxed) + rest.len()) % 8,
        0,
    )?;
    holds("content", rest == next(rest.len()))
}

/// The end of stdin closes no file.
fn splice_at_the_end(lab: &Lab) -> Outcome {
    let (stdin, to) = (stdin::get_stdin(), lab.output("to")?);
    same("splice", told(to.splice(&stdin, 10)), Err(None))?;
    same("blocking", told(to.blocking_splice(&stdin, 10)), Err(None))?;
    write_all(&to, b"x")?;
    same("content", lab.content("to")?, b"x".to_vec())
}
