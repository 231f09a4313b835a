//! `wasi:io/poll` over files and clocks.

use crate::lab::*;
use crate::wasi::clocks::monotonic_clock;

super::cases![
    file_is_ready,
    file_at_its_end_is_ready,
    output_is_ready,
    block_returns,
    clock_waits,
    clock_of_the_past,
    file_beside_a_clock,
    only_those_that_are_ready,
    the_same_twice,
    many,
    order_of_indices,
    subscribed_after_its_descriptor,
    subscribed_after_its_name,
    subscribed_twice,
    subscribed_after_a_failure,
    subscribed_to_both_ends,
];

const MILLISECOND: u64 = 1_000_000;
const HOUR: u64 = 3_600_000 * MILLISECOND;

fn reader(lab: &Lab) -> Outcome<InputStream> {
    lab.put("file", b"x")?;
    Ok(lab.open("file", NONE, READ)?.read_via_stream(0)?)
}

fn polled(list: &[&Pollable]) -> Vec<u32> {
    let mut ready = poll(list);
    ready.sort_unstable();
    ready
}

fn file_is_ready(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let pollable = stream.subscribe();
    holds("ready", pollable.ready())?;
    same("polled", polled(&[&pollable]), vec![0])
}

fn file_at_its_end_is_ready(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    drain(&stream)?;
    holds("ready", stream.subscribe().ready())
}

fn output_is_ready(lab: &Lab) -> Outcome {
    let stream = lab.file("file")?.write_via_stream(0)?;
    let pollable = stream.subscribe();
    holds("ready", pollable.ready())?;
    write_all(&stream, b"x")?;
    holds("still", pollable.ready())
}

fn block_returns(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    stream.subscribe().block();
    Ok(())
}

fn clock_waits(_: &Lab) -> Outcome {
    let start = monotonic_clock::now();
    let pollable = monotonic_clock::subscribe_duration(20 * MILLISECOND);
    holds("not yet", !pollable.ready())?;
    same("polled", polled(&[&pollable]), vec![0])?;
    holds("waited", monotonic_clock::now() - start >= 20 * MILLISECOND)
}

fn clock_of_the_past(_: &Lab) -> Outcome {
    let pollable = monotonic_clock::subscribe_instant(0);
    pollable.block();
    holds("ready", pollable.ready())
}

fn file_beside_a_clock(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let (clock, file) = (
        monotonic_clock::subscribe_duration(HOUR),
        stream.subscribe(),
    );
    same("only the file", polled(&[&clock, &file]), vec![1])
}

fn only_those_that_are_ready(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let past = monotonic_clock::subscribe_duration(0);
    past.block();
    let (future, file) = (
        monotonic_clock::subscribe_duration(HOUR),
        stream.subscribe(),
    );
    same(
        "polled",
        polled(&[&future, &past, &file, &future]),
        vec![1, 2],
    )
}

fn the_same_twice(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let file = stream.subscribe();
    same("polled", polled(&[&file, &file]), vec![0, 1])
}

fn many(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let pollables: Vec<_> = (0..200)
        .map(|i| {
            if i % 2 == 0 {
                stream.subscribe()
            } else {
                monotonic_clock::subscribe_duration(HOUR)
            }
        })
        .collect();
    let list: Vec<_> = pollables.iter().collect();
    same(
        "the even ones",
        polled(&list),
        (0..200).step_by(2).collect(),
    )
}

fn order_of_indices(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let (future, file) = (
        monotonic_clock::subscribe_duration(HOUR),
        stream.subscribe(),
    );
    same("last", polled(&[&future, &future, &file]), vec![2])?;
    same("first", polled(&[&file, &future, &future]), vec![0])
}

fn subscribed_after_its_descriptor(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let (input, output) = (file.read_via_stream(0)?, file.append_via_stream()?);
    drop(file);
    let (one, two) = (input.subscribe(), output.subscribe());
    same("polled", polled(&[&one, &two]), vec![0, 1])
}

fn subscribed_after_its_name(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let before = stream.subscribe();
    lab.dir.unlink_file_at("file")?;
    let after = stream.subscribe();
    same("polled", polled(&[&before, &after]), vec![0, 1])
}

/// One pollable goes, the other one and the stream stay.
fn subscribed_twice(lab: &Lab) -> Outcome {
    let stream = reader(lab)?;
    let (one, two) = (stream.subscribe(), stream.subscribe());
    drop(one);
    holds("the other", two.ready())?;
    drop(two);
    same("the stream", drain(&stream)?, b"x".to_vec())?;
    holds("a third", stream.subscribe().ready())
}

fn subscribed_after_a_failure(lab: &Lab) -> Outcome {
    let stream = lab.file("file")?.write_via_stream(u64::MAX - 1)?;
    holds("fails", stream.blocking_write_and_flush(b"xy").is_err())?;
    stream.subscribe().block();
    holds("ready", stream.subscribe().ready())
}

fn subscribed_to_both_ends(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let (input, output) = (file.read_via_stream(0)?, file.write_via_stream(0)?);
    let clock = monotonic_clock::subscribe_duration(HOUR);
    let (readable, writable) = (input.subscribe(), output.subscribe());
    let ready = polled(&[&readable, &clock, &writable]);
    same("polled", ready, vec![0, 2])
}
