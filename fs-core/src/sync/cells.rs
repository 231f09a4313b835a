//! One thread: cells.

use core::cell::{Cell, Ref, RefCell, RefMut};

use crate::{Error, Result};

pub(crate) type Read<'a, T> = Ref<'a, T>;
pub(crate) type Write<'a, T> = RefMut<'a, T>;

/// What a lock is where there is nobody to wait for: taking it twice is a defect, and `Io`.
#[derive(Debug)]
pub(crate) struct Lock<T>(RefCell<T>);

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    #[inline]
    pub(crate) fn read(&self) -> Result<Read<'_, T>> {
        self.0.try_borrow().map_err(|_| Error::Io)
    }

    #[inline]
    pub(crate) fn write(&self) -> Result<Write<'_, T>> {
        self.0.try_borrow_mut().map_err(|_| Error::Io)
    }
}

/// A value that hosts share, and a guest owns.
#[derive(Debug)]
pub struct Shared<T>(T);

impl<T> Shared<T> {
    /// Takes a value over.
    pub fn new(value: T) -> Self {
        Self(value)
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
    ($name:ident, $int:ty) => {
        #[doc = "What an atomic is for one thread."]
        #[derive(Debug)]
        pub(crate) struct $name(Cell<$int>);

        impl $name {
            pub(crate) fn new(value: $int) -> Self {
                Self(Cell::new(value))
            }

            #[inline]
            pub(crate) fn get(&self) -> $int {
                self.0.get()
            }

            /// Replaces the value by what `change` makes of it, if it makes anything; gives the one
            /// before.
            #[inline]
            pub(crate) fn update(&self, change: impl Fn($int) -> Option<$int>) -> Option<$int> {
                let before = self.get();
                self.0.set(change(before)?);
                Some(before)
            }
        }
    };
}

atomic!(Atomic32, u32);
atomic!(Atomic64, u64);
