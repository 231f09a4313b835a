//! `poll(2)` over stdin, files and a timeout in one list.

use std::fs::{self, File};
use std::io::{self, Read};
use std::time::Instant;

use app_support::Area;
use rustix::event::{PollFd, PollFlags, Timespec};

fn main() -> io::Result<()> {
    let area = Area::new("poll")?;
    fs::write(area.path("file"), b"ready")?;
    let file = File::open(area.path("file"))?;
    let stdin = io::stdin();

    area.tell(
        "ready before stdin",
        poll(
            &[
                PollFd::new(&stdin, PollFlags::IN),
                PollFd::new(&file, PollFlags::IN),
            ],
            Some(0),
        )?,
    );
    area.tell(
        "stdin alone, no time",
        poll(&[PollFd::new(&stdin, PollFlags::IN)], Some(0))?,
    );
    let start = Instant::now();
    area.tell(
        "stdin alone, 50 ms",
        poll(&[PollFd::new(&stdin, PollFlags::IN)], Some(50))?,
    );
    area.tell("waited", start.elapsed().as_millis() >= 49);
    // The test writes to stdin once it has seen this line.
    println!("write now");
    area.tell(
        "stdin alone, endless",
        poll(&[PollFd::new(&stdin, PollFlags::IN)], None)?,
    );
    area.tell(
        "both",
        poll(
            &[
                PollFd::new(&stdin, PollFlags::IN),
                PollFd::new(&file, PollFlags::IN),
            ],
            None,
        )?,
    );

    let mut line = String::new();
    stdin
        .lines()
        .next()
        .transpose()?
        .into_iter()
        .for_each(|text| line = text);
    area.tell("line", line);
    let mut text = String::new();
    (&file).read_to_string(&mut text)?;
    area.tell("file", text);
    area.tell(
        "file at its end",
        poll(&[PollFd::new(&file, PollFlags::IN)], Some(0))?,
    );
    let writer = File::create(area.path("file"))?;
    area.tell(
        "file to write",
        poll(&[PollFd::new(&writer, PollFlags::OUT)], Some(0))?,
    );
    Ok(())
}

/// Which of the descriptors are ready.
fn poll(fds: &[PollFd<'_>], timeout_ms: Option<i64>) -> io::Result<Vec<bool>> {
    let mut fds = fds.to_vec();
    let timeout = timeout_ms.map(|ms| Timespec {
        tv_sec: 0,
        tv_nsec: (ms * 1_000_000) as _,
    });
    rustix::event::poll(&mut fds, timeout.as_ref())?;
    Ok(fds
        .iter()
        .map(|fd| fd.revents().intersects(PollFlags::IN | PollFlags::OUT))
        .collect())
}
