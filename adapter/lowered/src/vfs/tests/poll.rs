//! Pollables of files and of the host in one list.

use super::lab::Lab;
use crate::table::{Kind, READY, VIRTUAL};

const HOST_READY: u32 = 5;
const HOST_WAITING: u32 = 6;

#[test]
fn files_are_ready_and_the_host_is_asked() {
    let mut lab = Lab::new();
    lab.host.set_ready(HOST_READY);
    let file = lab.vfs.subscribe();
    let list = [HOST_WAITING, file, HOST_READY, READY, HOST_WAITING, file];
    assert_eq!(lab.vfs.poll(&list), [1, 2, 3, 5]);
    assert_eq!(lab.vfs.poll(&[file]), [0]);
    assert_eq!(lab.vfs.poll(&[HOST_WAITING, file]), [1]);
    assert!(lab.vfs.poll(&[]).is_empty());
}

/// A program must not wait for ever for what it has misused.
#[test]
fn what_is_no_pollable_is_ready() {
    let mut lab = Lab::new();
    let stale = lab.vfs.subscribe();
    lab.vfs.drop(stale, Kind::Pollable);
    let root = lab.root;
    let list = [stale, VIRTUAL | 999, root, HOST_WAITING];
    assert_eq!(lab.vfs.poll(&list), [0, 1, 2]);
}

#[test]
fn each_pollable_has_a_handle_of_its_own() {
    let mut lab = Lab::new();
    let (one, other) = (lab.vfs.subscribe(), lab.vfs.subscribe());
    assert_ne!(one, other);
    lab.vfs.drop(one, Kind::Pollable);
    assert_eq!(lab.vfs.poll(&[other]), [0]);
}
