//! Many threads.

mod loans;
mod lock;

pub(crate) use lock::{Lock, Read, Write};

#[cfg(not(shuttle))]
use std::{sync as locks, thread};

#[cfg(shuttle)]
use shuttle::{sync as locks, thread};

use std::sync::Arc;

use locks::atomic::{AtomicU32, AtomicU64, Ordering};

/// Turns that who waits for others gives away, before it sleeps between two looks: they may be of a lower
/// priority, or at something long.
#[cfg(not(shuttle))]
const TURNS_GIVEN: u32 = 64;
#[cfg(not(shuttle))]
const SLEEP: std::time::Duration = std::time::Duration::from_micros(50);

/// Lets others work, after so many turns in which they were not done.
fn give_way(turns: u32) {
    match turns {
        #[cfg(not(shuttle))]
        TURNS_GIVEN.. => thread::sleep(SLEEP),
        _ => thread::yield_now(),
    }
}

/// A value that hosts share, and a guest owns.
#[derive(Debug)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// Takes a value over.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> core::ops::Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

macro_rules! atomic {
    ($name:ident, $atomic:ident, $int:ty) => {
        #[doc = "A count that threads share. It orders nothing else: what has to be seen together is"]
        #[doc = "behind a lock."]
        #[derive(Debug)]
        pub(crate) struct $name($atomic);

        impl $name {
            pub(crate) fn new(value: $int) -> Self {
                Self($atomic::new(value))
            }

            #[inline]
            pub(crate) fn get(&self) -> $int {
                self.0.load(Ordering::Acquire)
            }

            /// Replaces the value by what `change` makes of it, if it makes anything; gives the one
            /// before.
            #[inline]
            pub(crate) fn update(&self, change: impl Fn($int) -> Option<$int>) -> Option<$int> {
                self.0
                    .fetch_update(Ordering::AcqRel, Ordering::Acquire, change)
                    .ok()
            }
        }
    };
}

atomic!(Atomic32, AtomicU32, u32);
atomic!(Atomic64, AtomicU64, u64);
