//! Operations as a store does them, without an engine.

use std::thread;

use monaka_fs_core::{Access, Fd, Follow, OpenFlags};

use super::*;
use crate::shared::Shared;
use crate::{Limits, Quota, View, Volume};

fn view() -> View {
    let volume = Volume::new(Limits::default()).unwrap();
    let view = volume.view().quota(Quota::new(1 << 20, 10));
    view.build().unwrap()
}

const WRITES: u64 = 200;

/// What a store would hold.
fn store(view: &View) -> Shared {
    view.ctx().core
}

fn open_root(store: &Shared) -> Fd {
    let access = Access::READ | Access::MUTATE_DIRECTORY;
    let root = store.operate(Operation::Open, |files| files.open_root(access));
    root.unwrap()
}

fn create(store: &Shared, root: Fd, path: &str) -> Fd {
    let (open, access) = (OpenFlags::CREATE, Access::READ | Access::WRITE);
    let file = store.operate((Operation::Open, path), |files| {
        files.open_at(root, path, Follow::Yes, open, access)
    });
    file.unwrap()
}

#[test]
fn operations_are_counted_by_kind_and_handles_as_they_are() {
    let view = view();
    let store = store(&view);
    let root = open_root(&store);
    let file = create(&store, root, "f");
    for i in 0..WRITES {
        let written = store.operate(Operation::Write, |files| files.write(file, i, b"x"));
        assert_eq!(written, Ok(1));
    }
    let missing = store.operate((Operation::Unlink, "no"), |files| {
        files.unlink_file_at(root, "no")
    });
    assert_eq!(missing, Err(ErrorCode::NoEntry));

    let metrics = view.metrics();
    assert_eq!(metrics.handles, 2);
    assert_eq!(
        metrics.held.map(|held| (held.bytes, held.inodes)),
        Some((WRITES, 1))
    );
    assert_eq!(metrics.operations.total(), WRITES + 3);
    assert_eq!(store.operations(), WRITES + 3);

    let closed = store.operate(Operation::Close, |files| files.close(file));
    assert_eq!(closed, Ok(()));
    assert_eq!(view.metrics().handles, 1);
    drop(store);
    let metrics = view.metrics();
    assert_eq!(metrics.handles, 0, "they end with the store");
    let counted: Vec<_> = metrics
        .operations
        .iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(
        counted,
        [
            (Operation::Open, 2),
            (Operation::Close, 1),
            (Operation::Write, WRITES),
            (Operation::Unlink, 1),
        ]
    );
    assert_eq!(view.operations(), WRITES + 4);
}

#[test]
fn many_stores_count_for_one_view() {
    let view = view();
    thread::scope(|scope| {
        for thread in 0..4 {
            let view = &view;
            scope.spawn(move || {
                for _ in 0..50 {
                    let store = store(view);
                    let root = open_root(&store);
                    let file = create(&store, root, "f");
                    for _ in 0..thread * 10 {
                        let stat = store.operate(Operation::Stat, |files| files.stat(file));
                        assert!(stat.is_ok());
                    }
                }
            });
        }
    });
    let metrics = view.metrics();
    assert_eq!(metrics.handles, 0);
    assert_eq!(metrics.operations.of(Operation::Open), 4 * 50 * 2);
    assert_eq!(metrics.operations.of(Operation::Stat), 50 * (10 + 20 + 30));
    assert_eq!(metrics.operations.total(), 400 + 3000);
}

#[test]
fn each_kind_has_a_name_and_a_place() {
    for (place, operation) in Operation::ALL.iter().enumerate() {
        assert_eq!(*operation as usize, place);
    }
    let mut names: Vec<_> = Operation::ALL.iter().map(|op| op.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COUNT);
}
