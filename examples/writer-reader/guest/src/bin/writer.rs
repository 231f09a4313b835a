//! Writes a file line by line, and takes its time.

use std::fs::{self, File};
use std::io::{self, Write};
use std::thread::sleep;
use std::time::Duration;

fn main() -> io::Result<()> {
    let mut diary = File::create("/diary.txt")?;
    for day in 1..=7 {
        writeln!(diary, "day {day}: nothing happened")?;
        sleep(Duration::from_millis(5));
    }
    writeln!(diary, "the end")?;
    fs::rename("/diary.txt", "/finished.txt")
}
