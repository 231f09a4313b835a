//! What the tests of this module share.

use monaka_fs_core::{Access, Env, Fd, Follow, Limits, OpenFlags, Time, View};

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct Still;

impl Env for Still {
    fn now(&self) -> Time {
        Time(1)
    }
}

pub(crate) fn volume() -> View<Still> {
    View::new(Still, Limits::default()).unwrap()
}

pub(crate) fn volume_of(bytes_max: u64) -> View<Still> {
    let limits = Limits {
        bytes_max,
        ..Limits::default()
    };
    View::new(Still, limits).unwrap()
}

pub(crate) fn root(volume: &mut View<Still>) -> Fd {
    volume
        .open_root(Access::READ | Access::MUTATE_DIRECTORY)
        .unwrap()
}

pub(crate) fn create(volume: &mut View<Still>, name: &str) -> Fd {
    let root = root(volume);
    let access = Access::READ | Access::WRITE;
    volume
        .open_at(root, name, Follow::Yes, OpenFlags::CREATE, access)
        .unwrap()
}
