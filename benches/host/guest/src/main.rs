//! Measures file operations from inside.
//!
//! * `operations DIRECTORY [NAME]`: a line `name<TAB>ns` for each, or for one, the best of many short rounds.
//! * `throughput stat|read|write FILE`: operations per second, those on 4 KiB, for a while.
//! * `nothing`: ends at once.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const PAGE: usize = 4 << 10;
/// As much as stays in the cache of a core.
const SMALL: usize = 512 << 10;
const MEBIBYTE: usize = 1 << 20;
const LARGE: usize = 16 << 20;

/// How long the rounds of a figure go on.
const DURATION: Duration = Duration::from_millis(150);
/// The rounds of a figure at least.
const ROUNDS_MIN: usize = 30;
/// How long a throughput is measured.
const WHILE: Duration = Duration::from_millis(500);

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["operations", directory] => operations(Path::new(directory), None),
        ["operations", directory, name] => operations(Path::new(directory), Some(name)),
        ["throughput", "stat", path] => throughput(|| fs::metadata(path).map(drop)),
        ["throughput", "read", path] => throughput(reader(Path::new(path), PAGE, SMALL)?),
        ["throughput", "write", path] => throughput(writer(Path::new(path), PAGE, SMALL)?),
        ["nothing"] => Ok(()),
        _ => Err(io::Error::other("which?")),
    }
}

fn operations(directory: &Path, only: Option<&str>) -> io::Result<()> {
    let path = directory.join("bench-data");
    fs::write(&path, vec![7; LARGE])?;
    let measure = |name: &str, operations: usize, operation: &mut dyn FnMut() -> io::Result<()>| {
        if only.is_none_or(|only| only == name) {
            report(name, best(operations, operation)?);
        }
        Ok::<_, io::Error>(())
    };
    measure("stat", 100, &mut || fs::metadata(&path).map(drop))?;
    measure("open + close", 100, &mut || File::open(&path).map(drop))?;
    measure("read 4 KiB", 100, &mut reader(&path, PAGE, SMALL)?)?;
    measure("write 4 KiB", 100, &mut writer(&path, PAGE, SMALL)?)?;
    measure("read 1 MiB", 4, &mut reader(&path, MEBIBYTE, LARGE)?)?;
    measure("write 1 MiB", 4, &mut writer(&path, MEBIBYTE, LARGE)?)?;
    fs::remove_file(&path)
}

/// Reads piece after piece, again and again.
fn reader(
    path: &Path,
    len: usize,
    working_set: usize,
) -> io::Result<impl FnMut() -> io::Result<()>> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; len];
    let mut offsets = (0..working_set).step_by(len).cycle();
    Ok(move || {
        if offsets.next() == Some(0) {
            file.rewind()?;
        }
        file.read_exact(black_box(&mut buffer))
    })
}

/// Writes piece after piece, again and again.
fn writer(
    path: &Path,
    len: usize,
    working_set: usize,
) -> io::Result<impl FnMut() -> io::Result<()>> {
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let buffer = vec![9; len];
    let mut offsets = (0..working_set).step_by(len).cycle();
    Ok(move || {
        if offsets.next() == Some(0) {
            file.rewind()?;
        }
        file.write_all(black_box(&buffer))
    })
}

/// The best time of one of the `operations` that a round does, in ns.
fn best(operations: usize, mut operation: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
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

fn throughput(mut operation: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let mut count = 0;
    let begin = Instant::now();
    while begin.elapsed() < WHILE {
        for _ in 0..64 {
            operation()?;
        }
        count += 64;
    }
    report(
        "per second",
        f64::from(count) / begin.elapsed().as_secs_f64(),
    );
    Ok(())
}

fn report(name: &str, figure: f64) {
    println!("{name}\t{figure:.2}");
}
