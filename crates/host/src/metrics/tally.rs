//! Counting. A store counts where no other store does, so that stores in many threads do not wait for each
//! other; who asks adds up.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{COUNT, Operation, Operations};

/// What the stores of a view count. Nothing is ordered by it.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Stores>);

#[derive(Debug, Default)]
struct Stores {
    running: BTreeMap<u64, Arc<Counts>>,
    /// The key of the next one.
    next: u64,
    /// What those did that have ended.
    ended: Operations,
}

impl Counters {
    pub(crate) fn operations(&self) -> Operations {
        let stores = self.stores();
        let running = stores.running.values().map(|counts| counts.operations());
        running.fold(stores.ended, Operations::plus)
    }

    pub(crate) fn handles(&self) -> u64 {
        let stores = self.stores();
        stores
            .running
            .values()
            .map(|counts| get(&counts.handles))
            .sum()
    }

    fn stores(&self) -> MutexGuard<'_, Stores> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one store counts. Written by one thread at a time.
#[derive(Debug, Default)]
struct Counts {
    operations: [AtomicU64; COUNT],
    handles: AtomicU64,
}

impl Counts {
    fn operations(&self) -> Operations {
        Operations(self.operations.each_ref().map(get))
    }
}

/// A store's part in the counters of its view, until it is dropped.
#[derive(Debug)]
pub(crate) struct Tally {
    counts: Arc<Counts>,
    view: Arc<Counters>,
    key: u64,
}

impl Tally {
    pub(crate) fn new(view: Arc<Counters>) -> Self {
        let counts = Arc::new(Counts::default());
        let mut stores = view.stores();
        let key = stores.next;
        stores.next += 1;
        stores.running.insert(key, Arc::clone(&counts));
        drop(stores);
        Self { counts, view, key }
    }

    /// Counts an operation. The caller holds the lock of the store.
    #[inline]
    pub(crate) fn count_locked(&self, operation: Operation) {
        if let Some(count) = self.counts.operations.get(operation as usize) {
            count.store(get(count) + 1, Ordering::Relaxed);
        }
    }

    /// The store has so many handles open. The caller holds its lock.
    #[inline]
    pub(crate) fn set_handles_locked(&self, handles: u32) {
        self.counts.handles.store(handles.into(), Ordering::Relaxed);
    }

    /// All operations so far.
    pub(crate) fn total(&self) -> u64 {
        self.counts.operations().total()
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let mut stores = self.view.stores();
        stores.running.remove(&self.key);
        stores.ended = stores.ended.plus(self.counts.operations());
    }
}

fn get(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}
