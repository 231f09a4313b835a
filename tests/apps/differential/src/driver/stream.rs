//! The operations of `wasi:io/streams`, of directory streams and of errors.

use super::world::World;
use super::{Operation, Step, tell};
use crate::wasi::filesystem::types::filesystem_error_code;
use crate::wasi::io::streams::StreamError;

pub const INPUT: &[Operation] = &[read, blocking_read, skip, blocking_skip, subscribe_input];

pub const OUTPUT: &[Operation] = &[
    check_write,
    write,
    blocking_write_and_flush,
    flush,
    blocking_flush,
    write_zeroes,
    blocking_write_zeroes_and_flush,
    splice,
    splice,
    blocking_splice,
    blocking_splice,
    subscribe_output,
];

pub const LISTING: &[Operation] = &[read_directory_entry];

pub const ERRORS: &[Operation] = &[to_debug_string, error_code];

/// What an operation on a stream gave. Its error lives on.
fn result<T>(
    world: &mut World,
    result: Result<T, StreamError>,
    ok: impl FnOnce(T) -> String,
) -> String {
    match result {
        Ok(value) => ok(value),
        Err(StreamError::Closed) => "closed".into(),
        Err(StreamError::LastOperationFailed(error)) => {
            let code = filesystem_error_code(&error).map_or("no code", |code| code.name());
            let name = world.errors.insert(error, &mut world.random);
            format!("{code} {name}")
        }
    }
}

fn done(world: &mut World, outcome: Result<(), StreamError>) -> String {
    result(world, outcome, |()| "ok".into())
}

fn number(world: &mut World, outcome: Result<u64, StreamError>) -> String {
    result(world, outcome, |number| number.to_string())
}

fn read(world: &mut World) -> Step {
    let len = world.random.length().min(world.read_max());
    let (name, stream) = world.inputs.any(&mut world.random)?;
    let outcome = stream.read(len);
    let result = result(world, outcome, |bytes| tell::bytes(&bytes));
    Some((format!("{name}.read({len})"), result))
}

fn blocking_read(world: &mut World) -> Step {
    let len = world.random.length().min(world.read_max());
    let (name, stream) = world.inputs.any(&mut world.random)?;
    let outcome = stream.blocking_read(len);
    let result = result(world, outcome, |bytes| tell::bytes(&bytes));
    Some((format!("{name}.blocking-read({len})"), result))
}

fn skip(world: &mut World) -> Step {
    let len = world.random.length();
    let (name, stream) = world.inputs.any(&mut world.random)?;
    let outcome = stream.skip(len);
    Some((format!("{name}.skip({len})"), number(world, outcome)))
}

fn blocking_skip(world: &mut World) -> Step {
    let len = world.random.length();
    let (name, stream) = world.inputs.any(&mut world.random)?;
    let outcome = stream.blocking_skip(len);
    Some((
        format!("{name}.blocking-skip({len})"),
        number(world, outcome),
    ))
}

fn subscribe_input(world: &mut World) -> Step {
    let (name, stream) = world.inputs.any(&mut world.random)?;
    let pollable = stream.subscribe();
    Some((format!("{name}.subscribe()"), world.subscribed(pollable)))
}

fn subscribe_output(world: &mut World) -> Step {
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let pollable = stream.subscribe();
    Some((format!("{name}.subscribe()"), world.subscribed(pollable)))
}

fn check_write(world: &mut World) -> Step {
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.check_write();
    Some((format!("{name}.check-write()"), number(world, outcome)))
}

fn write(world: &mut World) -> Step {
    let content = world.random.content();
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.write(&content);
    let content = tell::bytes(&content);
    Some((format!("{name}.write({content})"), done(world, outcome)))
}

fn blocking_write_and_flush(world: &mut World) -> Step {
    let mut content = world.random.content();
    content.truncate(world.blocking_write_max());
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.blocking_write_and_flush(&content);
    let operation = format!("{name}.blocking-write-and-flush({})", tell::bytes(&content));
    Some((operation, done(world, outcome)))
}

fn flush(world: &mut World) -> Step {
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.flush();
    Some((format!("{name}.flush()"), done(world, outcome)))
}

fn blocking_flush(world: &mut World) -> Step {
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.blocking_flush();
    Some((format!("{name}.blocking-flush()"), done(world, outcome)))
}

fn write_zeroes(world: &mut World) -> Step {
    let len = world.random.zeroes();
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.write_zeroes(len);
    Some((format!("{name}.write-zeroes({len})"), done(world, outcome)))
}

fn blocking_write_zeroes_and_flush(world: &mut World) -> Step {
    let len = world.random.zeroes().min(world.blocking_write_max() as u64);
    let (name, stream) = world.outputs.any(&mut world.random)?;
    let outcome = stream.blocking_write_zeroes_and_flush(len);
    let operation = format!("{name}.blocking-write-zeroes-and-flush({len})");
    Some((operation, done(world, outcome)))
}

fn splice(world: &mut World) -> Step {
    let len = world.random.length().min(world.read_max());
    let (to, sink) = world.outputs.any(&mut world.random)?;
    let (from, source) = world.inputs.any(&mut world.random)?;
    let outcome = sink.splice(source, len);
    Some((
        format!("{to}.splice({from}, {len})"),
        number(world, outcome),
    ))
}

fn blocking_splice(world: &mut World) -> Step {
    let len = world.random.length().min(world.read_max());
    let (to, sink) = world.outputs.any(&mut world.random)?;
    let (from, source) = world.inputs.any(&mut world.random)?;
    let outcome = sink.blocking_splice(source, len);
    let operation = format!("{to}.blocking-splice({from}, {len})");
    Some((operation, number(world, outcome)))
}

fn read_directory_entry(world: &mut World) -> Step {
    let (name, listing) = world.listings.any(&mut world.random)?;
    let result = tell::result(listing.read_directory_entry(), |entry| match entry {
        Some(entry) => format!("{} {:?}", tell::path(&entry.name), entry.type_),
        None => "end".into(),
    });
    Some((format!("{name}.read-directory-entry()"), result))
}

fn to_debug_string(world: &mut World) -> Step {
    let (name, error) = world.errors.any(&mut world.random)?;
    Some((format!("{name}.to-debug-string()"), error.to_debug_string()))
}

fn error_code(world: &mut World) -> Step {
    let (name, error) = world.errors.any(&mut world.random)?;
    let result = filesystem_error_code(error).map_or("no code", |code| code.name());
    Some((format!("filesystem-error-code({name})"), result.into()))
}
