//! Times where the clock is costly: marked by what changes an inode, settled together.

mod common;

use std::cell::Cell;
use std::rc::Rc;

use common::fs::{BOTH, MUTATE, READ};
use monaka_fs_core::{Env, Fd, Follow, Limits, OpenFlags, SetTime, Stat, Time, View};

/// A clock that counts how often it is asked, and is later each time.
#[derive(Clone, Debug, Default)]
struct Costly {
    asked: Rc<Cell<u64>>,
}

impl Env for Costly {
    fn now(&self) -> Time {
        self.asked.set(self.asked.get() + 1);
        Time(self.asked.get())
    }

    fn is_costly(&self) -> bool {
        true
    }
}

struct Fs {
    volume: View<Costly>,
    clock: Costly,
    root: Fd,
}

impl Fs {
    fn new() -> Self {
        let clock = Costly::default();
        let mut volume = View::new(clock.clone(), Limits::default()).unwrap();
        let root = volume.open_root(MUTATE).unwrap();
        volume.settle();
        Self {
            volume,
            clock,
            root,
        }
    }

    fn create(&mut self, name: &str) -> Fd {
        self.volume
            .open_at(self.root, name, Follow::Yes, OpenFlags::CREATE, BOTH)
            .unwrap()
    }

    fn stat(&mut self, name: &str) -> Stat {
        self.volume.stat_at(self.root, name, Follow::Yes).unwrap()
    }

    fn asked(&self) -> u64 {
        self.clock.asked.get()
    }
}

#[test]
fn writes_do_not_ask_for_the_time() {
    let mut fs = Fs::new();
    let fd = fs.create("f");
    let before = fs.asked();
    for offset in 0..1000 {
        fs.volume.write(fd, offset, b"x").unwrap();
    }
    assert_eq!(fs.asked(), before);
}

#[test]
fn a_time_is_settled_when_it_is_seen_and_stays() {
    let mut fs = Fs::new();
    let fd = fs.create("f");
    fs.volume.write(fd, 0, b"x").unwrap();
    let before = fs.asked();
    let seen = fs.stat("f");
    assert_eq!(seen.mtime, Time(before + 1));
    assert_eq!(seen.ctime, seen.mtime);
    assert_eq!(fs.stat("f"), seen);
    let hash = fs.volume.metadata_hash(fd).unwrap();
    assert_eq!(fs.volume.metadata_hash(fd), Ok(hash));
    assert_eq!(fs.asked(), before + 1);
}

#[test]
fn the_last_close_settles() {
    let mut fs = Fs::new();
    let fd = fs.create("f");
    let other = fs.volume.dup(fd, READ).unwrap();
    fs.volume.write(fd, 0, b"x").unwrap();
    let before = fs.asked();
    fs.volume.close(fd).unwrap();
    assert_eq!(fs.asked(), before);
    fs.volume.close(other).unwrap();
    assert_eq!(fs.asked(), before + 1);
    assert_eq!(fs.stat("f").mtime, Time(before + 1));
    assert_eq!(fs.stat(".").mtime, Time(before + 1), "with all others");
    assert_eq!(fs.asked(), before + 1);
}

/// `make` compares times: what was written first must not look newer.
#[test]
fn the_order_of_changes_is_never_reversed() {
    let mut fs = Fs::new();
    let (first, second) = (fs.create("first"), fs.create("second"));
    fs.volume.write(first, 0, b"x").unwrap();
    fs.volume.write(second, 0, b"x").unwrap();
    let second_time = fs.stat("second").mtime;
    assert!(fs.stat("first").mtime <= second_time);
    fs.volume.write(second, 0, b"y").unwrap();
    fs.volume.write(first, 0, b"y").unwrap();
    let second_time = fs.stat("second").mtime;
    assert!(fs.stat("first").mtime >= second_time);
}

#[test]
fn more_files_than_can_be_marked_are_settled_on_the_way() {
    let mut fs = Fs::new();
    let fds: Vec<Fd> = (0..100).map(|i| fs.create(&i.to_string())).collect();
    for &fd in &fds {
        fs.volume.write(fd, 0, b"x").unwrap();
    }
    fs.volume.settle();
    let now = fs.asked();
    assert!(now < 30, "{now}");
    for i in 0..100 {
        let mtime = fs.stat(&i.to_string()).mtime;
        assert!(mtime > Time(0) && mtime <= Time(now), "{i}: {mtime:?}");
    }
    assert_eq!(fs.asked(), now);
}

#[test]
fn a_time_that_is_set_is_not_overwritten() {
    let mut fs = Fs::new();
    let fd = fs.create("f");
    fs.volume.write(fd, 0, b"x").unwrap();
    fs.volume
        .set_times(fd, SetTime::At(Time(7)), SetTime::At(Time(u64::MAX)))
        .unwrap();
    let stat = fs.stat("f");
    assert_eq!(stat.atime, Time(7));
    assert_eq!(stat.mtime, Time(u64::MAX - 1), "the latest time there is");
    assert_eq!(stat.ctime, Time(fs.asked()));
    fs.volume
        .set_times(fd, SetTime::Unchanged, SetTime::Now)
        .unwrap();
    let before = fs.asked();
    assert_eq!(fs.stat("f").mtime, Time(before + 1));
}

#[test]
fn reading_marks_atime_once_after_each_change() {
    let mut fs = Fs::new();
    let fd = fs.create("f");
    fs.volume.write(fd, 0, b"x").unwrap();
    let written = fs.stat("f");
    fs.volume.read(fd, 0, &mut [0]).unwrap();
    fs.volume.read(fd, 0, &mut [0]).unwrap();
    let read = fs.stat("f");
    assert!(read.atime > written.mtime);
    fs.volume.read(fd, 0, &mut [0]).unwrap();
    assert_eq!(fs.stat("f"), read);
}

/// A mark counted as later than every time, so that a read after a write gave a
/// file whose `atime` lies in the future the time of now; a clock that is asked at
/// each change left it alone, as Linux does.
#[test]
fn an_atime_of_the_future_stays() {
    let mut fs = Fs::new();
    let fd = fs.create("f");
    let future = Time(1_000_000);
    let set = (SetTime::At(future), SetTime::Unchanged);
    fs.volume.set_times(fd, set.0, set.1).unwrap();
    fs.volume.write(fd, 0, b"x").unwrap();
    fs.volume.read(fd, 0, &mut [0]).unwrap();
    assert_eq!(fs.stat("f").atime, future);
}

/// A directory whose `atime` lies in the future could not be listed after a change (`Io`; between
/// threads it hung): its marks were to be settled under a lock that was still held for looking at them.
#[test]
fn a_directory_with_an_atime_of_the_future_is_listed() {
    let mut fs = Fs::new();
    let future = Time(1_000_000);
    let set = (SetTime::At(future), SetTime::Unchanged);
    fs.volume.set_times(fs.root, set.0, set.1).unwrap();
    fs.create("f");
    assert!(fs.volume.read_directory(fs.root).is_ok());
    assert_eq!(fs.volume.stat(fs.root).unwrap().atime, future);
}

/// The number of a file that is gone may be that of a new one.
#[test]
fn a_marked_file_may_cease() {
    let mut fs = Fs::new();
    for round in 0..100 {
        let fd = fs.create("f");
        fs.volume.write(fd, 0, b"x").unwrap();
        fs.volume.unlink_file_at(fs.root, "f").unwrap();
        fs.volume.close(fd).unwrap();
        assert!(fs.volume.check().is_ok(), "{round}");
    }
    fs.create("g");
    let now = fs.asked();
    assert_eq!(fs.stat("g").mtime, Time(now + 1));
}
