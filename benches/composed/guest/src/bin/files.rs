//! Measures file operations from inside, in the directory that the first
//! argument names.

use bench_guest::{best, report};
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// More than what a core has of cache for itself.
const LARGE: usize = 16 << 20;
/// As much as stays in the cache of a core, with all that a copy passes.
const SMALL: usize = 512 << 10;
const BLOCK: usize = 64 << 10;
const PAGE: usize = 4 << 10;

/// Operations of a round.
const MANY: usize = 250;
/// The same for those that copy a block.
const BLOCKS: usize = 64;

fn main() -> io::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| "/".to_string());
    let root = Path::new(&root);
    let data = root.join("bench-data");
    fs::write(&data, vec![7u8; LARGE])?;
    for (working_set, of) in [(SMALL, "512 KiB"), (LARGE, "16 MiB")] {
        report(
            &format!("read 4 KiB of {of}"),
            read(&data, PAGE, working_set)?,
        );
        report(
            &format!("read 64 KiB of {of}"),
            read(&data, BLOCK, working_set)?,
        );
        report(
            &format!("random read 4 KiB of {of}"),
            read_random(&data, working_set)?,
        );
        report(
            &format!("write 4 KiB of {of}"),
            write(&data, PAGE, working_set)?,
        );
        report(
            &format!("write 64 KiB of {of}"),
            write(&data, BLOCK, working_set)?,
        );
        report(&format!("copy 64 KiB out of {of}"), copy_out(working_set)?);
        report(&format!("copy 64 KiB in of {of}"), copy_in(working_set)?);
    }
    report("stat", stat(&data)?);
    report("open + close", open_close(&data)?);
    report("create + write 100 B + unlink", create_unlink(root)?);
    report("readdir, per entry", readdir(root)?);
    fs::remove_file(&data)
}

/// Operations of a round that move `len` bytes.
fn operations(len: usize) -> usize {
    if len == BLOCK { BLOCKS } else { MANY }
}

/// Offsets of pieces of `len` bytes, over and over from the start.
fn sequential(len: usize, working_set: usize) -> impl Iterator<Item = usize> {
    (0..working_set).step_by(len).cycle()
}

fn read(path: &Path, len: usize, working_set: usize) -> io::Result<f64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; len];
    let mut offsets = sequential(len, working_set);
    best(operations(len), || {
        if offsets.next() == Some(0) {
            file.rewind()?;
        }
        file.read_exact(black_box(&mut buffer))
    })
}

fn write(path: &Path, len: usize, working_set: usize) -> io::Result<f64> {
    let mut file = File::options().write(true).open(path)?;
    let buffer = vec![9; len];
    let mut offsets = sequential(len, working_set);
    best(operations(len), || {
        if offsets.next() == Some(0) {
            file.rewind()?;
        }
        file.write_all(black_box(&buffer))
    })
}

fn read_random(path: &Path, working_set: usize) -> io::Result<f64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; PAGE];
    let mut state = 1_u64;
    best(MANY, || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let page = (state >> 33) % (working_set / PAGE) as u64;
        file.seek(SeekFrom::Start(page * PAGE as u64))?;
        file.read_exact(black_box(&mut buffer))
    })
}

/// What a sequential read would be without a file: `memory.copy` out of as much
/// memory.
fn copy_out(working_set: usize) -> io::Result<f64> {
    let (mut memory, mut buffer) = (vec![7; working_set + PAGE], vec![0; BLOCK + 2 * PAGE]);
    let (memory, buffer) = apart(&mut memory, &mut buffer);
    let mut offsets = sequential(BLOCK, working_set);
    best(BLOCKS, || {
        let at = offsets.next().unwrap_or(0);
        black_box(&mut *buffer).copy_from_slice(black_box(&memory[at..][..BLOCK]));
        Ok(())
    })
}

/// The same for a sequential write.
fn copy_in(working_set: usize) -> io::Result<f64> {
    let (mut memory, mut buffer) = (vec![7; working_set + PAGE], vec![9; BLOCK + 2 * PAGE]);
    let (memory, buffer) = apart(&mut memory, &mut buffer);
    let mut offsets = sequential(BLOCK, working_set);
    best(BLOCKS, || {
        let at = offsets.next().unwrap_or(0);
        black_box(&mut memory[at..][..BLOCK]).copy_from_slice(black_box(buffer));
        Ok(())
    })
}

/// The part of each that lies best for a copy: half a page apart in their pages.
/// A little above the same place in a page, as allocations often are, a copy
/// takes ten times as long on x86.
fn apart<'a>(memory: &'a mut [u8], buffer: &'a mut [u8]) -> (&'a mut [u8], &'a mut [u8]) {
    let page = memory.as_ptr().align_offset(PAGE);
    let half = buffer.as_ptr().align_offset(PAGE) + PAGE / 2;
    (&mut memory[page..], &mut buffer[half..][..BLOCK])
}

fn stat(path: &Path) -> io::Result<f64> {
    best(MANY, || {
        black_box(fs::metadata(path)?);
        Ok(())
    })
}

fn open_close(path: &Path) -> io::Result<f64> {
    best(MANY, || {
        black_box(File::open(path)?);
        Ok(())
    })
}

fn create_unlink(root: &Path) -> io::Result<f64> {
    let path = root.join("bench-small");
    best(MANY / 5, || {
        fs::write(&path, [1; 100])?;
        fs::remove_file(&path)
    })
}

fn readdir(root: &Path) -> io::Result<f64> {
    const ENTRIES: usize = 300;
    let directory = root.join("bench-dir");
    fs::create_dir(&directory)?;
    for index in 0..ENTRIES {
        fs::write(directory.join(index.to_string()), [])?;
    }
    let ns = best(1, || {
        for entry in fs::read_dir(&directory)? {
            black_box(entry?.file_name());
        }
        Ok(())
    });
    fs::remove_dir_all(&directory)?;
    Ok(ns? / ENTRIES as f64)
}
