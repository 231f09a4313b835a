//! Prints what the core takes, beside a plain copy of memory in the same run:
//!
//! ```text
//! cargo build --profile adapter -p monaka-bench-core --target wasm32-wasip1
//! wasmtime run target/wasm32-wasip1/adapter/monaka-bench-core.wasm
//! ```
//!
//! Arguments choose: `memory`, `copies`, `data`, `growth`, `names`, `mount`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use monaka_bench_core::{Bench, FILES, Numbers, many_files, name};
use monaka_fs_core::image::Image;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
/// One sequential read or write.
const PIECE: usize = 64 * KIB;
/// The file that is read and written in sequence and at random.
const FILE: usize = 16 * MIB;
/// The file that is grown.
const GROWN: usize = 500 * MIB;
const SMALL_FILES: usize = 1_000_000;
/// Repetitions, the shortest of which counts.
const RUNS: usize = 15;

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    // Memory first, while it is what the program started with.
    let all: [(&str, fn()); 6] = [
        ("memory", memory),
        ("copies", copies),
        ("data", data),
        ("growth", growths),
        ("names", names),
        ("mount", mount),
    ];
    for (name, measure) in all {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            measure();
        }
    }
}

fn growths() {
    growth(PIECE);
    growth(4 * KIB);
}

fn memory() {
    let before = memory_bytes();
    let mut bench = Bench::new();
    let start = Instant::now();
    for i in 0..SMALL_FILES {
        bench.create(&name(i), &[7; 100]);
    }
    let spent = start.elapsed();
    let taken = memory_bytes() - before;
    println!(
        "{:36}{:>10.0} MB",
        "1 000 000 files of 100 bytes",
        taken as f64 / 1e6
    );
    println!("{:36}{:>10} bytes", "  each", taken / SMALL_FILES);
    per_op("  create, write, close", spent, SMALL_FILES);
    black_box(bench);
}

fn copies() {
    let from = vec![7_u8; FILE];
    let mut to = vec![0_u8; FILE];
    let spent = best(|| {
        for _ in 0..FILE / PIECE {
            black_box(&mut to[..PIECE]).copy_from_slice(black_box(&from[..PIECE]));
        }
    });
    rate("copy 64 KiB, the same again", spent, FILE);
    let spent = best(|| {
        for (to, from) in to.chunks_mut(PIECE).zip(from.chunks(PIECE)) {
            black_box(to).copy_from_slice(black_box(from));
        }
    });
    rate("copy 64 KiB, through 16 MiB", spent, FILE);
    let spent = best(|| {
        for from in from.chunks(PIECE) {
            black_box(&mut to[..PIECE]).copy_from_slice(black_box(from));
        }
    });
    rate("copy 64 KiB, from 16 MiB", spent, FILE);
}

fn data() {
    let mut bench = Bench::new();
    let mut buf = vec![7_u8; PIECE];
    let spent = best(|| {
        bench = Bench::new();
        let fd = bench.open("file");
        for _ in 0..FILE / PIECE {
            bench.volume.append(fd, &buf).expect("room");
        }
    });
    rate("append 64 KiB (memory is new once)", spent, FILE);
    let fd = bench.open("file");
    let spent = best(|| {
        for offset in (0..FILE).step_by(PIECE) {
            bench.volume.write(fd, offset as u64, &buf).expect("room");
        }
    });
    rate("overwrite 64 KiB", spent, FILE);
    let spent = best(|| {
        for offset in (0..FILE).step_by(PIECE) {
            let count = bench.volume.read(fd, offset as u64, &mut buf);
            assert_eq!(count, Ok(PIECE));
        }
    });
    rate("read 64 KiB", spent, FILE);
    // Copies slow down where source and destination have nearly the same offset in their pages: no
    // buffer may meet it in every chunk.
    let mut large = vec![0_u8; PIECE + 4 * KIB];
    let alignments = (0..4 * KIB).step_by(64).map(|at| {
        best(|| {
            for offset in (0..FILE).step_by(PIECE) {
                let buf = &mut large[at..][..PIECE];
                let count = bench.volume.read(fd, offset as u64, buf);
                assert_eq!(count, Ok(PIECE));
            }
        })
    });
    let spent = alignments.max().unwrap_or_default();
    rate("  with the worst alignment", spent, FILE);
    random("read 512 bytes at random", |offset, buf| {
        bench.volume.read(fd, offset, buf).expect("data");
    });
    random("write 512 bytes at random", |offset, buf| {
        bench.volume.write(fd, offset, buf).expect("room");
    });
}

fn random(label: &str, mut step: impl FnMut(u64, &mut [u8])) {
    const STEPS: usize = 200_000;
    let mut buf = [7; 512];
    let mut numbers = Numbers::new();
    let spent = best(|| {
        for _ in 0..STEPS {
            step(numbers.below((FILE - 512) as u64), &mut buf);
        }
    });
    per_op(label, spent, STEPS);
}

/// The slowest single write while a file grows.
fn growth(piece: usize) {
    let buf = vec![7_u8; piece];
    let mut bench = Bench::new();
    let fd = bench.open("file");
    let start = Instant::now();
    let mut slowest = Duration::ZERO;
    for _ in 0..GROWN / piece {
        let start = Instant::now();
        bench.volume.append(fd, &buf).expect("room");
        slowest = slowest.max(start.elapsed());
    }
    rate(
        &format!("grow to 500 MiB by {} KiB", piece / KIB),
        start.elapsed(),
        GROWN,
    );
    println!("{:36}{:>10.3} ms", "  slowest write", ms(slowest));
}

fn names() {
    let names: Vec<String> = (0..FILES).map(name).collect();
    let mut bench = Bench::with_files(FILES, 100);
    let spent = best(|| {
        for name in &names {
            black_box(bench.stat(name));
        }
    });
    per_op("stat in a directory of 10 000", spent, FILES);
    let spent = best(|| {
        for name in &names {
            let fd = bench.open(name);
            bench.volume.close(fd).expect("open");
        }
    });
    per_op("open and close there", spent, FILES);
    let spent = best(|| {
        black_box(bench.list());
    });
    per_op("read the directory, each entry", spent, FILES);
    let spent = best(|| {
        for name in &names {
            bench.unlink(name);
        }
        for name in &names {
            bench.create(name, &[7; 100]);
        }
    });
    per_op("unlink and create of 100 bytes", spent, FILES);
}

fn mount() {
    let image = many_files();
    let parse = || Image::parse(black_box(image)).expect("the image is sound");
    let spent = best(|| {
        black_box(parse());
    });
    println!(
        "{:36}{:>10.2} ms",
        "parse an image of 10 000 files",
        ms(spent)
    );
    // Taking the volume down again is not part of it.
    let once = || {
        let start = Instant::now();
        let bench = Bench::mount(black_box(image));
        let spent = start.elapsed();
        drop(bench);
        spent
    };
    let spent = (0..RUNS).map(|_| once()).min().unwrap_or_default();
    println!("{:36}{:>10.2} ms", "parse and mount it", ms(spent));
}

/// The shortest of several runs: what disturbs a measurement only makes it longer.
fn best(mut step: impl FnMut()) -> Duration {
    let once = |step: &mut dyn FnMut()| {
        let start = Instant::now();
        step();
        start.elapsed()
    };
    (0..RUNS).map(|_| once(&mut step)).min().unwrap_or_default()
}

fn ms(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1e3
}

fn rate(label: &str, spent: Duration, bytes: usize) {
    println!(
        "{label:36}{:>10.1} GB/s",
        bytes as f64 / spent.as_secs_f64() / 1e9
    );
}

fn per_op(label: &str, spent: Duration, count: usize) {
    println!(
        "{label:36}{:>10.0} ns",
        spent.as_secs_f64() * 1e9 / count as f64
    );
}

/// Memory that the program has taken so far.
fn memory_bytes() -> usize {
    #[cfg(target_family = "wasm")]
    return core::arch::wasm32::memory_size(0) * 65_536;
    #[cfg(not(target_family = "wasm"))]
    std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok())
        .map_or(0, |pages| pages * 4096)
}
