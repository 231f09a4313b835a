//! Snapshots: one moment, whatever happens afterwards.

#![cfg(feature = "std")]

mod common;

use std::collections::BTreeMap;

use common::Clock;
use common::fs::Fs;
use common::image::sample;
use common::ops::ops;
use common::subject::{Subject, VolumeSubject};
use monaka_fs_core::image::Image;
use monaka_fs_core::{
    Access, Error, Fd, Follow, Ino, Kind, Limits, OpenFlags, Run, Snapshot, Stat, Time, View,
};
use proptest::prelude::*;

const CHUNK: usize = 64 * 1024;

/// What is at a path: its metadata but for `atime`, which looking changes, and what it holds.
type Seen = BTreeMap<String, (Stat, Vec<u8>)>;

fn without_atime(stat: Stat) -> Stat {
    Stat {
        atime: Time(0),
        ..stat
    }
}

fn seen_now(view: &mut View<Clock>) -> Seen {
    let root = view.open_root(Access::READ).unwrap();
    let mut seen = Seen::new();
    let mut waiting = vec![".".to_owned()];
    while let Some(path) = waiting.pop() {
        let stat = view.stat_at(root, &path, Follow::No).unwrap();
        let held = match stat.kind {
            Kind::Symlink => view.readlink_at(root, &path).unwrap().as_bytes().to_vec(),
            Kind::File => content(view, root, &path),
            Kind::Directory => {
                let names = names(view, root, &path);
                waiting.extend(names.iter().map(|name| format!("{path}/{name}")));
                names.join("/").into_bytes()
            }
        };
        seen.insert(path, (without_atime(stat), held));
    }
    view.close(root).unwrap();
    seen
}

fn open(view: &mut View<Clock>, root: Fd, path: &str) -> Fd {
    view.open_at(root, path, Follow::No, OpenFlags::empty(), Access::READ)
        .unwrap()
}

fn content(view: &mut View<Clock>, root: Fd, path: &str) -> Vec<u8> {
    let fd = open(view, root, path);
    let mut bytes = Vec::new();
    view.gather(fd, 0, usize::MAX, &mut bytes).unwrap();
    view.close(fd).unwrap();
    bytes
}

fn names(view: &mut View<Clock>, root: Fd, path: &str) -> Vec<String> {
    let fd = open(view, root, path);
    let mut cursor = view.read_directory(fd).unwrap();
    let mut names = Vec::new();
    while let Some(entry) = view.next_entry(fd, &mut cursor).unwrap() {
        names.push(entry.name.to_owned());
    }
    view.close(fd).unwrap();
    names
}

fn seen_in(snapshot: &Snapshot) -> Seen {
    let mut seen = Seen::new();
    let mut waiting = vec![(".".to_owned(), snapshot.root())];
    while let Some((path, ino)) = waiting.pop() {
        let inode = snapshot.inode(ino).unwrap();
        let held = match inode.stat().kind {
            Kind::Symlink => inode.target().unwrap().as_bytes().to_vec(),
            Kind::File => content_in(snapshot, ino),
            Kind::Directory => {
                let below = |(name, ino, _): (&str, _, _)| (format!("{path}/{name}"), ino);
                waiting.extend(inode.entries().map(below));
                let names: Vec<&str> = inode.entries().map(|(name, ..)| name).collect();
                names.join("/").into_bytes()
            }
        };
        seen.insert(path, (without_atime(*inode.stat()), held));
    }
    seen
}

fn content_in(snapshot: &Snapshot, ino: Ino) -> Vec<u8> {
    let inode = snapshot.inode(ino).unwrap();
    let mut bytes = Vec::new();
    loop {
        match inode.run(bytes.len() as u64).unwrap() {
            Run::Data(data) => bytes.extend_from_slice(data),
            Run::Zero(count) => bytes.resize(bytes.len() + count as usize, 0),
            Run::End => return bytes,
        }
    }
}

proptest! {
    /// Snapshots that are taken on the way are in the end what the volume was then, and sharing chunks
    /// with them changes nothing of what the volume does.
    #[test]
    fn a_snapshot_stays_what_the_volume_was(
        ops in ops(60),
        taken in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let clock = Clock::new();
        let mut alone = VolumeSubject::new(View::new(clock.clone(), Limits::default()).unwrap());
        let mut subject = VolumeSubject::new(View::new(clock.clone(), Limits::default()).unwrap());
        let mut kept = Vec::new();
        for (op, &taken) in ops.iter().zip(&taken) {
            clock.tick();
            prop_assert_eq!(subject.apply(op), alone.apply(op), "{:?}", op);
            prop_assert_eq!(subject.volume.check(), Ok(()), "{:?}", op);
            prop_assert_eq!(subject.volume.usage(), alone.volume.usage());
            if taken {
                let seen = seen_now(&mut subject.volume);
                seen_now(&mut alone.volume);
                kept.push((seen, subject.volume.volume().snapshot().unwrap()));
            }
            // Some are let go, so that chunks become the volume's alone again.
            if kept.len() > 3 {
                let (seen, snapshot) = kept.remove(1);
                prop_assert_eq!(seen_in(&snapshot), seen);
            }
        }
        for (seen, snapshot) in kept {
            prop_assert_eq!(seen_in(&snapshot), seen);
        }
    }
}

#[test]
fn what_is_written_after_a_snapshot_is_not_in_it() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    let old: Vec<u8> = (0..5 * CHUNK).map(|i| (i % 251) as u8).collect();
    fs.volume.write(fd, 0, &old).unwrap();
    let usage = fs.volume.usage();
    let snapshot = fs.volume.volume().snapshot().unwrap();
    let ino = fs.volume.ino(fd).unwrap();
    fs.volume.write(fd, CHUNK as u64 + 7, b"new").unwrap();
    fs.volume.append(fd, b"more").unwrap();
    fs.volume
        .write_zeroes(fd, 3 * CHUNK as u64 + 5, 10)
        .unwrap();
    fs.volume.set_size(fd, 4 * CHUNK as u64 + 10).unwrap();
    assert!(content_in(&snapshot, ino) == old);
    assert_eq!(fs.volume.check(), Ok(()));
    fs.unlink("f").unwrap();
    fs.volume.close(fd).unwrap();
    assert!(content_in(&snapshot, ino) == old, "of a file that is gone");
    assert!(fs.volume.usage().bytes < usage.bytes);
}

#[test]
fn a_file_without_a_name_is_in_no_snapshot() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    fs.volume.write(fd, 0, b"x").unwrap();
    fs.unlink("f").unwrap();
    let ino = fs.volume.ino(fd).unwrap();
    let snapshot = fs.volume.volume().snapshot().unwrap();
    assert!(snapshot.inode(ino).is_none());
    assert_eq!(seen_in(&snapshot).len(), 1);
}

#[test]
fn an_image_is_in_a_snapshot_and_its_damage_too() {
    let image = Image::parse(Vec::leak(sample().build())).unwrap();
    let mut view = View::from_image(Clock::new(), Limits::default(), image).unwrap();
    let snapshot = view.volume().snapshot().unwrap();
    assert_eq!(seen_in(&snapshot), seen_now(&mut view));

    let mut bytes = sample().build();
    let hello = bytes.windows(6).position(|at| at == b"world\n").unwrap();
    bytes[hello] ^= 1;
    let image = Image::parse(Vec::leak(bytes)).unwrap();
    let mut view = View::from_image(Clock::new(), Limits::default(), image).unwrap();
    let root = view.open_root(Access::READ).unwrap();
    let ino = view.stat_at(root, "hello", Follow::No).unwrap().ino;
    let snapshot = view.volume().snapshot().unwrap();
    assert_eq!(snapshot.inode(ino).unwrap().run(0), Err(Error::Io));
}

/// A writer puts each number first into one file, then into another. No moment has the second file
/// ahead of the first, nor more than one behind.
#[test]
fn a_snapshot_is_one_moment() {
    use common::WallClock;
    use common::fs::BOTH;
    use monaka_fs_core::{Scope, Shared, Volume};

    let volume = Shared::new(Volume::new(WallClock, Limits::default()).unwrap());
    let mut view = View::of(volume.clone(), &Scope::default()).unwrap();
    let root = view
        .open_root(Access::READ | Access::MUTATE_DIRECTORY)
        .unwrap();
    let files = ["first", "second"].map(|name| {
        let open = view.open_at(root, name, Follow::Yes, OpenFlags::CREATE, BOTH);
        let fd = open.unwrap();
        view.write(fd, 0, &0_u64.to_le_bytes()).unwrap();
        (fd, view.ino(fd).unwrap())
    });
    let inos = files.map(|(_, ino)| ino);
    let writer = std::thread::spawn(move || {
        for number in 1..20_000_u64 {
            for (fd, _) in files {
                view.write(fd, 0, &number.to_le_bytes()).unwrap();
            }
        }
    });
    let mut between = 0;
    while !writer.is_finished() {
        let snapshot = volume.snapshot().unwrap();
        let [first, second] = inos.map(|ino| {
            let bytes = content_in(&snapshot, ino);
            u64::from_le_bytes(bytes.try_into().unwrap())
        });
        assert!(second == first || second + 1 == first, "{first} {second}");
        between += u32::from(second != first);
    }
    writer.join().unwrap();
    println!("{between} snapshots were between the two writes");
}
