//! Appends numbered lines to a log: `log-guest NAME LINES`.

use std::env;
use std::fs::File;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let lines = args
        .next()
        .and_then(|lines| lines.parse().ok())
        .unwrap_or(0);

    let mut log = File::options().append(true).create(true).open("/log")?;
    for number in 1..=lines {
        // One write: `writeln!` to a file would make several of it, and lines of others come between.
        log.write_all(format!("{name} {number}\n").as_bytes())?;
    }
    Ok(())
}
