//! The figures of the host library, in one run: Markdown tables on stdout.
//!
//! ```text
//! cargo bench --profile deployed -p monaka-bench-host
//! ```
//!
//! With the name of a table (`operations`, `threads`, ...) behind `--`, only that; with `--repeat NAME` one
//! operation on a volume, again and again, for a profiler.

use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use monaka_bench_host::figures::Figures;
use monaka_bench_host::form::{Files, Program, engine};
use monaka_bench_host::{guest, tmpfs};
use monaka_fs_core::{Access, Env, Follow, OpenFlags, Time};
use monaka_host::{Limits, View, Volume};

/// How often the forms take turns; the best of each figure counts.
const TURNS: usize = 5;

/// How many times faster than wasmtime-wasi at its default settings an operation ought to be.
const OPERATIONS: [(&str, f64); 6] = [
    ("stat", 20.0),
    ("open + close", 20.0),
    ("read 4 KiB", 8.0),
    ("write 4 KiB", 5.0),
    ("read 1 MiB", 2.0),
    ("write 1 MiB", 2.0),
];

/// What two threads ought to do of what one does.
const TWO_THREADS: f64 = 1.8;
/// What an instance may take longer on a volume.
const INSTANCE_US_MAX: f64 = 5.0;
/// What mounting 1 GiB may take: its index, with 8 bytes for each 64 KiB, is read, and no content.
const MOUNT_US_MAX: f64 = 1000.0;
/// The share of the speed of `memcpy` that a read ought to have.
const OF_MEMCPY: f64 = 0.5;

fn main() -> Result<()> {
    let program = Program::new(&engine()?, &guest()?)?;
    let args: Vec<String> = std::env::args().collect();
    if let [.., flag, name] = &args[..]
        && flag == "--repeat"
    {
        return profile(&program, name);
    }
    let directory = tempfile::tempdir_in(tmpfs()?)?;
    let directory = directory.path();
    let tables: [(&str, &dyn Fn() -> Result<()>); 6] = [
        ("operations", &|| operations(&program, directory)),
        ("threads", &|| threads(&program)),
        ("instances", &|| instances(&program)),
        ("volumes", &|| volumes(directory)),
        ("watching", &watching),
        ("memcpy", &memcpy),
    ];
    let asked = |name| args.iter().any(|arg| arg == name);
    let all = !tables.iter().any(|(name, _)| asked(name));
    for (_, table) in tables.iter().filter(|(name, _)| all || asked(name)) {
        table()?;
    }
    Ok(())
}

fn profile(program: &Program, name: &str) -> Result<()> {
    let view = Volume::new(Limits::default())?.view().build()?;
    for _ in 0..10 * TURNS {
        print!(
            "{}",
            program.run(Files::Volume(&view), &["operations", "/", name])?
        );
    }
    Ok(())
}

/// A line of a table of one figure.
fn line(name: &str, figure: String, goal: String, met: bool) {
    let mark = if met { "" } else { " **missed**" };
    println!("| {name} | {figure} | {goal}{mark} |");
}

fn operations(program: &Program, directory: &Path) -> Result<()> {
    let volume = Volume::new(Limits::default())?;
    let view = volume.view().build()?;
    let forms = [
        Files::Volume(&view),
        Files::VolumeSync(&view),
        Files::Host(directory),
        Files::HostBlocking(directory),
    ];
    let mut figures: [Figures; 4] = Default::default();
    for _ in 0..TURNS {
        for (form, figures) in forms.iter().zip(&mut figures) {
            figures.add(&program.run(*form, &["operations", "/"])?)?;
        }
    }
    println!(
        "| ns | volume | volume, sync | wasmtime-wasi | wasmtime-wasi, blocking | ratio | goal | ratio, blocking |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, goal) in OPERATIONS {
        let [ours, sync, host, blocking] = figures.each_ref().map(|figures| figures.get(name));
        let (ours, sync, host, blocking) = (ours?, sync?, host?, blocking?);
        let ratio = host / ours;
        let mark = if ratio >= goal { "" } else { " **missed**" };
        println!(
            "| {name} | {ours:.0} | {sync:.0} | {host:.0} | {blocking:.0} | {ratio:.1} | {goal}{mark} | {:.1} |",
            blocking / ours
        );
    }
    println!();
    Ok(())
}

/// Operations per second of programs that run at the same time, each on its path, together.
fn together(program: &Program, view: &View, verb: &str, paths: &[&str]) -> Result<f64> {
    let run = |path| -> Result<f64> {
        let output = program.run(Files::Volume(view), &["throughput", verb, path])?;
        let (_, figure) = output.trim_end().split_once('\t').context("no figure")?;
        Ok(figure.parse()?)
    };
    thread::scope(|scope| {
        let started: Vec<_> = paths
            .iter()
            .map(|path| scope.spawn(move || run(path)))
            .collect();
        let mut sum = 0.0;
        for run in started {
            sum += run.join().ok().context("a thread panicked")??;
        }
        Ok(sum)
    })
}

fn threads(program: &Program) -> Result<()> {
    println!("| two threads against one | ratio | goal |\n|---|---|---|");
    let volume = Volume::new(Limits::default())?;
    for path in ["/a", "/b"] {
        volume.write(path, &vec![7; 1 << 20])?;
    }
    let view = volume.view().build()?;
    for (name, verb, second) in [
        ("read 4 KiB, different files", "read", "/b"),
        ("write 4 KiB, different files", "write", "/b"),
        ("read 4 KiB, the same file", "read", "/a"),
        ("stat, the same file", "stat", "/a"),
    ] {
        let (mut one, mut two) = (0.0_f64, 0.0_f64);
        for _ in 0..TURNS {
            one = one.max(together(program, &view, verb, &["/a"])?);
            two = two.max(together(program, &view, verb, &["/a", second])?);
        }
        let ratio = two / one;
        line(
            name,
            format!("{ratio:.2}"),
            TWO_THREADS.to_string(),
            ratio >= TWO_THREADS,
        );
    }
    let ratio = copies_together(2)? / copies_together(1)?;
    line(
        "copy 4 KiB of the same memory, without a program",
        format!("{ratio:.2}"),
        String::new(),
        true,
    );
    println!();
    Ok(())
}

/// Copies of 4 KiB of the same 512 KiB per second, of so many threads together: the limit of what reads
/// of one file can gain.
fn copies_together(threads: usize) -> Result<f64> {
    const WHILE: Duration = Duration::from_millis(500);
    const PAGE: usize = 4 << 10;
    let memory = vec![7; 512 << 10];
    let copy = || {
        let mut buffer = vec![0; PAGE];
        let mut count = 0.0;
        let start = Instant::now();
        while start.elapsed() < WHILE {
            for page in memory.chunks_exact(PAGE) {
                black_box(&mut buffer).copy_from_slice(black_box(page));
                count += 1.0;
            }
        }
        count / start.elapsed().as_secs_f64()
    };
    let together = || {
        thread::scope(|scope| {
            let started: Vec<_> = (0..threads).map(|_| scope.spawn(copy)).collect();
            let rates = started.into_iter().map(|thread| thread.join().ok());
            rates.sum::<Option<f64>>().context("a thread panicked")
        })
    };
    let mut best = 0.0_f64;
    for _ in 0..TURNS {
        best = best.max(together()?);
    }
    Ok(best)
}

/// The best time in µs of what a future does.
async fn best<F: Future<Output = Result<()>>>(mut operation: impl FnMut() -> F) -> Result<f64> {
    const OPERATIONS: u32 = 50;
    let start = Instant::now();
    for _ in 0..OPERATIONS {
        operation().await?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(OPERATIONS))
}

fn instances(program: &Program) -> Result<()> {
    let volume = Volume::new(Limits::default())?;
    let view = volume.view().build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (mut without, mut with) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..20 * TURNS {
        without = without.min(runtime.block_on(best(|| program.instance()))?);
        with = with.min(runtime.block_on(best(|| program.instance_in(&view)))?);
    }
    println!("| an instance | µs | goal |\n|---|---|---|");
    line(
        "without files",
        format!("{without:.1}"),
        String::new(),
        true,
    );
    line("with a volume", format!("{with:.1}"), String::new(), true);
    let added = with - without;
    let goal = format!("at most {INSTANCE_US_MAX}");
    line(
        "added",
        format!("{added:.2}"),
        goal,
        added <= INSTANCE_US_MAX,
    );
    println!();
    Ok(())
}

/// The best time in µs of something, and what it gave last.
fn timed<T>(operation: impl Fn() -> Result<T>) -> Result<(f64, T)> {
    let mut best = f64::INFINITY;
    for _ in 1..TURNS {
        let start = Instant::now();
        operation()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok((best, operation()?))
}

/// What a volume of one file costs a host that takes a snapshot of it, and one that mounts its image.
fn volumes(directory: &Path) -> Result<()> {
    let limits = Limits {
        bytes_max: 2 << 30,
        ..Limits::default()
    };
    let image = directory.join("image");
    let times = |bytes: usize| -> Result<[f64; 2]> {
        let volume = Volume::new(limits)?;
        volume.write("/file", &vec![7; bytes])?;
        let (snapshot_us, snapshot) = timed(|| Ok(volume.snapshot()?))?;
        snapshot.save(&image)?;
        let (mount_us, _) = timed(|| Ok(Volume::open_image(&image, limits)?))?;
        Ok([snapshot_us, mount_us])
    };
    let ([snapshot, mount], [snapshot_large, mount_large]) = (times(1 << 20)?, times(1 << 30)?);
    std::fs::remove_file(&image)?;
    println!("| µs | 1 MiB | 1 GiB | goal |\n|---|---|---|---|");
    let snapshot_large = format!("{snapshot_large:.0}");
    line(
        &format!("snapshot | {snapshot:.0}"),
        snapshot_large,
        String::new(),
        true,
    );
    line(
        &format!("mount its image | {mount:.0}"),
        format!("{mount_large:.0}"),
        format!("at most {MOUNT_US_MAX}"),
        mount_large <= MOUNT_US_MAX,
    );
    println!();
    Ok(())
}

/// What a change costs while somebody watches, and while nobody does.
fn watching() -> Result<()> {
    const CHANGES: u32 = 10_000;
    let volume = Volume::new(Limits::default())?;
    volume.write("/a", b"")?;
    let rename = || -> Result<f64> {
        let (us, ()) = timed(|| {
            for _ in 0..CHANGES / 2 {
                volume.rename("/a", "/b")?;
                volume.rename("/b", "/a")?;
            }
            Ok(())
        })?;
        Ok(us * 1e3 / f64::from(CHANGES))
    };
    let unwatched = rename()?;
    let watch = volume.watch(CHANGES as usize * (TURNS + 1))?;
    let watched = rename()?;
    drop(watch);
    println!("| a rename by the host | ns | goal |\n|---|---|---|");
    line("unwatched", format!("{unwatched:.0}"), String::new(), true);
    line("watched", format!("{watched:.0}"), String::new(), true);
    println!();
    Ok(())
}

/// A clock that stands still.
struct Still;

impl Env for Still {
    fn now(&self) -> Time {
        Time(0)
    }
}

/// 1 MiB reads by the core, one after the other, against copies of as much from as much memory.
fn memcpy() -> Result<()> {
    const LEN: usize = 1 << 20;
    const WORKING_SET: usize = 64 << 20;
    let mut files = monaka_fs_core::View::new(Still, Limits::default())?;
    let root = files.open_root(Access::READ | Access::MUTATE_DIRECTORY)?;
    let access = Access::READ | Access::WRITE;
    let file = files.open_at(root, "file", Follow::Yes, OpenFlags::CREATE, access)?;
    let memory = vec![7; WORKING_SET];
    files.write(file, 0, &memory)?;
    let mut buffer = vec![0; LEN];
    let (mut read, mut copy) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..4 * TURNS {
        let start = Instant::now();
        for offset in (0..WORKING_SET).step_by(LEN) {
            files.read(file, offset as u64, black_box(&mut buffer))?;
        }
        read = read.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        for from in memory.chunks_exact(LEN) {
            black_box(&mut buffer).copy_from_slice(black_box(from));
        }
        copy = copy.min(start.elapsed().as_secs_f64());
    }
    println!("| sequential reads of 1 MiB, without a program | | goal |\n|---|---|---|");
    let gigabytes = |seconds: f64| format!("{:.1} GB/s", WORKING_SET as f64 / seconds / 1e9);
    line("read", gigabytes(read), String::new(), true);
    line("memcpy", gigabytes(copy), String::new(), true);
    let ratio = copy / read;
    line(
        "read / memcpy",
        format!("{ratio:.2}"),
        OF_MEMCPY.to_string(),
        ratio >= OF_MEMCPY,
    );
    Ok(())
}
