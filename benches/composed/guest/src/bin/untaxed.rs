//! Measures what is not files: stdout and the clocks.

use bench_guest::{median, report};
use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Instant, SystemTime};

const OPERATIONS: usize = 1000;

fn main() -> io::Result<()> {
    let block = vec![b'x'; 64 << 10];
    let small = b"twenty bytes, a line\n";
    // Below the buffer of the standard library, which would look for lines.
    report("stdout 64 KiB", write(&block)?);
    report("print a line", print(small)?);
    report("Instant::now", clock(Instant::now)?);
    report("SystemTime::now", clock(SystemTime::now)?);
    Ok(())
}

fn write(block: &[u8]) -> io::Result<f64> {
    let mut stdout = io::stdout().lock();
    median(OPERATIONS, || {
        for _ in 0..OPERATIONS {
            stdout.write_all(block)?;
            stdout.flush()?;
        }
        Ok(())
    })
}

fn print(line: &[u8]) -> io::Result<f64> {
    let mut stdout = io::stdout().lock();
    median(OPERATIONS, || {
        for _ in 0..OPERATIONS {
            stdout.write_all(line)?;
        }
        Ok(())
    })
}

fn clock<T>(now: impl Fn() -> T) -> io::Result<f64> {
    const READINGS: usize = 10 * OPERATIONS;
    median(READINGS, || {
        for _ in 0..READINGS {
            black_box(now());
        }
        Ok(())
    })
}
