//! Small programs on one volume, in many of the orders that their threads may run in.
//!
//! The locks and counts of the volume are shuttle's (`--cfg shuttle`), which decides at each of them
//! who goes on. `cargo xtask shuttle` runs these. A failure prints the seed of its scheduler, which
//! `SHUTTLE_RANDOM_SEED` takes, and the schedule itself, which `shuttle::replay` takes.
//!
//! Every scenario ends with the views dropped and the invariants checked: so an inode that is freed
//! twice, or never, is noticed in each of them.

#![cfg(shuttle)]

mod common;

use std::hash::{BuildHasher, RandomState};

use common::fs::{MUTATE, READ, WRITE};
use common::shared::{
    Program, SharedVolume, check_empty, check_idle, marking_volume, snapshot, volume,
};
use monaka_fs_core::{
    Error, Follow, Limits, OpenFlags, Quota, Run, Scope, SetTime, Snapshot, Time,
};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::thread::{JoinHandle, spawn};
use shuttle::{Config, Runner};

/// Schedules that each scheduler tries of each scenario, unless `SHUTTLE_SCHEDULES` says otherwise.
const SCHEDULES: usize = 1000;
/// Preemptions that the second scheduler places: what a defect needs is rarely more.
const PREEMPTIONS: usize = 3;

fn explore(scenario: fn()) {
    let schedules = std::env::var("SHUTTLE_SCHEDULES");
    let schedules = schedules.map_or(SCHEDULES, |count| count.parse().unwrap());
    let seed = RandomState::new().hash_one(());
    println!("{schedules} schedules of each scheduler from seed {seed}");
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    let random = RandomScheduler::new_from_seed(seed, schedules);
    Runner::new(random, config.clone()).run(scenario);
    let pct = PctScheduler::new_from_seed(seed, PREEMPTIONS, schedules);
    Runner::new(pct, config).run(scenario);
}

fn join<T>(threads: Vec<JoinHandle<T>>) -> Vec<T> {
    let joined = threads.into_iter().map(|thread| thread.join().unwrap());
    joined.collect()
}

/// What one of the orders allows.
#[track_caller]
fn assert_one_of<T: PartialEq + std::fmt::Debug>(found: T, allowed: &[T]) {
    assert!(allowed.contains(&found), "{found:?}");
}

mod freeing {
    use super::*;

    #[test]
    fn the_last_name_against_the_last_handle() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.put("f", b"content");
            let fd = a.open("f", READ).unwrap();
            let closing = spawn(move || a.view.close(fd).unwrap());
            let unlinking = spawn(move || b.unlink("f").unwrap());
            join(vec![closing, unlinking]);
            check_empty(&volume, &[]);
        });
    }

    #[test]
    fn two_handles_on_a_file_without_a_name() {
        explore(|| {
            let volume = volume(Limits::default());
            let mut a = Program::of(&volume);
            let mut b = Program::of(&volume);
            a.put("f", b"content");
            let [in_a, in_b] = [&mut a, &mut b].map(|program| program.open("f", READ).unwrap());
            a.unlink("f").unwrap();
            let threads = [(a, in_a), (b, in_b)].map(|(mut program, fd)| {
                spawn(move || {
                    assert_eq!(program.read(fd).unwrap(), b"content");
                    program.view.close(fd).unwrap();
                })
            });
            join(threads.into());
            check_empty(&volume, &[]);
        });
    }

    /// The number of a freed inode is the next to be used: who still held the old one would now
    /// have the new.
    #[test]
    fn a_number_is_used_again_only_when_nobody_holds_it() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.put("f", b"old");
            let fd = a.open("f", READ).unwrap();
            let reading = spawn(move || {
                assert_eq!(a.read(fd).unwrap(), b"old");
                assert_eq!(a.view.stat(fd).unwrap().size, 3);
                a.view.close(fd).unwrap();
            });
            let unlinking = spawn(move || b.unlink("f").unwrap());
            let creating = spawn(move || c.put("g", b"of another"));
            join(vec![reading, unlinking, creating]);
            let mut last = Program::of(&volume);
            assert_eq!(last.get("g").unwrap(), b"of another");
            last.unlink("g").unwrap();
            drop(last);
            check_empty(&volume, &[]);
        });
    }

    #[test]
    fn a_further_name_against_the_last_handle() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.put("f", b"content");
            let fd = a.open("f", READ).unwrap();
            let closing = spawn(move || a.view.close(fd).unwrap());
            let moving = spawn(move || {
                b.link("f", "g").unwrap();
                b.unlink("f").unwrap();
            });
            let unlinking =
                spawn(move || assert_one_of(c.unlink("g"), &[Ok(()), Err(Error::NoEntry)]));
            join(vec![closing, moving, unlinking]);
            check_idle(&volume, &[]);
            let mut last = Program::of(&volume);
            assert_one_of(last.unlink("g"), &[Ok(()), Err(Error::NoEntry)]);
            drop(last);
            check_empty(&volume, &[]);
        });
    }

    /// A removed directory that is open keeps its parent, which may have been removed too.
    #[test]
    fn removed_directories_that_are_open() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.mkdir("d").unwrap();
            a.mkdir("d/e").unwrap();
            let outer = a.open("d", READ).unwrap();
            let inner = b.open("d/e", MUTATE).unwrap();
            let first = spawn(move || a.view.close(outer).unwrap());
            let second = spawn(move || {
                let up = b.view.stat_at(inner, "..", Follow::No).unwrap();
                assert!(up.nlink <= 3);
                b.view.close(inner).unwrap();
            });
            let removing = spawn(move || {
                c.rmdir("d/e").unwrap();
                c.rmdir("d").unwrap();
            });
            join(vec![first, second, removing]);
            check_empty(&volume, &[]);
        });
    }

    #[test]
    fn dropping_a_view_against_use_of_what_it_held() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.put("f", b"content");
            a.mkdir("d").unwrap();
            for path in ["f", "f", "d"] {
                a.open(path, READ).unwrap();
            }
            let fd = b.open("f", READ.union(WRITE)).unwrap();
            let dropping = spawn(move || drop(a));
            let using = spawn(move || {
                b.view.append(fd, b"!").unwrap();
                assert_eq!(b.read(fd).unwrap(), b"content!");
            });
            let removing = spawn(move || {
                c.unlink("f").unwrap();
                c.rmdir("d").unwrap();
            });
            join(vec![dropping, using, removing]);
            check_empty(&volume, &[]);
        });
    }

    /// A view may be rooted at a directory that somebody removes.
    #[test]
    fn a_view_of_a_directory_that_is_removed() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.mkdir("d").unwrap();
            let scope = Scope {
                root: "d",
                ..Scope::default()
            };
            let mut inside = Program::within(&volume, &scope);
            let fork = inside.view.fork().unwrap();
            let using = spawn(move || {
                let made = inside.mkdir("e");
                assert_one_of(made, &[Ok(()), Err(Error::NoEntry)]);
                if made.is_ok() {
                    inside.rmdir("e").unwrap();
                }
            });
            let removing = spawn(move || {
                assert_one_of(a.rmdir("d"), &[Ok(()), Err(Error::NotEmpty)]);
            });
            let forking = spawn(move || drop(fork.fork()));
            join(vec![using, removing, forking]);
            assert_one_of(b.rmdir("d"), &[Ok(()), Err(Error::NoEntry)]);
            drop(b);
            check_empty(&volume, &[]);
        });
    }
}

mod naming {
    use super::*;

    #[test]
    fn one_of_many_creates_a_file() {
        explore(|| {
            let volume = volume(Limits::default());
            let threads = (0..3).map(|_| {
                let mut program = Program::of(&volume);
                spawn(move || match program.create_new("f") {
                    Ok(fd) => {
                        program.view.write(fd, 0, b"mine").unwrap();
                        true
                    }
                    Err(error) => {
                        assert_eq!(error, Error::Exist);
                        assert!(program.stat("f").is_ok());
                        false
                    }
                })
            });
            let winners = join(threads.collect());
            assert_eq!(winners.iter().filter(|&&won| won).count(), 1);
            check_idle(&volume, &[]);
            assert_eq!(volume.usage().inodes, 2);
        });
    }

    /// Who creates without `EXCLUSIVE` gets the file that is there: the same for all.
    #[test]
    fn many_open_one_file() {
        explore(|| {
            let volume = volume(Limits::default());
            let threads = (0..3).map(|_| {
                let mut program = Program::of(&volume);
                spawn(move || {
                    let fd = program.create("f").unwrap();
                    program.view.append(fd, b"x").unwrap();
                    program.view.ino(fd).unwrap()
                })
            });
            let inos = join(threads.collect());
            assert!(inos.iter().all(|ino| *ino == inos[0]));
            assert_eq!(Program::of(&volume).get("f").unwrap(), b"xxx");
            check_idle(&volume, &[]);
        });
    }

    #[test]
    fn a_rename_over_a_file_that_is_written() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.put("old", b"old");
            a.put("new", b"new");
            let fd = a.open("old", READ.union(WRITE)).unwrap();
            let writing = spawn(move || {
                a.view.append(fd, b"er").unwrap();
                a.view.append(fd, b"!").unwrap();
                assert_eq!(a.read(fd).unwrap(), b"older!");
            });
            let renaming = spawn(move || b.rename("new", "old").unwrap());
            let reading = spawn(move || {
                let seen = c.get("old").unwrap();
                let allowed = [&b"old"[..], b"older", b"older!", b"new"];
                assert_one_of(&seen[..], &allowed);
            });
            join(vec![writing, renaming, reading]);
            let mut last = Program::of(&volume);
            assert_eq!(last.list(".").unwrap(), ["old"]);
            assert_eq!(last.get("old").unwrap(), b"new");
            last.unlink("old").unwrap();
            drop(last);
            check_empty(&volume, &[]);
        });
    }

    /// A name that is only ever renamed over is never missing.
    #[test]
    fn a_replaced_name_is_always_there() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.put("f", b"0");
            a.put("a", b"1");
            b.put("b", b"2");
            let first = spawn(move || a.rename("a", "f").unwrap());
            let second = spawn(move || b.rename("b", "f").unwrap());
            let looking = spawn(move || {
                for _ in 0..2 {
                    assert_eq!(c.get("f").unwrap().len(), 1);
                }
            });
            join(vec![first, second, looking]);
            check_idle(&volume, &[]);
            assert_eq!((volume.usage().inodes, volume.usage().bytes), (2, 1));
        });
    }

    #[test]
    fn removing_a_directory_against_creating_in_it() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.mkdir("d").unwrap();
            let inside = c.open("d", MUTATE).unwrap();
            let removing = spawn(move || a.rmdir("d"));
            let by_path = spawn(move || b.mkdir("d/e"));
            let by_handle = spawn(move || c.view.symlink_at("x", inside, "s"));
            let [removed, made, linked] =
                [removing, by_path, by_handle].map(|thread| thread.join().unwrap());
            match removed {
                Ok(()) => assert_eq!((made, linked), (Err(Error::NoEntry), Err(Error::NoEntry))),
                Err(error) => {
                    assert_eq!(error, Error::NotEmpty);
                    assert!(made.is_ok() || linked.is_ok());
                }
            }
            check_idle(&volume, &[]);
        });
    }

    /// Two directories that are moved into each other: the second move would make a ring.
    #[test]
    fn directories_do_not_move_into_each_other() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.mkdir("a").unwrap();
            a.mkdir("b").unwrap();
            let first = spawn(move || a.rename("a", "b/a"));
            let second = spawn(move || b.rename("b", "a/b"));
            let moved = join(vec![first, second]);
            assert!(moved.contains(&Ok(())), "{moved:?}");
            assert!(moved.contains(&Err(Error::NoEntry)), "{moved:?}");
            check_idle(&volume, &[]);
        });
    }

    /// What is in a directory all the time is listed once, whatever else comes and goes.
    #[test]
    fn a_listing_against_changes() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            for name in ["x", "stays", "y", "stays too"] {
                a.put(name, b"");
            }
            let removing = spawn(move || {
                a.unlink("x").unwrap();
                a.unlink("y").unwrap();
            });
            let renaming = spawn(move || {
                b.put("new", b"");
                b.rename("new", "newer").unwrap();
            });
            let listing = spawn(move || {
                let mut names = c.list(".").unwrap();
                let stays = names.iter().filter(|name| name.starts_with("stays"));
                assert_eq!(stays.count(), 2, "{names:?}");
                names.sort();
                assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
            });
            join(vec![removing, renaming, listing]);
            check_idle(&volume, &[]);
        });
    }
}

mod content {
    use super::*;

    const CHUNK: usize = 64 * 1024;

    #[test]
    fn appends_are_whole_and_in_order() {
        explore(|| {
            let volume = volume(Limits::default());
            let threads = (0..3).map(|id| {
                let mut program = Program::of(&volume);
                spawn(move || {
                    let fd = program.create("log").unwrap();
                    for number in 0..2 {
                        program.view.append(fd, &[id, number]).unwrap();
                    }
                })
            });
            join(threads.collect());
            let log = Program::of(&volume).get("log").unwrap();
            assert_eq!(log.len(), 12);
            for id in 0..3 {
                let numbers = log.chunks(2).filter(|line| line[0] == id);
                assert!(numbers.map(|line| line[1]).eq(0..2), "{log:?}");
            }
            check_idle(&volume, &[]);
        });
    }

    /// A read sees a write whole or not at all, over several chunks and together with the size.
    #[test]
    fn a_write_is_seen_whole() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b, mut c) = three(&volume);
            a.put("f", &vec![1; CHUNK + 10]);
            let fds = [&mut a, &mut b, &mut c].map(|program| program.create("f").unwrap());
            let writing = spawn(move || {
                a.view.write(fds[0], 0, &vec![2; 2 * CHUNK + 10]).unwrap();
            });
            let cutting = spawn(move || b.view.set_size(fds[1], 5).unwrap());
            let reading = spawn(move || {
                let seen = c.read(fds[2]).unwrap();
                assert!(seen.iter().all(|byte| *byte == seen[0]));
                assert_one_of(
                    (seen[0], seen.len()),
                    &[(1, CHUNK + 10), (2, 2 * CHUNK + 10), (1, 5), (2, 5)],
                );
            });
            join(vec![writing, cutting, reading]);
            check_idle(&volume, &[]);
        });
    }
}

mod accounts {
    use super::*;

    fn limits(bytes_max: u64) -> Limits {
        Limits {
            bytes_max,
            ..Limits::default()
        }
    }

    /// What is written in the end is all that fits, and never more.
    #[test]
    fn bytes_at_the_limit() {
        explore(|| {
            let volume = volume(limits(10));
            let threads = ["a", "b", "c"].map(|name| {
                let mut program = Program::of(&volume);
                spawn(move || {
                    let fd = program.create(name).unwrap();
                    let written = match program.view.append(fd, &[7; 6]) {
                        Ok((_, written)) => written,
                        Err(error) => {
                            assert_eq!(error, Error::InsufficientSpace);
                            0
                        }
                    };
                    let usage = program.view.volume().usage();
                    assert!(
                        usage.bytes <= 10 && usage.bytes >= written as u64,
                        "{usage:?}"
                    );
                    written
                })
            });
            let written: usize = join(threads.into()).into_iter().sum();
            assert_eq!(written, 10);
            assert_eq!(volume.usage().bytes, 10);
            check_idle(&volume, &[]);
        });
    }

    /// Quotas whose sum is what the volume may hold: who wants more than its own takes nothing from
    /// the other, not even for a moment.
    #[test]
    fn a_full_quota_does_not_hurt_the_other() {
        explore(|| {
            let volume = volume(Limits {
                inodes_max: 5,
                ..limits(20)
            });
            let quotas = [Quota::new(10, 2), Quota::new(10, 2)];
            let [mut greedy, mut modest] = quotas
                .each_ref()
                .map(|quota| Program::with_quota(&volume, quota));
            let full = greedy.create("full").unwrap();
            // In two pieces, so that there is room in memory for more.
            greedy.view.write(full, 0, &[1; 6]).unwrap();
            greedy.view.append(full, &[1; 4]).unwrap();
            greedy.put("empty", b"");
            let wanting = spawn(move || {
                let more = greedy.view.append(full, &[1; 2]);
                assert_eq!(more, Err(Error::InsufficientSpace));
                assert_eq!(greedy.create("more"), Err(Error::InsufficientSpace));
            });
            let taking = spawn(move || {
                for name in ["a", "b"] {
                    let fd = modest.create(name).unwrap();
                    assert_eq!(modest.view.append(fd, &[2; 5]), Ok((0, 5)));
                }
            });
            join(vec![wanting, taking]);
            check_idle(&volume, &quotas.each_ref());
            assert_eq!(volume.usage().bytes, 20);
        });
    }

    /// An inode is charged to who made it, whoever writes to it or removes it.
    #[test]
    fn a_quota_pays_for_what_others_change() {
        explore(|| {
            let volume = volume(Limits::default());
            let quotas = [Quota::new(100, 10), Quota::new(100, 10)];
            let [mut a, mut b] = quotas
                .each_ref()
                .map(|quota| Program::with_quota(&volume, quota));
            a.put("f", b"of a");
            let fd = b.open("f", READ.union(WRITE)).unwrap();
            let writing = spawn(move || {
                b.view.append(fd, b"and b").unwrap();
                b.view.close(fd).unwrap();
                b.put("g", b"of b");
            });
            let cutting = spawn(move || {
                let fd = a.open("f", WRITE).unwrap();
                a.view.set_size(fd, 2).unwrap();
                a.link("f", "h").unwrap();
                a.unlink("f").unwrap();
            });
            join(vec![writing, cutting]);
            check_idle(&volume, &quotas.each_ref());
            assert_eq!(quotas[0].usage().inodes, 1);
            assert_eq!(quotas[1].usage().bytes, 4);
        });
    }

    #[test]
    fn handles_at_the_limit() {
        explore(|| {
            let volume = volume(Limits {
                handles_max: 5,
                ..Limits::default()
            });
            let programs = [(); 3].map(|()| Program::of(&volume));
            let threads = programs.map(|mut program| {
                spawn(move || {
                    let opened = [(); 2].map(|()| program.open(".", READ));
                    for fd in opened.into_iter().flatten() {
                        assert!(program.view.volume().usage().handles <= 5);
                        program.view.close(fd).unwrap();
                    }
                    for failed in opened.iter().filter(|opened| opened.is_err()) {
                        assert_eq!(failed, &Err(Error::InsufficientMemory));
                    }
                    program
                })
            });
            let programs = join(threads.into());
            assert_eq!(volume.usage().handles, 3);
            drop(programs);
            check_empty(&volume, &[]);
        });
    }
}

mod moments {
    use super::*;

    fn content(snapshot: &Snapshot, name: &str) -> Option<Vec<u8>> {
        let root = snapshot.inode(snapshot.root()).unwrap();
        let (_, ino, _) = root.entries().find(|entry| entry.0 == name)?;
        match snapshot.inode(ino).unwrap().run(0).unwrap() {
            Run::Data(bytes) => Some(bytes.to_vec()),
            Run::Zero(_) | Run::End => Some(Vec::new()),
        }
    }

    /// The second file is never ahead of the first.
    #[test]
    fn a_snapshot_against_a_writer_of_two_files() {
        explore(|| {
            let volume = volume(Limits::default());
            let mut writer = Program::of(&volume);
            let fds = ["first", "second"].map(|name| writer.create(name).unwrap());
            let writing = spawn(move || {
                for number in 1..3 {
                    for fd in fds {
                        writer.view.write(fd, 0, &[number]).unwrap();
                    }
                }
            });
            let threads = (0..2).map(|_| {
                let volume = volume.clone();
                spawn(move || {
                    let snapshot = snapshot(&volume);
                    let [first, second] = ["first", "second"].map(|name| {
                        content(&snapshot, name)
                            .unwrap()
                            .first()
                            .copied()
                            .unwrap_or(0)
                    });
                    assert!(second == first || second + 1 == first, "{first} {second}");
                })
            });
            join(threads.chain([writing]).collect());
            check_idle(&volume, &[]);
        });
    }

    /// What is renamed is in a snapshot under one of its names, and its content is there.
    #[test]
    fn a_snapshot_against_names() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.put("x", b"moves");
            a.put("gone", b"goes");
            let renaming = spawn(move || {
                a.rename("x", "y").unwrap();
                a.rename("y", "z").unwrap();
            });
            let removing = spawn(move || {
                b.unlink("gone").unwrap();
                b.put("come", b"comes");
            });
            let taking = {
                let volume = volume.clone();
                spawn(move || {
                    let snapshot = snapshot(&volume);
                    let found = ["x", "y", "z"].map(|name| content(&snapshot, name));
                    let found: Vec<_> = found.into_iter().flatten().collect();
                    assert_eq!(found, [b"moves"]);
                    let gone = content(&snapshot, "gone");
                    let come = content(&snapshot, "come");
                    assert!(gone.is_none() || come.is_none());
                })
            };
            join(vec![renaming, removing, taking]);
            check_idle(&volume, &[]);
        });
    }

    /// A chunk that a snapshot shares is copied before it is changed, and taken back when the
    /// snapshot is gone.
    #[test]
    fn dropping_a_snapshot_against_a_writer() {
        explore(|| {
            let volume = volume(Limits::default());
            let mut writer = Program::of(&volume);
            let fd = writer.create("f").unwrap();
            writer.view.write(fd, 0, b"before").unwrap();
            let snapshot = snapshot(&volume);
            let writing = spawn(move || {
                writer.view.write(fd, 0, b"behind").unwrap();
                assert_eq!(writer.read(fd).unwrap(), b"behind");
            });
            let dropping = spawn(move || {
                assert_eq!(content(&snapshot, "f").unwrap(), b"before");
            });
            join(vec![writing, dropping]);
            check_idle(&volume, &[]);
        });
    }
}

/// Where the clock is costly, times are marked under one lock and noted under another.
mod marks {
    use super::*;

    /// Later than every time that the clock shows: a mark that got out.
    const LATE: Time = Time(1 << 40);

    #[test]
    fn closing_and_unlinking() {
        explore(|| {
            let volume = marking_volume();
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.put("f", b"content");
            let fd = a.open("f", READ.union(WRITE)).unwrap();
            let closing = spawn(move || {
                a.view.append(fd, b"more").unwrap();
                a.view.close(fd).unwrap();
            });
            let unlinking = spawn(move || b.unlink("f").unwrap());
            join(vec![closing, unlinking]);
            check_empty(&volume, &[]);
        });
    }

    #[test]
    fn no_mark_is_ever_seen() {
        explore(|| {
            let volume = marking_volume();
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.put("f", b"content");
            let fd = a.open("f", READ.union(WRITE)).unwrap();
            let ino = a.view.ino(fd).unwrap();
            let writing = spawn(move || {
                a.view.append(fd, b"more").unwrap();
                a.read(fd).unwrap();
            });
            let looking = spawn(move || {
                let stat = b.stat("f").unwrap();
                assert!(
                    [stat.atime, stat.mtime, stat.ctime]
                        .iter()
                        .all(|time| *time < LATE),
                    "{stat:?}"
                );
            });
            let taking = {
                let volume = volume.clone();
                spawn(move || {
                    let snapshot = snapshot(&volume);
                    let stat = snapshot.inode(ino).unwrap().stat();
                    assert!(
                        [stat.atime, stat.mtime, stat.ctime]
                            .iter()
                            .all(|time| *time < LATE),
                        "{stat:?}"
                    );
                })
            };
            join(vec![writing, looking, taking]);
            check_idle(&volume, &[]);
        });
    }

    /// Reading has to settle marks first where `atime` is of the future.
    #[test]
    fn reading_what_was_read_in_the_future() {
        explore(|| {
            let volume = marking_volume();
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            a.put("f", b"content");
            let future = SetTime::At(LATE);
            for path in ["f", "."] {
                let set = a
                    .view
                    .set_times_at(a.root, path, Follow::No, future, SetTime::Unchanged);
                set.unwrap();
            }
            let fd = b.open_with("f", OpenFlags::empty(), READ).unwrap();
            let reading = spawn(move || {
                assert_eq!(b.read(fd).unwrap(), b"content");
                assert_eq!(b.list(".").unwrap()[0], "f");
            });
            let writing = spawn(move || a.put("g", b""));
            join(vec![reading, writing]);
            check_idle(&volume, &[]);
        });
    }
}

/// What the host makes, while it makes something else of it.
mod devices {
    use std::sync::{Arc, Mutex};

    use monaka_fs_core::device::{Device, DeviceDirectory, OpenDevice, Synthetic};
    use monaka_fs_core::{Access, Found, Gather, Result};

    use super::*;

    /// A text that cannot be changed.
    #[derive(Debug)]
    struct Text(&'static str);

    impl Device for Text {
        fn open(&self, _access: Access, _truncate: bool) -> Result<Arc<dyn OpenDevice>> {
            Ok(Arc::new(Self(self.0)))
        }
    }

    impl OpenDevice for Text {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn gather(&self, offset: u64, _len_max: usize, into: &mut dyn Gather) -> Result<Found> {
            let bytes = &self.0.as_bytes()[offset as usize..];
            into.reserve(bytes.len())?;
            into.data(bytes);
            Ok(Found {
                len: bytes.len(),
                end: true,
            })
        }

        fn write(&self, _offset: Option<u64>, _bytes: &[u8]) -> Result<usize> {
            Err(Error::Access)
        }

        fn set_size(&self, _size: u64) -> Result<()> {
            Err(Error::Access)
        }
    }

    /// Names that the host has at the moment.
    #[derive(Debug, Default)]
    struct Names(Mutex<Vec<&'static str>>);

    impl DeviceDirectory for Names {
        fn entries(&self) -> Result<Vec<(String, Synthetic)>> {
            let file =
                |name: &'static str| (name.to_owned(), Synthetic::File(Arc::new(Text(name))));
            Ok(self.0.lock().unwrap().iter().copied().map(file).collect())
        }
    }

    /// A directory that holds another, which is made anew with it.
    #[derive(Debug)]
    struct Outer(Arc<Names>);

    /// What it holds.
    #[derive(Debug)]
    struct Inner(Arc<Names>);

    impl DeviceDirectory for Outer {
        fn entries(&self) -> Result<Vec<(String, Synthetic)>> {
            let inner = Arc::new(Inner(self.0.clone()));
            Ok(vec![("inner".to_owned(), Synthetic::Dynamic(inner))])
        }
    }

    impl DeviceDirectory for Inner {
        fn entries(&self) -> Result<Vec<(String, Synthetic)>> {
            self.0.entries()
        }
    }

    #[test]
    fn what_is_open_outlives_its_mount() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, b) = (Program::of(&volume), Program::of(&volume));
            let old = Synthetic::File(Arc::new(Text("old")));
            volume.mount("node", old).unwrap();
            let reading = [(); 2].map(|()| b.view.fork().unwrap());
            let reading = reading.map(|view| {
                let mut program = Program::with_view(view);
                spawn(move || match program.open("node", READ) {
                    Ok(fd) => assert_one_of(&program.read(fd).unwrap()[..], &[b"old", b"new", b""]),
                    Err(error) => assert_eq!(error, Error::NoEntry),
                })
            });
            let mounting = {
                let volume = volume.clone();
                spawn(move || {
                    volume.unmount("node").unwrap();
                    let new = Synthetic::File(Arc::new(Text("new")));
                    let mounted = volume.mount("node", new);
                    assert_one_of(mounted, &[Ok(()), Err(Error::Exist)]);
                })
            };
            let creating = spawn(move || {
                let made = a.create_new("node").map(drop);
                assert_one_of(made, &[Ok(()), Err(Error::Exist)]);
                if made.is_ok() {
                    a.unlink("node").unwrap();
                }
            });
            join(reading.into_iter().chain([mounting, creating]).collect());
            drop(b);
            let unmounted = volume.unmount("node");
            assert_one_of(unmounted, &[Ok(()), Err(Error::NoEntry)]);
            check_empty(&volume, &[]);
        });
    }

    /// What the host has made stays there for as long as the host has it, whoever looks at it with an
    /// older idea of what there is.
    #[test]
    fn a_directory_on_the_fly_does_not_go_back_in_time() {
        explore(|| {
            let volume = volume(Limits::default());
            let (mut a, mut b) = (Program::of(&volume), Program::of(&volume));
            let names = Arc::new(Names::default());
            volume
                .mount("jobs", Synthetic::Dynamic(names.clone()))
                .unwrap();
            let looking = spawn(move || {
                a.list("jobs").unwrap();
                a.list("jobs").unwrap();
            });
            let adding = spawn(move || {
                names.0.lock().unwrap().push("first");
                assert!(b.stat("jobs/first").is_ok());
                assert_eq!(b.list("jobs").unwrap(), ["first"]);
                assert_eq!(b.get("jobs/first").unwrap(), b"first");
            });
            join(vec![looking, adding]);
            volume.unmount("jobs").unwrap();
            check_empty(&volume, &[]);
        });
    }

    #[test]
    fn a_directory_is_made_anew_together_with_the_one_that_holds_it() {
        explore(|| {
            let volume = volume(Limits::default());
            let names = Arc::new(Names::default());
            names.0.lock().unwrap().push("first");
            let outer = Synthetic::Dynamic(Arc::new(Outer(names)));
            volume.mount("outer", outer).unwrap();
            let threads = [(); 3].map(|()| {
                let mut program = Program::of(&volume);
                spawn(move || {
                    assert!(program.stat("outer/inner/first").is_ok());
                    assert_eq!(program.list("outer/inner").unwrap(), ["first"]);
                })
            });
            join(threads.into());
            volume.unmount("outer").unwrap();
            check_empty(&volume, &[]);
        });
    }
}

/// The histories of `linear.rs`, in orders that the machine would hardly take.
mod histories {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use common::calls::{Actor, Model, Random};
    use common::linear::is_linearizable;
    use shuttle::rand::{RngCore, thread_rng};
    use shuttle::thread::yield_now;

    use super::*;

    const CALLS_PER_THREAD: u8 = 4;

    #[test]
    fn what_threads_see_could_be_seen_by_one() {
        explore(|| {
            let volume = volume(Limits::default());
            let clock = Arc::new(AtomicU64::new(0));
            let programs = [(); 3].map(|()| Program::of(&volume));
            let threads = programs.into_iter().enumerate().map(|(thread, program)| {
                let mut random = Random(thread_rng().next_u64());
                let clock = Arc::clone(&clock);
                spawn(move || {
                    let mut actor = Actor::new(thread, program, yield_now);
                    let bytes = (0..CALLS_PER_THREAD).map(|call| 10 * thread as u8 + call);
                    let calls = bytes.map(|byte| actor.call(random.action(byte), &clock));
                    calls.collect::<Vec<_>>()
                })
            });
            let mut calls: Vec<_> = join(threads.collect()).into_iter().flatten().collect();
            if !is_linearizable::<Model>(&calls) {
                calls.sort_by_key(|call| call.called);
                panic!("no order: {calls:#?}");
            }
            check_idle(&volume, &[]);
        });
    }
}

fn three(volume: &SharedVolume) -> (Program, Program, Program) {
    (
        Program::of(volume),
        Program::of(volume),
        Program::of(volume),
    )
}
