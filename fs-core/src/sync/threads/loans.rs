//! A value that readers borrow from its lock, each without a write to what another reads.
//!
//! `arc-swap` does that: a loan is a note in memory of the thread that borrows, and who takes the value
//! back looks through the notes of all threads. Shuttle, which knows of nothing but its own locks, has one
//! of those instead, with the same answers.

#[cfg(not(shuttle))]
pub(crate) use notes::{Loan, Loans};
#[cfg(shuttle)]
pub(crate) use tried::{Loan, Loans};

#[cfg(not(shuttle))]
mod notes {
    use std::marker::PhantomData;
    use std::sync::{Arc, OnceLock};

    use arc_swap::{ArcSwapOption, Guard};

    /// Most values are never lent, and cost nothing when they are dropped.
    #[derive(Debug)]
    pub(crate) struct Loans<T>(OnceLock<ArcSwapOption<T>>);

    impl<T> Default for Loans<T> {
        fn default() -> Self {
            Self(OnceLock::new())
        }
    }

    impl<T> Loans<T> {
        #[inline]
        pub(crate) fn borrow(&self) -> Option<Loan<'_, T>> {
            let value = self.0.get()?.load();
            value.is_some().then_some(Loan(value, PhantomData))
        }

        pub(crate) fn lend(&self, value: &Arc<T>) {
            let loans = self.0.get_or_init(ArcSwapOption::empty);
            loans.store(Some(Arc::clone(value)));
        }

        /// Nobody borrows from now on. Loans that are there go on.
        pub(crate) fn end(&self) {
            if let Some(loans) = self.0.get() {
                loans.store(None);
            }
        }
    }

    /// It ends before the lock does, which it is a part of.
    #[derive(Debug)]
    pub(crate) struct Loan<'a, T>(Guard<Option<Arc<T>>>, PhantomData<&'a T>);

    impl<T> std::ops::Deref for Loan<'_, T> {
        type Target = T;

        #[inline]
        #[expect(clippy::expect_used, reason = "`borrow` makes none of nothing")]
        fn deref(&self) -> &T {
            self.0.as_ref().expect("a loan is of something")
        }
    }
}

#[cfg(shuttle)]
mod tried {
    use std::marker::PhantomData;
    use std::sync::{Arc, PoisonError};

    use shuttle::sync::{Mutex, MutexGuard};

    #[derive(Debug)]
    pub(crate) struct Loans<T>(Mutex<Option<Arc<T>>>);

    impl<T> Default for Loans<T> {
        fn default() -> Self {
            Self(Mutex::new(None))
        }
    }

    impl<T> Loans<T> {
        pub(crate) fn borrow(&self) -> Option<Loan<'_, T>> {
            let value = self.lent().clone()?;
            Some(Loan(value, PhantomData))
        }

        pub(crate) fn lend(&self, value: &Arc<T>) {
            *self.lent() = Some(Arc::clone(value));
        }

        pub(crate) fn end(&self) {
            *self.lent() = None;
        }

        fn lent(&self) -> MutexGuard<'_, Option<Arc<T>>> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    #[derive(Debug)]
    pub(crate) struct Loan<'a, T>(Arc<T>, PhantomData<&'a T>);

    impl<T> std::ops::Deref for Loan<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }
}
