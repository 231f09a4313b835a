//! Where the WIT leaves more to a host than files do. What a program does with
//! its own handles is never its end, where a host may trap; and one read of a
//! stream gives all that is asked for, up to 16 MiB, where a host may give less.

use super::size::{MIB_16, chequerboard};
use crate::lab::*;
use crate::wasi::clocks::monotonic_clock;

super::cases![
    pollable_after_its_stream,
    every_order_with_pollables,
    polls_without_streams,
    poll_of_nothing,
    write_more_than_permitted,
    write_and_flush_more_than_4096,
    write_without_asking,
    stream_read_of_16_mib,
    stream_read_of_a_chequerboard,
];

fn pollable_after_its_stream(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"x")?;
    let pollable = stream.subscribe();
    drop(stream);
    holds("ready", pollable.ready())?;
    pollable.block();
    same("polled", poll(&[&pollable]), vec![0])
}

/// A descriptor, two streams of it and a pollable of each, in all orders.
fn every_order_with_pollables(lab: &Lab) -> Outcome {
    for order in orders(5) {
        let file = lab.file("file")?;
        let (input, output) = (file.read_via_stream(0)?, file.write_via_stream(0)?);
        let mut pollables = [Some(input.subscribe()), Some(output.subscribe())];
        let (mut file, mut input, mut output) = (Some(file), Some(input), Some(output));
        for step in order {
            match step {
                0 => file = None,
                1 => input = None,
                2 => output = None,
                pollable => pollables[pollable - 3] = None,
            }
            let list: Vec<_> = pollables.iter().flatten().collect();
            holds("ready", list.iter().all(|pollable| pollable.ready()))?;
            if let Some(file) = &file {
                file.stat()?;
            }
            if let Some(input) = &input {
                same("input", told(input.skip(0)), Ok(0))?;
            }
            if let Some(output) = &output {
                same(
                    "output",
                    told(output.blocking_write_and_flush(b"x")),
                    Ok(()),
                )?;
            }
        }
    }
    Ok(())
}

fn polls_without_streams(lab: &Lab) -> Outcome {
    let pollables: Vec<_> = (0..3)
        .map(|i| Ok(lab.input(&format!("{i}"), b"x")?.subscribe()))
        .collect::<Outcome<_>>()?;
    let clock = monotonic_clock::subscribe_duration(3_600_000_000_000);
    let mut list: Vec<_> = pollables.iter().collect();
    list.insert(1, &clock);
    same("polled", poll(&list), vec![0, 2, 3])
}

fn poll_of_nothing(_: &Lab) -> Outcome {
    same("polled", poll(&[]), vec![])
}

fn write_more_than_permitted(lab: &Lab) -> Outcome {
    let stream = lab.output("file")?;
    let bytes = pattern(told(stream.check_write())? as usize + 1);
    stream.write(&bytes)?;
    stream.blocking_flush()?;
    same("size", lab.stat("file")?.size, bytes.len() as u64)?;
    let end = bytes.len() as u64 - 10;
    let (tail, _) = lab.open("file", NONE, READ)?.read(100, end)?;
    same("end", tail, bytes[end as usize..].to_vec())
}

/// The WIT has a list of at most 4096 bytes; files take any.
fn write_and_flush_more_than_4096(lab: &Lab) -> Outcome {
    let stream = lab.output("file")?;
    let bytes = pattern(100_000);
    stream.blocking_write_and_flush(&bytes)?;
    stream.blocking_write_zeroes_and_flush(100_000)?;
    let content = lab.content("file")?;
    holds("bytes", content[..100_000] == bytes)?;
    same("and zeroes", &content[100_000..], &vec![0; 100_000][..])
}

fn write_without_asking(lab: &Lab) -> Outcome {
    let stream = lab.output("file")?;
    stream.write(b"one ")?;
    stream.write(b"two ")?;
    stream.write_zeroes(1)?;
    stream.flush()?;
    stream.write(b"three")?;
    same("content", lab.content("file")?, b"one two \0three".to_vec())
}

/// One read of more may be shorter, and the next one goes on.
fn stream_read_of_16_mib(lab: &Lab) -> Outcome {
    let bytes = pattern(MIB_16 as usize + 100_000);
    let stream = lab.input("file", &bytes)?;
    let first = told(stream.blocking_read(u64::MAX))?;
    holds("at least", first.len() as u64 >= MIB_16)?;
    holds("content", first == bytes[..first.len()])?;
    holds("rest", drain(&stream)? == bytes[first.len()..])
}

fn stream_read_of_a_chequerboard(lab: &Lab) -> Outcome {
    let (file, bytes) = chequerboard(lab)?;
    let stream = file.read_via_stream(1)?;
    let read = told(stream.blocking_read(MIB_16))?;
    holds("content", read == bytes[1..])
}
