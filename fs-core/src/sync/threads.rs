//! Many threads: the locks of the standard library, or shuttle's.

#[cfg(not(shuttle))]
use std::sync as locks;

#[cfg(shuttle)]
use shuttle::sync as locks;

use std::sync::{Arc, PoisonError};

use locks::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::Result;

pub(crate) type Read<'a, T> = locks::RwLockReadGuard<'a, T>;
pub(crate) type Write<'a, T> = locks::RwLockWriteGuard<'a, T>;

/// A lock that goes on after a panic of its holder: no operation of the core panics, and what a host
/// hands in (a clock, a source of bytes) is called where nothing is half done.
#[derive(Debug)]
pub(crate) struct Lock<T>(locks::RwLock<T>);

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(locks::RwLock::new(value))
    }

    #[inline]
    pub(crate) fn read(&self) -> Result<Read<'_, T>> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    #[inline]
    pub(crate) fn write(&self) -> Result<Write<'_, T>> {
        Ok(self.0.write().unwrap_or_else(PoisonError::into_inner))
    }

    #[inline]
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
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
