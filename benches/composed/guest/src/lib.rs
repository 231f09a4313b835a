//! What the measured programs share: each takes the median of several rounds
//! and prints a line `name<TAB>ns` for each figure, on stderr, since stdout may
//! be what is measured.

use std::io;
use std::time::Instant;

/// The rounds of a figure.
const ROUNDS: usize = 7;

/// Prints a figure.
pub fn report(name: &str, ns: f64) {
    eprintln!("{name}\t{ns:.2}");
}

/// The median time of one of the `operations` that a round does, in ns.
pub fn median(operations: usize, mut round: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    let mut times = [0.0; ROUNDS];
    for time in &mut times {
        let start = Instant::now();
        round()?;
        *time = start.elapsed().as_nanos() as f64 / operations as f64;
    }
    times.sort_by(f64::total_cmp);
    Ok(times[ROUNDS / 2])
}
