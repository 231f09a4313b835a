//! The one lock of this crate: around what one store sees of the filesystem. What stores share is behind
//! the locks of the core.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::outside::Outside;

/// What a store sees, as the core has it: with a table of handles.
pub(crate) type Core = monaka_fs_core::View<Outside>;

/// Operations of a store that its view hears of at once, so that stores in many threads do not wait for
/// each other to count.
const BATCH: u64 = 64;

/// What a store and each of its descriptors and streams hold of its view. A store runs in one thread at
/// a time, so nobody waits for this lock.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    core: Mutex<Core>,
    /// Written under the lock only.
    operations: AtomicU64,
    of_view: Arc<AtomicU64>,
}

impl Shared {
    /// For a store, whose operations count for its view, too.
    pub(crate) fn new(core: Core, of_view: Arc<AtomicU64>) -> Self {
        Self(Arc::new(Inner {
            core: Mutex::new(core),
            operations: AtomicU64::new(0),
            of_view,
        }))
    }

    /// Takes the lock for an operation. It goes on after a panic of its holder: no operation of the core
    /// panics, and what the host hands in is called where nothing is half done.
    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, Core> {
        let core = self.0.core.lock().unwrap_or_else(PoisonError::into_inner);
        let operations = self.operations() + 1;
        self.0.operations.store(operations, Ordering::Relaxed);
        if operations.is_multiple_of(BATCH) {
            self.0.of_view.fetch_add(BATCH, Ordering::Relaxed);
        }
        core
    }

    /// How many there have been.
    pub(crate) fn operations(&self) -> u64 {
        self.0.operations.load(Ordering::Relaxed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let rest = *self.operations.get_mut() % BATCH;
        self.of_view.fetch_add(rest, Ordering::Relaxed);
    }
}
