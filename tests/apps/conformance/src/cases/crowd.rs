//! More handles at one time than there may be. Not for two components: there
//! wasmtime itself ends a program with more than 100 000 handles.

use crate::lab::*;

super::cases![descriptors, streams, pollables, errors];

/// More than any table of handles has places.
const MANY: u32 = 270_000;

/// Opens until there is no place, and tells how often.
fn fill<T>(open: impl Fn() -> Result<T, ErrorCode>) -> Outcome<Vec<T>> {
    let mut opened = Vec::new();
    loop {
        match open() {
            Ok(handle) => opened.push(handle),
            Err(ErrorCode::InsufficientMemory) => break,
            Err(code) => return Err(code.into()),
        }
        holds("a limit", opened.len() <= 2_000_000)?;
    }
    holds("not too few", opened.len() > 100_000)?;
    Ok(opened)
}

fn descriptors(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let mut opened = fill(|| lab.open("file", NONE, READ))?;
    fails(
        "again",
        lab.open("new", OpenFlags::CREATE, WRITE),
        ErrorCode::InsufficientMemory,
    )?;
    holds("nothing made", !lab.exists("new"))?;
    let last = opened.pop().ok_or(Failure("none".into()))?;
    same("the last works", last.read(1, 0)?.0, b"x".to_vec())?;
    drop((last, opened));
    lab.file("new").map(drop)?;
    Ok(())
}

fn streams(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.write(b"x", 0)?;
    let mut opened = fill(|| file.read_via_stream(0))?;
    fails(
        "append",
        file.append_via_stream().map(drop),
        ErrorCode::InsufficientMemory,
    )?;
    fails(
        "list",
        lab.dir.read_directory().map(drop),
        ErrorCode::InsufficientMemory,
    )?;
    let last = opened.pop().ok_or(Failure("none".into()))?;
    same(
        "the last works",
        told(last.blocking_read(1))?,
        b"x".to_vec(),
    )?;
    drop((last, opened));
    file.append_via_stream().map(drop)?;
    Ok(())
}

/// A pollable cannot be refused.
fn pollables(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"x")?;
    let pollables: Vec<_> = (0..MANY).map(|_| stream.subscribe()).collect();
    let last = pollables.last().ok_or(Failure("none".into()))?;
    same("polled", poll(&[last, &pollables[0]]), vec![0, 1])?;
    holds("ready", pollables.iter().all(Pollable::ready))?;
    drop(pollables);
    holds("still", stream.subscribe().ready())
}

/// Nor can an error, but it may be told as the end of the stream.
fn errors(lab: &Lab) -> Outcome {
    let stream = lab.file("file")?.write_via_stream(u64::MAX - 1)?;
    let mut errors = Vec::new();
    for _ in 0..MANY {
        match stream.blocking_write_and_flush(b"xy") {
            Err(StreamError::LastOperationFailed(error)) => errors.push(error),
            Err(StreamError::Closed) => break,
            Ok(()) => return Err(Failure("no error".into())),
        }
    }
    holds("not too few", errors.len() > 100_000)?;
    let code = errors.last().and_then(filesystem_error_code);
    same("the last", code, Some(ErrorCode::FileTooLarge))?;
    drop(errors);
    let failure = told(stream.blocking_write_and_flush(b"xy"));
    same("then", failure, Err(Some(ErrorCode::FileTooLarge)))
}
