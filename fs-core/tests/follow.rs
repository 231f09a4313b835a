//! What a host needs that follows changes: the names to start from, and the moment of a snapshot.

#![cfg(feature = "std")]

mod common;

use std::cell::RefCell;
use std::rc::Rc;

use common::fs::{Fs, MUTATE};
use monaka_fs_core::{Access, Change, Env, Follow, Ino, Kind, Limits, OpenFlags, Time, View};

#[test]
fn all_names_are_shown_with_their_directories() {
    let mut fs = Fs::new();
    fs.mkdir("d").unwrap();
    fs.put("d/f", b"");
    fs.volume
        .link_at(fs.root, Follow::No, "d/f", fs.root, "same")
        .unwrap();
    fs.volume.symlink_at("f", fs.root, "d/to").unwrap();
    fs.put("gone", b"");
    fs.unlink("gone").unwrap();
    let [d, f] = ["d", "d/f"].map(|path| {
        let stat = fs.volume.stat_at(fs.root, path, Follow::No);
        stat.unwrap().ino
    });
    let seen = fs.volume.volume().with_names(|names| {
        let mut seen: Vec<_> = names
            .map(|(dir, entry)| (dir, entry.name.to_owned(), entry.ino, entry.kind))
            .collect();
        seen.sort_by(|a, b| a.1.cmp(&b.1));
        seen
    });
    let seen = seen.unwrap();
    let to = seen[3].2;
    assert_eq!(
        seen,
        [
            (Ino(0), "d".into(), d, Kind::Directory),
            (d, "f".into(), f, Kind::File),
            (Ino(0), "same".into(), f, Kind::File),
            (d, "to".into(), to, Kind::Symlink),
        ]
    );
}

/// What was told, in words.
#[derive(Clone, Debug, Default)]
struct Told(Rc<RefCell<Vec<String>>>);

impl Env for Told {
    fn now(&self) -> Time {
        Time(1)
    }

    fn changed(&self, change: Change<'_>) {
        self.0.borrow_mut().push(format!("{change:?}"));
    }
}

#[test]
fn the_moment_of_a_snapshot_is_between_two_changes() {
    let told = Told::default();
    let mut view = View::new(told.clone(), Limits::default()).unwrap();
    let root = view.open_root(MUTATE).unwrap();
    let file = view.open_at(root, "f", Follow::No, OpenFlags::CREATE, Access::WRITE);
    let file = file.unwrap();
    view.write(file, 0, b"before").unwrap();
    let mut before = Vec::new();
    let moment = || before = std::mem::take(&mut *told.0.borrow_mut());
    let snapshot = view.volume().snapshot_at(moment).unwrap();
    view.write(file, 6, b"after").unwrap();
    let ino = view.ino(file).unwrap();
    let after = format!(
        "{:?}",
        Change::Written {
            ino,
            offset: 6,
            len: 5
        }
    );
    assert_eq!(before.len(), 2, "{before:?}");
    assert_eq!(*told.0.borrow(), [after]);
    assert_eq!(snapshot.inode(ino).unwrap().stat().size, 6);
}
