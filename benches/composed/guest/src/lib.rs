//! What the measured programs share: each takes the best of many short rounds,
//! shorter than what a scheduler gives to a program at once, and prints a line
//! `name<TAB>ns` for each figure, on stderr, since stdout may be what is
//! measured.

use std::io;
use std::time::Instant;

/// The rounds of a figure.
const ROUNDS: usize = 60;

/// Prints a figure.
pub fn report(name: &str, ns: f64) {
    eprintln!("{name}\t{ns:.2}");
}

/// The best time of one of the `operations` that a round does, in ns.
pub fn best(operations: usize, mut operation: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..operations {
            operation()?;
        }
        best = best.min(start.elapsed().as_nanos() as f64 / operations as f64);
    }
    Ok(best)
}
