//! What shows only after many rounds.

use crate::lab::*;
use crate::wasi::clocks::monotonic_clock;

super::cases![
    handles_come_back,
    pollables_come_back,
    errors_come_back,
    poll_of_many,
];

/// More than any table of handles has places.
const ROUNDS: u32 = 270_000;

/// Whatever is dropped leaves nothing behind.
fn handles_come_back(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    for _ in 0..ROUNDS {
        let file = lab.open("file", NONE, READ | WRITE)?;
        let (input, output) = (file.read_via_stream(0)?, file.append_via_stream()?);
        drop((lab.dir.read_directory()?, output, file, input));
    }
    same("content", lab.content("file")?, b"x".to_vec())
}

fn pollables_come_back(lab: &Lab) -> Outcome {
    let (input, output) = (lab.input("from", b"x")?, lab.output("to")?);
    for _ in 0..ROUNDS {
        drop((input.subscribe(), output.subscribe()));
    }
    same("polled", poll(&[&input.subscribe()]), vec![0])
}

fn errors_come_back(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let stream = file.write_via_stream(u64::MAX - 1)?;
    for _ in 0..ROUNDS {
        let failure = told(stream.blocking_write_and_flush(b"xy"));
        if failure != Err(Some(ErrorCode::FileTooLarge)) {
            return same("failure", failure, Err(Some(ErrorCode::FileTooLarge)));
        }
    }
    Ok(())
}

fn poll_of_many(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"x")?;
    let file = stream.subscribe();
    let clock = monotonic_clock::subscribe_duration(3_600_000_000_000);
    let list: Vec<_> = (0..30_000)
        .map(|i| if i % 3 == 0 { &file } else { &clock })
        .collect();
    let mut ready = poll(&list);
    ready.sort_unstable();
    holds(
        "every third",
        ready == (0..30_000).step_by(3).collect::<Vec<_>>(),
    )
}
