//! Real threads on one volume, for a while.
//!
//! `THREADS_SECONDS` makes the long test longer; its seed is printed, and `THREADS_SEED` sets it.

#![cfg(feature = "std")]

mod common;

use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::calls::Random;
use common::fs::{BOTH, READ, WRITE};
use common::shared::{Program, SharedVolume, check_empty, check_idle, snapshot, volume};
use monaka_fs_core::{
    Access, CHUNK_BYTES, Error, Fd, Follow, Gather, Kind, Limits, OpenFlags, Payload, Quota,
    Result, SetTime, Source, Time, Usage,
};

const THREADS: usize = 8;

/// Sets a flag when it is dropped: also by a panic, so that nobody goes on for ever.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A program that does anything, on paths that others use too.
struct Wild {
    program: Program,
    random: Random,
    open: Vec<Fd>,
}

impl Wild {
    const OPEN_MAX: usize = 12;
    const SIZE_MAX: u64 = 4 * CHUNK_BYTES as u64;

    /// One of two dozen paths, two levels deep: some are files, some directories, some links.
    fn path(&mut self) -> String {
        let name = char::from(b'a' + self.random.below(6) as u8);
        match self.random.below(4) {
            0 => name.to_string(),
            dir => format!("d{dir}/{name}"),
        }
    }

    fn flags(&mut self) -> OpenFlags {
        let all = OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE;
        OpenFlags::from_bits_truncate(self.random.below(16) as u8) & all
    }

    /// Some handle, or one on the root.
    fn fd(&mut self) -> Fd {
        match self.open.len() as u64 {
            0 => self.program.root,
            len => self.open[self.random.below(len) as usize],
        }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let len_max = match self.random.below(4) {
            0 => 3 * CHUNK_BYTES as u64,
            _ => 1000,
        };
        vec![self.random.below(256) as u8; self.random.below(len_max) as usize]
    }

    fn step(&mut self) -> Result<()> {
        match self.random.below(8) {
            0 => self.change_names(),
            1 => self.open_or_close(),
            2 | 3 => self.look(),
            _ => self.change_content(),
        }
    }

    fn open_or_close(&mut self) -> Result<()> {
        if self.open.len() >= Self::OPEN_MAX {
            let closed = self.random.below(self.open.len() as u64) as usize;
            return self.program.view.close(self.open.swap_remove(closed));
        }
        let (path, flags) = (self.path(), self.flags());
        let opened = match self.random.below(4) {
            0 => {
                let fd = self.fd();
                self.program.view.dup(fd, Access::empty())
            }
            1 => self.program.open_with(&path, flags, READ),
            _ => self.program.open_with(&path, flags, BOTH),
        };
        self.open.push(opened?);
        Ok(())
    }

    fn change_names(&mut self) -> Result<()> {
        let (path, other) = (self.path(), self.path());
        let Program { view, root } = &mut self.program;
        match self.random.below(8) {
            0 => view.create_directory_at(*root, &path),
            1 => view.remove_directory_at(*root, &path),
            2 | 3 => view.unlink_file_at(*root, &path),
            4 => view.symlink_at(&other, *root, &path),
            5 => view.link_at(*root, Follow::No, &path, *root, &other),
            _ => view.rename_at(*root, &path, *root, &other),
        }
    }

    fn change_content(&mut self) -> Result<()> {
        let (fd, bytes) = (self.fd(), self.bytes());
        let offset = self.random.below(Self::SIZE_MAX);
        let view = &mut self.program.view;
        let changed = match self.random.below(6) {
            0 | 1 => view.write(fd, offset, &bytes).map(drop),
            2 | 3 => view.append(fd, &bytes).map(drop),
            4 => view.write_zeroes(fd, offset, bytes.len() as u64).map(drop),
            _ => view.set_size(fd, offset),
        };
        match changed {
            // Opened without the right to it.
            Err(Error::BadDescriptor | Error::Invalid) => Ok(()),
            changed => changed,
        }
    }

    fn look(&mut self) -> Result<()> {
        let (fd, path) = (self.fd(), self.path());
        let Program { view, root } = &mut self.program;
        match self.random.below(7) {
            0 => {
                let mut bytes = Vec::new();
                let found = match view.gather(fd, 0, usize::MAX, &mut bytes) {
                    Err(Error::BadDescriptor) => return Ok(()),
                    found => found?,
                };
                assert_eq!((found.len, found.end), (bytes.len(), true));
            }
            1 => {
                let names = self.program.list(".")?;
                assert!(names.iter().filter(|name| name.starts_with('d')).count() >= 3);
            }
            2 => {
                let stat = view.stat_at(*root, &path, Follow::No)?;
                assert!(stat.nlink > 0 && stat.mtime.0 < u64::MAX);
            }
            3 => {
                view.stat(fd)?;
                view.metadata_hash(fd)?;
            }
            4 => match view.readlink_at(*root, &path) {
                Err(Error::Invalid) => {}
                target => assert!(!target?.is_empty()),
            },
            5 => match view.set_times(fd, SetTime::Now, SetTime::At(Time(7))) {
                // A directory that was opened without the right to it.
                Err(Error::ReadOnly) => {}
                set => set?,
            },
            _ => drop(snapshot(view.volume())),
        }
        Ok(())
    }
}

/// What a program may be told that does anything, beside others who do so too.
fn is_expected(error: Error) -> bool {
    matches!(
        error,
        Error::NoEntry
            | Error::Exist
            | Error::NotDirectory
            | Error::IsDirectory
            | Error::NotEmpty
            | Error::Loop
            | Error::NotPermitted
            | Error::Invalid
            | Error::InsufficientSpace
            | Error::InsufficientMemory
    )
}

fn remove_all(program: &mut Program, dir: &str) {
    for name in program.list(dir).unwrap() {
        let path = format!("{dir}/{name}");
        if program.stat(&path).unwrap().kind == Kind::Directory {
            remove_all(program, &path);
            program.rmdir(&path).unwrap();
        } else {
            program.unlink(&path).unwrap();
        }
    }
}

/// Looks after the limits while others work: nothing is above them, not even for a moment.
fn audit(volume: &SharedVolume, quotas: &[Quota], ended: &AtomicBool) {
    let limits = volume.limits();
    let mut highest = Usage::default();
    while !ended.load(Ordering::Relaxed) {
        let usage = volume.usage();
        assert!(usage.bytes <= limits.bytes_max && usage.inodes <= limits.inodes_max);
        assert!(usage.handles <= limits.handles_max);
        for quota in quotas {
            let usage = quota.usage();
            assert!(usage.bytes <= quota.bytes_max() && usage.inodes <= quota.inodes_max());
        }
        highest.bytes = highest.bytes.max(usage.bytes);
        highest.inodes = highest.inodes.max(usage.inodes);
        thread::yield_now();
    }
    println!(
        "at most {} bytes and {} inodes",
        highest.bytes, highest.inodes
    );
}

/// Programs do anything for a while, each with a quota. Then the ledger and each quota are what a
/// recount finds, and once everything is removed there is nothing left.
#[test]
fn programs_that_do_anything() {
    let seconds = std::env::var("THREADS_SECONDS").map_or(3, |seconds| seconds.parse().unwrap());
    let seed = RandomState::new().hash_one(());
    let seed: u64 = std::env::var("THREADS_SEED").map_or(seed, |seed| seed.parse().unwrap());
    println!("THREADS_SEED={seed}");
    let volume = volume(Limits {
        bytes_max: 2 << 20,
        inodes_max: 40,
        handles_max: 80,
        ..Limits::default()
    });
    let mut first = Program::of(&volume);
    for dir in ["d1", "d2", "d3"] {
        first.mkdir(dir).unwrap();
    }
    let quotas = [(); THREADS].map(|()| Quota::new(512 << 10, 10));
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| audit(&volume, &quotas, &ended));
        let ending = Ending(&ended);
        let programs = quotas.iter().enumerate().map(|(number, quota)| {
            let random = Random(seed ^ (number as u64) << 32);
            let volume = &volume;
            scope.spawn(move || run_wild(volume, quota, random, Duration::from_secs(seconds)))
        });
        let programs: Vec<_> = programs.collect();
        let steps: Vec<[u64; 2]> = programs
            .into_iter()
            .map(|one| one.join().unwrap())
            .collect();
        drop(ending);
        let [done, refused] = [0, 1].map(|place| steps.iter().map(|one| one[place]).sum::<u64>());
        println!("{done} steps done, {refused} refused");
        assert!(done > 1000 && refused > 100);
    });
    drop(first);
    check_idle(&volume, &quotas.each_ref());
    remove_all(&mut Program::of(&volume), ".");
    check_empty(&volume, &quotas.each_ref());
}

/// Gives how many steps were done, and refused.
fn run_wild(volume: &SharedVolume, quota: &Quota, mut random: Random, time: Duration) -> [u64; 2] {
    let start = Instant::now();
    let mut counts = [0; 2];
    while start.elapsed() < time {
        // The others may have all handles.
        let Ok(program) = Program::try_with_quota(volume, quota) else {
            thread::yield_now();
            continue;
        };
        let mut wild = Wild {
            program,
            random: random.clone(),
            open: Vec::new(),
        };
        // Then the view is dropped, with all that it has open.
        for _ in 0..500 {
            match wild.step() {
                Ok(()) => counts[0] += 1,
                Err(error) => {
                    assert!(is_expected(error), "{error:?}");
                    counts[1] += 1;
                }
            }
        }
        random = wild.random.clone();
    }
    counts
}

/// Lines of any length up to more than a chunk.
#[test]
fn appends_are_whole_and_each_threads_are_in_order() {
    const LINES: u64 = 400;
    let volume = volume(Limits::default());
    let run = |id: usize| {
        let mut program = Program::of(&volume);
        let mut random = Random(id as u64);
        let fd = program.create("log").unwrap();
        for number in 0..LINES {
            let len_max = if number % 50 == 0 { 100_000 } else { 200 };
            let filling = "x".repeat(random.below(len_max) as usize);
            let line = format!("{id} {number} {} {filling}\n", filling.len());
            let (_, written) = program.view.append(fd, line.as_bytes()).unwrap();
            assert_eq!(written, line.len());
        }
    };
    let run = &run;
    thread::scope(|scope| {
        for id in 0..THREADS {
            scope.spawn(move || run(id));
        }
    });
    let log = String::from_utf8(Program::of(&volume).get("log").unwrap()).unwrap();
    let mut next = [0; THREADS];
    for line in log.lines() {
        let mut words = line.splitn(4, ' ');
        let mut number = || words.next().unwrap().parse::<usize>().unwrap();
        let [id, line_number, len] = [number(), number(), number()];
        assert_eq!(line_number, next[id], "of {id}");
        assert_eq!(words.next().unwrap(), "x".repeat(len));
        next[id] += 1;
    }
    assert_eq!(next, [LINES as usize; THREADS]);
    check_idle(&volume, &[]);
}

/// Bytes that come slowly: others go on between the pieces that a write asks for.
struct Slow<'a>(&'a [u8]);

impl Source for Slow<'_> {
    fn copy_to(&self, at: usize, to: &mut [u8]) {
        thread::yield_now();
        self.0.copy_to(at, to);
    }

    fn append_to(&self, at: usize, len: usize, to: &mut Vec<u8>) {
        thread::yield_now();
        self.0.append_to(at, len, to);
    }
}

/// A write is seen whole or not at all, over as many chunks as it has, and together with the size: by
/// reads of the whole file and by reads across the edge of a chunk.
#[test]
fn a_read_sees_writes_whole() {
    const WRITES: usize = 400;
    /// So many bytes more with each write.
    const STEP: usize = 1000;
    let volume = volume(Limits::default());
    let content = |number: usize| vec![(number % 251) as u8; number * STEP];
    Program::of(&volume).put("f", &content(1));
    let ended = AtomicBool::new(false);
    let read = || {
        let mut program = Program::of(&volume);
        let fd = program.open("f", READ).unwrap();
        let (mut reads, mut changes, mut last) = (0, 0, 0);
        while !ended.load(Ordering::Relaxed) || reads == 0 {
            let seen = program.read(fd).unwrap();
            let number = seen.len() / STEP;
            assert!(seen == content(number) && number >= last);
            let mut edge = [0; 2];
            let before_edge = CHUNK_BYTES as u64 - 1;
            let count = program.view.read(fd, before_edge, &mut edge).unwrap();
            assert!(count < 2 || edge[0] == edge[1]);
            changes += u32::from(number != last);
            last = number;
            reads += 1;
        }
        println!("{reads} reads, which saw {changes} changes");
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(read);
        }
        let _ending = Ending(&ended);
        let mut writer = Program::of(&volume);
        let fd = writer.open("f", WRITE).unwrap();
        for number in 2..=WRITES {
            let bytes = content(number);
            let source = Slow(&bytes);
            let payload = Payload::new(&source, bytes.len());
            let written = writer.view.write_from(fd, 0, payload);
            assert_eq!(written, Ok(bytes.len()));
            thread::yield_now();
        }
    });
    check_idle(&volume, &[]);
}

/// Takes bytes until it has had enough.
struct Panicking;

impl Gather for Panicking {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        Ok(())
    }

    fn data(&mut self, _bytes: &[u8]) -> bool {
        panic!("on purpose")
    }

    fn zeroes(&mut self, _count: usize) -> bool {
        true
    }
}

/// A host that panics with a file locked, in what it reads into: its view is closed as it unwinds, and
/// others go on with the same file.
#[test]
fn a_panic_leaves_the_volume_whole() {
    let volume = volume(Limits::default());
    let mut other = Program::of(&volume);
    other.put("f", b"content");
    let fd = other.open("f", BOTH).unwrap();
    let mut program = Program::of(&volume);
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let fd = program.open("f", BOTH).unwrap();
        program.create("g").unwrap();
        program.unlink("g").unwrap();
        program.view.gather(fd, 0, 10, &mut Panicking)
    }));
    assert!(panicked.is_err());
    assert_eq!(volume.usage().handles, 2);
    other.view.append(fd, b"!").unwrap();
    assert_eq!(other.read(fd).unwrap(), b"content!");
    other.unlink("f").unwrap();
    drop(other);
    check_empty(&volume, &[]);
}
