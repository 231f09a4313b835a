//! What several test programs share.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "not every test program uses all of it"
)]

#[cfg(any(feature = "std", shuttle))]
pub mod calls;
pub mod fs;
pub mod image;
#[cfg(any(feature = "std", shuttle))]
pub mod linear;
pub mod naive;
pub mod ops;
pub mod run;
#[cfg(any(feature = "std", shuttle))]
pub mod shared;
pub mod subject;

use std::cell::Cell;
use std::rc::Rc;

use monaka_fs_core::{Env, Time};

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub struct Clock(Rc<Cell<u64>>);

impl Clock {
    /// In 2023, so that explicit times of tests are told from it.
    pub const START: u64 = 1_700_000_000_000_000_000;

    pub fn new() -> Self {
        Self(Rc::new(Cell::new(Self::START)))
    }

    pub fn set(&self, time: Time) {
        self.0.set(time.0);
    }

    pub fn tick(&self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Env for Clock {
    fn now(&self) -> Time {
        Time(self.0.get())
    }
}

/// The machine's clock, which threads may share.
#[derive(Clone, Copy, Debug)]
pub struct WallClock;

impl Env for WallClock {
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Time(since.unwrap_or_default().as_nanos() as u64)
    }
}
