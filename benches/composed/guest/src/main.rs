//! Measures file operations from inside, and prints a line `name ns` for each.
//!
//! The first argument is the directory to work in. Every figure is the median
//! of several rounds, in nanoseconds for one operation.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

wit_bindgen::generate!({ world: "guest", path: "wit" });

const ROUNDS: usize = 7;
const FILE_BYTES: usize = 16 << 20;

fn main() -> std::io::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| "/".to_string());
    let root = Path::new(&root);
    let data = root.join("bench-data");
    fs::write(&data, vec![7u8; FILE_BYTES])?;

    report("list copy 64 KiB", ceiling(64 << 10));
    report("read 4 KiB, sequential", read(&data, 4 << 10)?);
    report("read 64 KiB, sequential", read(&data, 64 << 10)?);
    report("read 4 KiB, random", read_random(&data, 4 << 10)?);
    report("write 4 KiB, sequential", write(&data, 4 << 10)?);
    report("write 64 KiB, sequential", write(&data, 64 << 10)?);
    report("stat", stat(&data)?);
    report("open + close", open_close(&data)?);
    report("create + write 100 B + unlink", create_unlink(root)?);
    report("readdir, per entry", readdir(root)?);
    fs::remove_file(&data)
}

fn report(name: &str, ns: f64) {
    println!("{name}\t{ns:.1}");
}

/// The median time of one of the `operations` that a round does.
fn median(
    operations: usize,
    mut round: impl FnMut() -> std::io::Result<()>,
) -> std::io::Result<f64> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        round()?;
        times.push(start.elapsed().as_nanos() as f64 / operations as f64);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[ROUNDS / 2])
}

fn ceiling(len: usize) -> f64 {
    let operations = FILE_BYTES / len;
    median(operations, || {
        for _ in 0..operations {
            black_box(bench::ceiling::source::read(len as u32));
        }
        Ok(())
    })
    .unwrap_or(f64::NAN)
}

fn read(path: &Path, len: usize) -> std::io::Result<f64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; len];
    let operations = FILE_BYTES / len;
    median(operations, || {
        file.seek(SeekFrom::Start(0))?;
        for _ in 0..operations {
            file.read_exact(black_box(&mut buffer))?;
        }
        Ok(())
    })
}

fn read_random(path: &Path, len: usize) -> std::io::Result<f64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; len];
    let mut at = 1_u64;
    median(2000, || {
        for _ in 0..2000 {
            at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let block = (at >> 33) % (FILE_BYTES / len) as u64;
            file.seek(SeekFrom::Start(block * len as u64))?;
            file.read_exact(black_box(&mut buffer))?;
        }
        Ok(())
    })
}

fn write(path: &Path, len: usize) -> std::io::Result<f64> {
    let mut file = File::options().write(true).open(path)?;
    let buffer = vec![9; len];
    let operations = FILE_BYTES / len;
    median(operations, || {
        file.seek(SeekFrom::Start(0))?;
        for _ in 0..operations {
            file.write_all(black_box(&buffer))?;
        }
        Ok(())
    })
}

fn stat(path: &Path) -> std::io::Result<f64> {
    median(2000, || {
        for _ in 0..2000 {
            black_box(fs::metadata(path)?);
        }
        Ok(())
    })
}

fn open_close(path: &Path) -> std::io::Result<f64> {
    median(2000, || {
        for _ in 0..2000 {
            black_box(File::open(path)?);
        }
        Ok(())
    })
}

fn create_unlink(root: &Path) -> std::io::Result<f64> {
    let path = root.join("bench-small");
    median(1000, || {
        for _ in 0..1000 {
            fs::write(&path, [1; 100])?;
            fs::remove_file(&path)?;
        }
        Ok(())
    })
}

fn readdir(root: &Path) -> std::io::Result<f64> {
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
