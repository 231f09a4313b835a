//! Times, identity, and the hash of metadata.

mod common;

use common::Clock;
use common::fs::{BOTH, Fs, MUTATE, READ};
use monaka_fs_core::{Env, Error, Follow, SetTime, Stat, Time};

/// The times of a path, as `[atime, mtime, ctime]` in ticks of the clock since the start.
fn times(fs: &mut Fs, path: &str) -> [u64; 3] {
    let Stat {
        atime,
        mtime,
        ctime,
        ..
    } = fs.lstat(path).unwrap();
    [atime, mtime, ctime].map(|time| time.0.saturating_sub(Clock::START))
}

fn tick(fs: &Fs) -> u64 {
    fs.clock.tick();
    fs.clock.now().0 - Clock::START
}

#[test]
fn a_new_inode_and_its_directory_have_the_time_of_creation() {
    let mut fs = Fs::new();
    let t = tick(&fs);
    fs.put("f", b"");
    assert_eq!(times(&mut fs, "f"), [t, t, t]);
    assert_eq!(times(&mut fs, "."), [0, t, t]);
    let t = tick(&fs);
    fs.mkdir("d").unwrap();
    fs.symlink("x", "d/s").unwrap();
    assert_eq!(times(&mut fs, "d"), [t, t, t]);
    assert_eq!(times(&mut fs, "d/s"), [t, t, t]);
}

#[test]
fn writing_sets_mtime_and_ctime_and_reading_atime() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    let written = tick(&fs);
    fs.volume.write(fd, 0, b"content").unwrap();
    assert_eq!(times(&mut fs, "f"), [0, written, written]);
    let read = tick(&fs);
    fs.read(fd).unwrap();
    assert_eq!(times(&mut fs, "f"), [read, written, written]);
    tick(&fs);
    fs.read(fd).unwrap();
    assert_eq!(
        times(&mut fs, "f"),
        [read, written, written],
        "as with relatime, once after a change"
    );
    let cut = tick(&fs);
    fs.volume.set_size(fd, 3).unwrap();
    assert_eq!(times(&mut fs, "f"), [read, cut, cut]);
    tick(&fs);
    fs.volume.set_size(fd, 3).unwrap();
    fs.volume.write(fd, 0, b"").unwrap();
    fs.volume.sync(fd).unwrap();
    assert_eq!(times(&mut fs, "f"), [read, cut, cut], "nothing changed");
    let appended = tick(&fs);
    fs.volume.append(fd, b"x").unwrap();
    fs.volume.write_zeroes(fd, 0, 1).unwrap();
    assert_eq!(times(&mut fs, "f"), [read, appended, appended]);
}

#[test]
fn names_change_their_directories_and_links_their_inode() {
    let mut fs = Fs::new();
    fs.put("f", b"");
    fs.mkdir("d").unwrap();
    let linked = tick(&fs);
    fs.link("f", "d/g").unwrap();
    assert_eq!(times(&mut fs, "f"), [0, 0, linked]);
    assert_eq!(times(&mut fs, "d"), [0, linked, linked]);
    let renamed = tick(&fs);
    fs.rename("d/g", "g").unwrap();
    assert_eq!(times(&mut fs, "g"), [0, 0, renamed]);
    assert_eq!(times(&mut fs, "d"), [0, renamed, renamed]);
    assert_eq!(times(&mut fs, "."), [0, renamed, renamed]);
    let unlinked = tick(&fs);
    fs.unlink("f").unwrap();
    assert_eq!(
        times(&mut fs, "g"),
        [0, 0, unlinked],
        "of the name that is left"
    );
    assert_eq!(times(&mut fs, "."), [0, unlinked, unlinked]);
}

#[test]
fn times_are_set_to_the_nanosecond() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    fs.symlink("f", "s").unwrap();
    let at = |ns| SetTime::At(Time(ns));
    tick(&fs);
    fs.volume
        .set_times(fd, at(1), at(1_234_567_890_123_456_789))
        .unwrap();
    let stat = fs.stat("f").unwrap();
    assert_eq!(
        (stat.atime, stat.mtime, stat.ctime),
        (Time(1), Time(1_234_567_890_123_456_789), fs.clock.now())
    );

    let now = tick(&fs);
    fs.volume
        .set_times_at(fs.root, "s", Follow::Yes, SetTime::Unchanged, SetTime::Now)
        .unwrap();
    let stat = fs.stat("f").unwrap();
    assert_eq!((stat.atime, stat.mtime), (Time(1), fs.clock.now()));
    assert_eq!(times(&mut fs, "s"), [0, 0, 0]);
    fs.volume
        .set_times_at(fs.root, "s", Follow::No, SetTime::Now, SetTime::Unchanged)
        .unwrap();
    assert_eq!(times(&mut fs, "s"), [now, 0, now]);
    tick(&fs);
    fs.volume
        .set_times(fd, SetTime::Unchanged, SetTime::Unchanged)
        .unwrap();
    assert_eq!(fs.stat("f").unwrap(), stat, "not even ctime");
    assert_eq!(
        fs.volume
            .set_times_at(fs.root, "absent", Follow::No, SetTime::Now, SetTime::Now),
        Err(Error::NoEntry)
    );
}

#[test]
fn an_inode_keeps_its_identity() {
    let mut fs = Fs::new();
    fs.put("f", b"");
    fs.put("g", b"");
    let (f, g) = (fs.open("f", READ).unwrap(), fs.open("g", READ).unwrap());
    assert_ne!(fs.volume.ino(f), fs.volume.ino(g));
    fs.link("f", "h").unwrap();
    fs.rename("f", "moved").unwrap();
    let h = fs.open("h", READ).unwrap();
    assert_eq!(fs.volume.ino(f), fs.volume.ino(h));
    assert_eq!(fs.stat("moved").unwrap().ino, fs.volume.ino(f).unwrap());
}

/// The clock stands still: times alone would not tell the states apart.
#[test]
fn the_hash_changes_with_every_change_and_only_then() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    let dir = fs.open(".", MUTATE).unwrap();
    let mut seen = vec![];
    let mut differs = |fs: &mut Fs, fd, what: &str| {
        let hash = fs.volume.metadata_hash(fd).unwrap();
        assert_eq!(fs.volume.metadata_hash(fd), Ok(hash), "{what}");
        assert!(!seen.contains(&hash), "{what}");
        seen.push(hash);
    };
    differs(&mut fs, fd, "created");
    fs.volume.write(fd, 0, b"a").unwrap();
    differs(&mut fs, fd, "written");
    fs.volume.write(fd, 0, b"a").unwrap();
    differs(&mut fs, fd, "written the same");
    fs.link("f", "g").unwrap();
    differs(&mut fs, fd, "linked");
    differs(&mut fs, dir, "the directory");
    fs.rename("g", "h").unwrap();
    differs(&mut fs, fd, "renamed");
    differs(&mut fs, dir, "the directory, renamed in");
    fs.volume
        .set_times(fd, SetTime::At(Time(5)), SetTime::Unchanged)
        .unwrap();
    differs(&mut fs, fd, "touched");
    fs.volume.set_size(fd, 0).unwrap();
    differs(&mut fs, fd, "cut");

    let hash = fs.volume.metadata_hash(fd);
    fs.read(fd).unwrap();
    fs.stat("f").unwrap();
    fs.open("f", BOTH).unwrap();
    assert_eq!(fs.volume.metadata_hash(fd), hash, "reading changes nothing");
    assert_eq!(fs.volume.metadata_hash_at(fs.root, "h", Follow::Yes), hash);

    // A new file in the place of an old one.
    let [identity, state] = hash.unwrap();
    fs.unlink("f").unwrap();
    fs.unlink("h").unwrap();
    assert_eq!(
        fs.volume.metadata_hash(fd).unwrap()[0],
        identity,
        "the lower half is the inode alone"
    );
    assert_ne!(fs.volume.metadata_hash(fd).unwrap()[1], state);
}
