//! Allocations that may fail.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

use crate::{Error, Result};

/// Room for so many items more.
pub(crate) fn reserve<T>(items: &mut Vec<T>, count: usize) -> Result<()> {
    items
        .try_reserve_exact(count)
        .map_err(|_| Error::InsufficientMemory)
}

/// One value on the heap. `Box::new` ends the program where memory ends, and `Box::try_new` is not
/// stable; a vector can be asked whether there is room.
#[derive(Debug)]
pub(crate) struct Boxed<T>(Box<[T; 1]>);

impl<T> Boxed<T> {
    pub(crate) fn try_new(value: T) -> Result<Self> {
        let mut one = Vec::new();
        reserve(&mut one, 1)?;
        one.push(value);
        let one = Box::<[T; 1]>::try_from(one).map_err(|_| Error::InsufficientMemory)?;
        Ok(Self(one))
    }
}

impl<T> Deref for Boxed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let [value] = &*self.0;
        value
    }
}

impl<T> DerefMut for Boxed<T> {
    fn deref_mut(&mut self) -> &mut T {
        let [value] = &mut *self.0;
        value
    }
}
