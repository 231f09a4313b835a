//! Reads a file while another program still writes it, as `tail -f` does.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::thread::sleep;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(1);

fn main() -> io::Result<()> {
    let mut diary = BufReader::new(opened("/diary.txt")?);
    let mut line = String::new();
    while line != "the end\n" {
        // A line may come in two parts.
        if line.ends_with('\n') {
            line.clear();
        }
        if diary.read_line(&mut line)? == 0 {
            sleep(PAUSE);
        } else if line.ends_with('\n') {
            print!("{line}");
        }
    }
    // The file got another name meanwhile, and stayed open here.
    drop(opened("/finished.txt")?);
    println!(
        "old name: {:?}",
        fs::metadata("/diary.txt")
            .map_err(|error| error.kind())
            .err()
    );
    println!(
        "removed: {:?}",
        fs::remove_file("/finished.txt")
            .map_err(|error| error.kind())
            .err()
    );
    Ok(())
}

/// A file, as soon as it is there.
fn opened(path: &str) -> io::Result<File> {
    loop {
        match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => sleep(PAUSE),
            other => return other,
        }
    }
}
