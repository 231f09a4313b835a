//! The core, natively. `cargo bench -p monaka-bench-core`; for figures in wasm see the program of
//! this crate.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use monaka_bench_core::{Bench, FILES, Numbers, many_files, name};

const PIECE: usize = 64 * 1024;
const FILE: usize = 16 << 20;

fn data(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("data");
    let buf = vec![7; PIECE];
    group.throughput(Throughput::Bytes(FILE as u64));
    group.bench_function("append 16 MiB by 64 KiB", |bencher| {
        bencher.iter_batched_ref(
            Bench::new,
            |bench| {
                let fd = bench.open("file");
                for _ in 0..FILE / PIECE {
                    bench.volume.append(fd, &buf).expect("room");
                }
            },
            BatchSize::PerIteration,
        );
    });

    let mut bench = Bench::new();
    bench.create("file", &vec![7; FILE]);
    let fd = bench.open("file");
    let mut buf = vec![7; PIECE];
    group.bench_function("overwrite 16 MiB by 64 KiB", |bencher| {
        bencher.iter(|| {
            for offset in (0..FILE).step_by(PIECE) {
                bench.volume.write(fd, offset as u64, &buf).expect("room");
            }
        });
    });
    group.bench_function("read 16 MiB by 64 KiB", |bencher| {
        bencher.iter(|| {
            for offset in (0..FILE).step_by(PIECE) {
                bench
                    .volume
                    .read(fd, offset as u64, &mut buf)
                    .expect("data");
            }
        });
    });
    group.throughput(Throughput::Bytes(512));
    let mut numbers = Numbers::new();
    group.bench_function("read 512 bytes at random", |bencher| {
        bencher.iter(|| {
            let offset = numbers.below((FILE - 512) as u64);
            bench
                .volume
                .read(fd, offset, &mut buf[..512])
                .expect("data")
        });
    });
    group.finish();
}

fn names(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("names");
    let names: Vec<String> = (0..FILES).map(name).collect();
    let mut numbers = Numbers::new();
    let mut bench = Bench::with_files(FILES, 100);
    group.bench_function("stat among 10 000", |bencher| {
        bencher.iter(|| bench.stat(&names[numbers.below(FILES as u64) as usize]));
    });
    group.bench_function("create and unlink among 10 000", |bencher| {
        bencher.iter(|| {
            bench.create("new", b"content");
            bench.unlink("new");
        });
    });
    group.throughput(Throughput::Elements(FILES as u64));
    group.bench_function("read a directory of 10 000", |bencher| {
        bencher.iter(|| bench.list())
    });
    group.finish();
}

fn mount(criterion: &mut Criterion) {
    let image = many_files();
    criterion.bench_function("mount an image of 10 000 files", |bencher| {
        bencher.iter_with_large_drop(|| black_box(Bench::mount(image)));
    });
}

criterion_group!(benches, data, names, mount);
criterion_main!(benches);
