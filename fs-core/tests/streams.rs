//! Reading directories while they change.

mod common;

use std::collections::BTreeSet;

use common::fs::{Fs, MUTATE};
use monaka_fs_core::{Cursor, DirEntry, Error, Fd};
use proptest::prelude::*;

/// A directory with `count` files, a handle on it, and a stream.
fn directory(count: usize) -> (Fs, Fd, Cursor) {
    let mut fs = Fs::new();
    fs.mkdir("d").unwrap();
    for i in 0..count {
        fs.put(&format!("d/{i}"), b"");
    }
    let dir = fs.open("d", MUTATE).unwrap();
    let cursor = fs.volume.read_directory(dir).unwrap();
    (fs, dir, cursor)
}

fn next(fs: &mut Fs, dir: Fd, cursor: &mut Cursor) -> Option<String> {
    let entry = fs.volume.next_entry(dir, cursor).unwrap();
    entry.map(|DirEntry { name, .. }| name.to_owned())
}

/// What `rm -rf` does. With positions that move when an entry goes, half of the entries would be
/// missed.
#[test]
fn every_entry_is_met_while_all_are_removed() {
    let (mut fs, dir, mut cursor) = directory(5000);
    let mut met = 0;
    while let Some(name) = next(&mut fs, dir, &mut cursor) {
        fs.volume.unlink_file_at(dir, &name).unwrap();
        met += 1;
    }
    assert_eq!(met, 5000);
    assert_eq!(fs.rmdir("d"), Ok(()));
}

/// The same with a new stream for each entry, as programs do that rewind after each removal.
#[test]
fn the_first_entry_is_found_quickly_behind_removed_ones() {
    let (mut fs, dir, _) = directory(100_000);
    for _ in 0..100_000 {
        let mut cursor = fs.volume.read_directory(dir).unwrap();
        let name = next(&mut fs, dir, &mut cursor).unwrap();
        fs.volume.unlink_file_at(dir, &name).unwrap();
    }
    assert_eq!(fs.rmdir("d"), Ok(()));
}

#[test]
fn what_is_added_later_is_not_seen() {
    let (mut fs, dir, mut cursor) = directory(3);
    assert_eq!(next(&mut fs, dir, &mut cursor).as_deref(), Some("0"));
    fs.put("d/new", b"");
    fs.unlink("d/2").unwrap();
    fs.put("d/2", b"");
    assert_eq!(next(&mut fs, dir, &mut cursor).as_deref(), Some("1"));
    assert_eq!(next(&mut fs, dir, &mut cursor), None);
    assert_eq!(
        next(&mut fs, dir, &mut cursor),
        None,
        "the end stays the end"
    );
    assert_eq!(fs.list("d").unwrap(), ["0", "1", "new", "2"]);
}

/// `for f in *; mv $f $f.bak`, and saving by renaming over: nothing is missed, nothing is met
/// twice.
#[test]
fn what_is_renamed_or_replaced_is_seen_once() {
    let (mut fs, dir, mut cursor) = directory(100);
    let mut met = vec![];
    while let Some(name) = next(&mut fs, dir, &mut cursor) {
        fs.volume
            .rename_at(dir, &name, dir, &format!("{name}.bak"))
            .unwrap();
        fs.put("temporary", b"new");
        let later = format!("d/{}", 99 - met.len());
        if fs.exists(&later) {
            fs.rename("temporary", &later).unwrap();
        }
        met.push(name);
    }
    assert_eq!(met, (0..100).map(|i| i.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_hundred_thousand_entries() {
    let (mut fs, dir, mut cursor) = directory(100_000);
    let mut seen = BTreeSet::new();
    while let Some(name) = next(&mut fs, dir, &mut cursor) {
        assert!(seen.insert(name));
    }
    assert_eq!(seen.len(), 100_000);
    for i in (0..100_000).step_by(7) {
        assert!(fs.exists(&format!("d/{i}")));
        fs.unlink(&format!("d/{i}")).unwrap();
        assert!(!fs.exists(&format!("d/{i}")));
    }
    assert_eq!(fs.rmdir("d"), Err(Error::NotEmpty));
}

#[test]
fn only_directories_are_read() {
    let mut fs = Fs::new();
    let file = fs.create("f").unwrap();
    assert_eq!(
        fs.volume.read_directory(file).map(drop),
        Err(Error::NotDirectory)
    );
}

/// `os.ReadDir` of Go failed with "bad file number": it opens directories
/// without the right to read, which is about data.
#[test]
fn a_directory_is_read_without_the_right_to_read() {
    let mut fs = Fs::new();
    let blind = fs
        .volume
        .open_root(monaka_fs_core::Access::empty())
        .unwrap();
    assert!(fs.volume.read_directory(blind).is_ok());
}

/// One step on a directory of the files `0` to `15`.
#[derive(Clone, Debug)]
enum Step {
    Add(u8),
    Remove(u8),
    Rename(u8, u8),
    Next,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..16_u8).prop_map(Step::Add),
        3 => (0..16_u8).prop_map(Step::Remove),
        1 => (0..16_u8, 0..16_u8).prop_map(|(old, new)| Step::Rename(old, new)),
        2 => Just(Step::Next),
    ];
    proptest::collection::vec(step, 0..200)
}

proptest! {
    /// Whatever happens in between, a stream gives each entry once that was there all the time, and
    /// none twice.
    #[test]
    fn what_stays_is_seen_exactly_once(steps in steps()) {
        let (mut fs, dir, mut cursor) = directory(16);
        let mut stayed: BTreeSet<String> = (0..16).map(|i| i.to_string()).collect();
        let mut seen = vec![];
        for step in steps {
            match step {
                Step::Add(i) => drop(fs.create(&format!("d/{i}"))),
                Step::Remove(i) => {
                    let _ = fs.unlink(&format!("d/{i}"));
                    stayed.remove(&i.to_string());
                }
                Step::Rename(old, new) => {
                    let _ = fs.rename(&format!("d/{old}"), &format!("d/{new}"));
                    stayed.remove(&old.to_string());
                    stayed.remove(&new.to_string());
                }
                Step::Next => seen.extend(next(&mut fs, dir, &mut cursor)),
            }
            prop_assert_eq!(fs.volume.check(), Ok(()));
        }
        while let Some(name) = next(&mut fs, dir, &mut cursor) {
            seen.push(name);
        }
        for name in stayed {
            prop_assert_eq!(seen.iter().filter(|seen| **seen == name).count(), 1, "{}", name);
        }
    }
}
