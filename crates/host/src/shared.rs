//! The one lock of this crate: around what one store sees of the filesystem. What stores share is behind
//! the locks of the core.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::outside::Outside;

/// What a store sees, as the core has it: with a table of handles.
pub(crate) type Core = monaka_fs_core::View<Outside>;

/// What a store and each of its descriptors and streams hold of its view. A store runs in one thread at
/// a time, so nobody waits for this lock.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Mutex<Core>>);

impl Shared {
    pub(crate) fn new(core: Core) -> Self {
        Self(Arc::new(Mutex::new(core)))
    }

    /// Takes the lock. It goes on after a panic of its holder: no operation of the core panics, and
    /// nothing else is called under the lock.
    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
