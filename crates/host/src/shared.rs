//! The one lock of this crate: around what one store sees of the filesystem. What stores share is behind
//! the locks of the core.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use monaka_fs_core::Usage;

use crate::ErrorCode;
use crate::metrics::{self, Call, Counters, Tally};
use crate::outside::Outside;

/// What a store sees, as the core has it: with a table of handles.
pub(crate) type Core = monaka_fs_core::View<Outside>;

/// What a store and each of its descriptors and streams hold of its view. A store runs in one thread at
/// a time, so nobody waits for this lock.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    core: Mutex<Core>,
    /// Written under the lock only.
    tally: Tally,
}

impl Shared {
    /// For a store, whose operations count for its view, too.
    pub(crate) fn new(core: Core, of_view: Arc<Counters>) -> Self {
        Self(Arc::new(Inner {
            core: Mutex::new(core),
            tally: Tally::new(of_view),
        }))
    }

    /// Does an operation of the program under the lock: the one place where they are counted and traced.
    #[inline]
    pub(crate) fn operate<'a, T>(
        &self,
        call: impl Into<Call<'a>>,
        operation: impl FnOnce(&mut Core) -> Result<T, ErrorCode>,
    ) -> Result<T, ErrorCode> {
        let call = call.into();
        let span = call.span().entered();
        let mut core = self.lock();
        let result = operation(&mut core);
        self.0.tally.count_locked(call.operation);
        if call.moves_handles() {
            self.0.tally.set_handles_locked(core.handles());
        }
        drop(core);
        metrics::record(&span, result.as_ref().err().copied());
        result
    }

    /// What the volume holds, and the handles of the store.
    pub(crate) fn usage(&self) -> Usage {
        self.lock().usage()
    }

    /// How many operations there have been.
    pub(crate) fn operations(&self) -> u64 {
        self.0.tally.total()
    }

    /// Takes the lock. It goes on after a panic of its holder: no operation of the core panics, and what
    /// the host hands in is called where nothing is half done.
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
