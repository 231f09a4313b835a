//! Measures file operations from inside, in the directory that the first
//! argument names.

use bench_guest::{median, report};
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// More than what a core has of cache for itself.
const LARGE: usize = 16 << 20;
/// As much as stays in the cache of a core, together with a buffer.
const SMALL: usize = 512 << 10;
const BLOCK: usize = 64 << 10;
const PAGE: usize = 4 << 10;

fn main() -> io::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| "/".to_string());
    let root = Path::new(&root);
    let data = root.join("bench-data");
    fs::write(&data, vec![7u8; LARGE])?;
    report("read 4 KiB, sequential", read(&data, PAGE, LARGE)?);
    report("read 64 KiB, sequential", read(&data, BLOCK, LARGE)?);
    report("read 4 KiB, random", read_random(&data, PAGE)?);
    report("write 4 KiB, sequential", write(&data, PAGE, LARGE)?);
    report("write 64 KiB, sequential", write(&data, BLOCK, LARGE)?);
    report("stat", stat(&data)?);
    report("open + close", open_close(&data)?);
    report("create + write 100 B + unlink", create_unlink(root)?);
    report("readdir, per entry", readdir(root)?);
    for (working_set, name) in [(SMALL, "512 KiB"), (LARGE, "16 MiB")] {
        against_copies(&data, working_set, name)?;
    }
    fs::remove_file(&data)
}

/// Reads and writes, and `memory.copy` between the same buffer and as many
/// other bytes as the file has.
fn against_copies(data: &Path, working_set: usize, name: &str) -> io::Result<()> {
    report(
        &format!("file -> buffer, {name}"),
        read(data, BLOCK, working_set)?,
    );
    report(&format!("memory -> buffer, {name}"), copy_out(working_set)?);
    report(
        &format!("buffer -> file, {name}"),
        write(data, BLOCK, working_set)?,
    );
    report(&format!("buffer -> memory, {name}"), copy_in(working_set)?);
    Ok(())
}

fn read(path: &Path, len: usize, working_set: usize) -> io::Result<f64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; len];
    let operations = LARGE / len;
    median(operations, || {
        for _ in 0..LARGE / working_set {
            file.seek(SeekFrom::Start(0))?;
            for _ in 0..working_set / len {
                file.read_exact(black_box(&mut buffer))?;
            }
        }
        Ok(())
    })
}

fn write(path: &Path, len: usize, working_set: usize) -> io::Result<f64> {
    let mut file = File::options().write(true).open(path)?;
    let buffer = vec![9; len];
    let operations = LARGE / len;
    median(operations, || {
        for _ in 0..LARGE / working_set {
            file.seek(SeekFrom::Start(0))?;
            for _ in 0..working_set / len {
                file.write_all(black_box(&buffer))?;
            }
        }
        Ok(())
    })
}

fn copy_out(working_set: usize) -> io::Result<f64> {
    let (mut memory, mut buffer) = (vec![7; working_set + PAGE], vec![0; BLOCK + 2 * PAGE]);
    let (memory, buffer) = apart(&mut memory, working_set, &mut buffer);
    median(LARGE / BLOCK, || {
        for _ in 0..LARGE / working_set {
            for block in memory.chunks_exact(BLOCK) {
                black_box(&mut *buffer).copy_from_slice(black_box(block));
            }
        }
        Ok(())
    })
}

fn copy_in(working_set: usize) -> io::Result<f64> {
    let (mut memory, mut buffer) = (vec![7; working_set + PAGE], vec![9; BLOCK + 2 * PAGE]);
    let (memory, buffer) = apart(&mut memory, working_set, &mut buffer);
    median(LARGE / BLOCK, || {
        for _ in 0..LARGE / working_set {
            for block in memory.chunks_exact_mut(BLOCK) {
                black_box(block).copy_from_slice(black_box(buffer));
            }
        }
        Ok(())
    })
}

/// The part of each that lies best for a copy, `working_set` and [`BLOCK`] bytes
/// of them: half a page apart in their pages. A little above the same place in a
/// page, as allocations often are, a copy takes ten times as long on x86.
fn apart<'a>(
    memory: &'a mut [u8],
    working_set: usize,
    buffer: &'a mut [u8],
) -> (&'a mut [u8], &'a mut [u8]) {
    let page = memory.as_ptr().align_offset(PAGE);
    let half = buffer.as_ptr().align_offset(PAGE) + PAGE / 2;
    (
        &mut memory[page..][..working_set],
        &mut buffer[half..][..BLOCK],
    )
}

fn read_random(path: &Path, len: usize) -> io::Result<f64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; len];
    let mut at = 1_u64;
    median(2000, || {
        for _ in 0..2000 {
            at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let block = (at >> 33) % (LARGE / len) as u64;
            file.seek(SeekFrom::Start(block * len as u64))?;
            file.read_exact(black_box(&mut buffer))?;
        }
        Ok(())
    })
}

fn stat(path: &Path) -> io::Result<f64> {
    median(2000, || {
        for _ in 0..2000 {
            black_box(fs::metadata(path)?);
        }
        Ok(())
    })
}

fn open_close(path: &Path) -> io::Result<f64> {
    median(2000, || {
        for _ in 0..2000 {
            black_box(File::open(path)?);
        }
        Ok(())
    })
}

fn create_unlink(root: &Path) -> io::Result<f64> {
    let path = root.join("bench-small");
    median(1000, || {
        for _ in 0..1000 {
            fs::write(&path, [1; 100])?;
            fs::remove_file(&path)?;
        }
        Ok(())
    })
}

fn readdir(root: &Path) -> io::Result<f64> {
    const ENTRIES: usize = 1000;
    let directory = root.join("bench-dir");
    fs::create_dir(&directory)?;
    for index in 0..ENTRIES {
        fs::write(directory.join(index.to_string()), [])?;
    }
    let result = median(ENTRIES, || {
        for entry in fs::read_dir(&directory)? {
            black_box(entry?.file_name());
        }
        Ok(())
    });
    fs::remove_dir_all(&directory)?;
    result
}
