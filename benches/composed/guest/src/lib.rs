//! What the measured programs share: each takes the best of many short rounds,
//! shorter than what a scheduler gives to a program at once, for as long whether
//! they are fast or slow, and prints a line
//! `name<TAB>ns` for each figure, on stderr, since stdout may be what is
//! measured.

use std::io;
use std::time::{Duration, Instant};

/// How long the rounds of a figure go on.
const DURATION: Duration = Duration::from_millis(100);

/// The rounds of a figure at least.
const ROUNDS_MIN: usize = 60;

/// Prints a figure.
pub fn report(name: &str, ns: f64) {
    eprintln!("{name}\t{ns:.2}");
}

/// The best time of one of the `operations` that a round does, in ns.
pub fn best(operations: usize, mut operation: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    let mut rounds = 0;
    while rounds < ROUNDS_MIN || begin.elapsed() < DURATION {
        rounds += 1;
        let start = Instant::now();
        for _ in 0..operations {
            operation()?;
        }
        best = best.min(start.elapsed().as_nanos() as f64 / operations as f64);
    }
    Ok(best)
}
