//! A lock for many readers.
//!
//! Who reads under an `RwLock` writes to its count, before and after, and so takes its cache line from the
//! readers in other cores: two threads that read one file were 1.5 times as fast as one. So a value that has
//! been read a few times since it was last written is *lent*: its readers borrow it without a write to what
//! they share (see [`loans`]). A writer ends that first, and waits for those that are still at it.
//!
//! * What is lent is what the lock guards: both are one `Arc`.
//! * It is lent under the lock for reading, and taken back under the lock for writing: while that is held
//!   nobody borrows, and when the last borrower is gone the `Arc` is the writer's alone.

use std::sync::{Arc, PoisonError};

use super::give_way;
use super::loans::{Loan, Loans};
use super::locks::atomic::{AtomicU32, Ordering};
use super::locks::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use crate::Result;

/// Reads since the last write after which a value is lent. Lending and taking back cost some 100 ns: not
/// worth it where a write comes every few reads. (It grows with the threads that have ever read: arc-swap looks
/// through the notes of each.)
#[cfg(not(shuttle))]
const READS_BEFORE_LOAN: u32 = 64;
#[cfg(shuttle)]
const READS_BEFORE_LOAN: u32 = 2;

/// It goes on after a panic of its holder: no operation of the core panics, and what a host hands in (a
/// clock, a source of bytes) is called where nothing is half done.
#[derive(Debug)]
pub(crate) struct Lock<T> {
    value: RwLock<Arc<T>>,
    loans: Loans<T>,
    /// Those under the lock since the last write: the value is lent if, and only if, they are more than
    /// [`READS_BEFORE_LOAN`].
    reads: AtomicU32,
}

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: RwLock::new(Arc::new(value)),
            loans: Loans::default(),
            reads: AtomicU32::new(0),
        }
    }

    #[inline]
    pub(crate) fn read(&self) -> Result<Read<'_, T>> {
        Ok(match self.loans.borrow() {
            Some(loan) => Read::Borrowed(loan),
            None => Read::Locked(self.read_locked()),
        })
    }

    fn read_locked(&self) -> RwLockReadGuard<'_, Arc<T>> {
        let value = self.value.read().unwrap_or_else(PoisonError::into_inner);
        if self.reads.fetch_add(1, Ordering::Relaxed) >= READS_BEFORE_LOAN {
            self.loans.lend(&value);
        }
        value
    }

    #[inline]
    pub(crate) fn write(&self) -> Result<Write<'_, T>> {
        let mut value = self.value.write().unwrap_or_else(PoisonError::into_inner);
        match self.reads.load(Ordering::Relaxed) {
            0 => {}
            1..=READS_BEFORE_LOAN => self.reads.store(0, Ordering::Relaxed),
            _ => self.take_back(&mut value),
        }
        Ok(Write(value))
    }

    /// Waits for the borrowers. They are in the midst of one operation, which waits for nothing but locks
    /// that come later in the order.
    #[cold]
    fn take_back(&self, value: &mut Arc<T>) {
        self.reads.store(0, Ordering::Relaxed);
        self.loans.end();
        let mut turns = 0;
        while Arc::get_mut(value).is_none() {
            give_way(turns);
            turns = turns.saturating_add(1);
        }
    }
}

/// The value, for reading.
#[derive(Debug)]
pub(crate) enum Read<'a, T> {
    Locked(RwLockReadGuard<'a, Arc<T>>),
    Borrowed(Loan<'a, T>),
}

impl<T> core::ops::Deref for Read<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Locked(value) => value,
            Self::Borrowed(loan) => loan,
        }
    }
}

/// The value, for writing.
#[derive(Debug)]
pub(crate) struct Write<'a, T>(RwLockWriteGuard<'a, Arc<T>>);

impl<T> core::ops::Deref for Write<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> core::ops::DerefMut for Write<'_, T> {
    #[inline]
    #[expect(
        clippy::expect_used,
        reason = "who has the lock for writing has the value alone"
    )]
    fn deref_mut(&mut self) -> &mut T {
        Arc::get_mut(&mut self.0).expect("nobody borrows while it is written")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;
    use crate::sync::threads::TURNS_GIVEN;

    fn is_lent<T>(lock: &Lock<T>) -> bool {
        matches!(lock.read(), Ok(Read::Borrowed(_)))
    }

    #[test]
    fn what_is_only_read_is_lent_until_it_is_written() {
        let lock = Lock::new(1);
        for _ in 0..=READS_BEFORE_LOAN {
            assert!(!is_lent(&lock));
        }
        assert!(is_lent(&lock));
        *lock.write().unwrap() = 2;
        assert!(!is_lent(&lock));
        assert_eq!(*lock.read().unwrap(), 2);
    }

    #[test]
    fn a_writer_waits_for_those_who_borrow() {
        let lock = Lock::new(0);
        while !is_lent(&lock) {}
        let read = lock.read().unwrap();
        let begun = AtomicBool::new(false);
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                begun.store(true, Ordering::Relaxed);
                *lock.write().unwrap() = 1;
            });
            while !begun.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            // Longer than it takes a writer to go to sleep.
            for turn in 0..2 * TURNS_GIVEN {
                give_way(turn);
            }
            assert!(!writer.is_finished());
            assert_eq!(*read, 0);
            drop(read);
        });
        assert_eq!(*lock.read().unwrap(), 1);
    }

    /// Rounds long enough to be lent, and short enough to be taken back often.
    #[test]
    fn nobody_sees_half_a_change() {
        const ROUNDS: u64 = 20_000;
        let lock = Lock::new((0, 0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        let (one, other) = *lock.read().unwrap();
                        assert_eq!(one, other);
                        if round % 200 == 0 {
                            let pair = &mut *lock.write().unwrap();
                            pair.0 += 1;
                            pair.1 += 1;
                        }
                    }
                });
            }
        });
        assert_eq!(lock.read().unwrap().0, 3 * ROUNDS / 200);
    }
}
