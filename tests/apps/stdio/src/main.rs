//! What is not a file: stdin, stdout and stderr beside a file that is open too.
//!
//! The second argument chooses: `cat` copies stdin through a file to stdout,
//! `lines` answers each line as it comes, `flood` writes until stdout breaks,
//! `exit` leaves with status 1 after writing to both outputs.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};

use app_support::{digest, error_name, pattern, root};

fn main() -> io::Result<()> {
    match std::env::args().nth(2).as_deref() {
        Some("cat") => cat(),
        Some("lines") => lines(),
        Some("flood") => flood(),
        Some("exit") => exit(),
        other => Err(io::Error::other(format!("unknown mode {other:?}"))),
    }
}

fn cat() -> io::Result<()> {
    let path = root().join("copy");
    let copied = io::copy(&mut io::stdin(), &mut File::create(&path)?)?;
    let again = io::stdin().read(&mut [0; 16])?;
    io::copy(&mut File::open(&path)?, &mut io::stdout())?;
    io::stdout().flush()?;
    eprintln!(
        "copied {copied}, after the end {again}, {}",
        digest(&fs::read(&path)?)
    );
    Ok(())
}

fn lines() -> io::Result<()> {
    let path = root().join("log");
    let mut log = File::create(&path)?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        writeln!(log, "{line}")?;
        println!("got {line}");
        io::stdout().flush()?;
    }
    print!("{}", fs::read_to_string(&path)?);
    Ok(())
}

/// A closed pipe stays a closed pipe: an error, not a trap and not an endless loop.
fn flood() -> io::Result<()> {
    let path = root().join("flood");
    fs::write(&path, pattern(65_536))?;
    let outcome = (0..10_000).try_for_each(|_| {
        io::copy(&mut File::open(&path)?, &mut io::stdout())?;
        io::stdout().flush()
    });
    match outcome {
        Ok(()) => eprintln!("never refused"),
        Err(error) => eprintln!("refused: {}", error_name(&error)),
    }
    eprintln!("files go on: {}", fs::read(&path)?.len());
    Ok(())
}

fn exit() -> io::Result<()> {
    fs::write(root().join("file"), b"x")?;
    println!("to stdout");
    eprintln!("to stderr");
    std::process::exit(1)
}
