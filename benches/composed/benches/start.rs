//! What embedding costs: the time to compose a large directory beyond the time
//! to read it, and the start of a precompiled file with much against one with
//! little embedded.

use anyhow::Result;
use monaka_bench_composed::form::{MODULES, precompile};
use monaka_bench_composed::{programs, run};
use monaka_compose::Options;
use monaka_image::{Embed, PackOptions};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Bytes of each embedded file but the one of the small directory.
const FILE_BYTES: usize = 10_000_000;

/// Runs of which the median counts.
const RUNS: usize = 21;

fn main() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let app = programs::rust("first-byte")?;
    let small = Embedded::new(directory.path(), &app, 1, 1000)?;
    let middle = Embedded::new(directory.path(), &app, 20, FILE_BYTES)?;
    let large = Embedded::new(directory.path(), &app, 50, FILE_BYTES)?;

    println!(
        "compose with 200 MB beyond reading it: {:.0?}",
        middle.beyond_reading
    );
    println!(
        "compose with 500 MB beyond reading it: {:.0?}",
        large.beyond_reading
    );
    let (small, large) = in_turns(&small.precompiled()?, &large.precompiled()?)?;
    println!("start precompiled,   1 KB embedded: {small:.1?}");
    println!(
        "start precompiled, 500 MB embedded: {large:.1?}, {:.2} times as long",
        large.as_secs_f64() / small.as_secs_f64()
    );
    Ok(())
}

/// A program composed with a directory of `files` files.
struct Embedded {
    path: PathBuf,
    beyond_reading: Duration,
}

impl Embedded {
    fn new(root: &Path, app: &[u8], files: usize, file_bytes: usize) -> Result<Self> {
        let data = root.join(format!("data-{files}"));
        fill(&data, files, file_bytes)?;
        let start = Instant::now();
        read(&data)?;
        let reading = start.elapsed();
        let path = root.join(format!("composed-{files}.wasm"));
        let start = Instant::now();
        compose(app, &data, &path)?;
        Ok(Self {
            path,
            beyond_reading: start.elapsed().saturating_sub(reading),
        })
    }

    fn precompiled(&self) -> Result<PathBuf> {
        precompile(&self.path)
    }
}

/// Files of bytes that do not repeat.
fn fill(directory: &Path, files: usize, file_bytes: usize) -> io::Result<()> {
    fs::create_dir(directory)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for file in 0..files {
        let mut out = BufWriter::new(File::create(directory.join(file.to_string()))?);
        for _ in 0..file_bytes / 8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.write_all(&state.to_le_bytes())?;
        }
        out.flush()?;
    }
    Ok(())
}

fn read(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        io::copy(&mut File::open(entry?.path())?, &mut io::sink())?;
    }
    Ok(())
}

fn compose(app: &[u8], data: &Path, out: &Path) -> Result<()> {
    let embed: Embed = format!("{}:/data", data.display()).parse()?;
    let plan = monaka_image::plan(&[embed], &PackOptions::default(), &mut ())?;
    let options = Options {
        image_len: Some(plan.len()),
        ..Options::default()
    };
    let composed = monaka_compose::compose(app, MODULES, &options)?;
    let mut file = File::create(out)?;
    composed.write_to(&mut file, &mut |out| {
        plan.write_to(out, &mut ()).map_err(io::Error::other)
    })?;
    Ok(())
}

/// The median times of two precompiled programs, run in turns.
fn in_turns(first: &Path, second: &Path) -> Result<(Duration, Duration)> {
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        firsts.push(time(first)?);
        seconds.push(time(second)?);
    }
    Ok((median(firsts), median(seconds)))
}

fn time(precompiled: &Path) -> Result<Duration> {
    let start = Instant::now();
    run(Command::new("wasmtime")
        .args(["run", "--allow-precompiled"])
        .arg(precompiled))?;
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
