//! What programs on one filesystem do to each other: a verb, and what it is about.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::process;
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", path, text] => fs::write(path, text),
        ["print", path] => io::stdout().write_all(&fs::read(path)?),
        ["list", path] => list(path),
        ["rename", from, to] => fs::rename(from, to),
        ["link", from, to] => fs::hard_link(from, to),
        ["append", path, lines] => append(path, number(lines)),
        ["speak", lines] => speak(number(lines)),
        ["await", path] => wait_for(path),
        ["meet", directory] => meet(directory),
        ["fill", path, bytes] => File::create(path)?.write_all(&vec![b'x'; number(bytes)]),
        ["exit", code] => process::exit(number(code) as i32),
        ["fail-unless", instance] => {
            process::exit(i32::from(variable("MONAKA_INSTANCE") != instance))
        }
        ["trap"] => process::abort(),
        ["spin"] => loop {
            std::hint::spin_loop();
        },
        ["sleep"] => loop {
            thread::sleep(Duration::from_secs(3600));
        },
        _ => Err(io::Error::other(format!("no verb: {arguments:?}"))),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn list(path: &str) -> io::Result<()> {
    let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    for name in names {
        println!("{}", name.display());
    }
    Ok(())
}

/// Numbered lines, each by one write.
fn append(path: &str, lines: usize) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    for line in 0..lines {
        file.write_all(format!("{} {line}\n", variable("MONAKA_INSTANCE")).as_bytes())?;
    }
    Ok(())
}

/// Numbered lines, each by several writes.
fn speak(lines: usize) -> io::Result<()> {
    let mut out = io::stdout();
    for line in 0..lines {
        for part in [
            variable("MONAKA_INSTANCE"),
            format!(" {line} "),
            "x".repeat(100),
        ] {
            out.write_all(part.as_bytes())?;
            out.flush()?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Asks again and again, and never sleeps.
fn wait_for(path: &str) -> io::Result<()> {
    while !fs::exists(path)? {}
    Ok(())
}

/// Ends when all instances are here.
fn meet(directory: &str) -> io::Result<()> {
    File::create(format!("{directory}/{}", variable("MONAKA_INSTANCE")))?;
    let all = number(&variable("MONAKA_INSTANCES"));
    while fs::read_dir(directory)?.count() < all {}
    Ok(())
}
