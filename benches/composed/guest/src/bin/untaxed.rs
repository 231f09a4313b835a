//! Measures what is not files: stdout and the clocks.

use bench_guest::{best, report};
use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Instant, SystemTime};

fn main() -> io::Result<()> {
    report("stdout 64 KiB", write(&[b'x'; 64 << 10])?);
    report("print a line", write(b"twenty bytes, a line\n")?);
    report("Instant::now", clock(Instant::now)?);
    report("SystemTime::now", clock(SystemTime::now)?);
    Ok(())
}

fn write(bytes: &[u8]) -> io::Result<f64> {
    let mut stdout = io::stdout().lock();
    best(50, || {
        stdout.write_all(bytes)?;
        stdout.flush()
    })
}

fn clock<T>(now: impl Fn() -> T) -> io::Result<f64> {
    best(2000, || {
        black_box(now());
        Ok(())
    })
}
