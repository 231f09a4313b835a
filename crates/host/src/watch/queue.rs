//! The events that wait for one watch.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use monaka_fs_core::Ino;

use super::Event;
use super::names::TooLong;

/// A bounded queue. It has its lock for as long as it takes to put an event in or out.
#[derive(Debug)]
pub(super) struct Queue {
    /// The directory below which changes are told.
    root: Ino,
    capacity: usize,
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    /// The file that the last event is of, if that is of written bytes.
    written: Option<Ino>,
    /// Something was lost after the events that wait. Nothing is put in until that is told.
    lost: bool,
    ended: bool,
    waker: Option<Waker>,
}

impl Queue {
    pub(super) fn new(root: Ino, capacity: usize) -> Self {
        Self {
            root,
            capacity,
            state: Mutex::default(),
            ready: Condvar::new(),
        }
    }

    pub(super) fn root(&self) -> Ino {
        self.root
    }

    pub(super) fn push(&self, event: Event) {
        self.change(|state| state.push(event, self.capacity));
    }

    /// Bytes of a file were written. `paths` is asked only where no event before can tell it too.
    pub(super) fn push_written(
        &self,
        ino: Ino,
        range: Range<u64>,
        paths: impl FnOnce() -> Result<Vec<String>, TooLong>,
    ) -> Result<(), TooLong> {
        self.change(|state| {
            if state.lost || state.extend(ino, &range) {
                return Ok(());
            }
            let paths = paths()?;
            if !paths.is_empty() {
                state.push(Event::Written { paths, range }, self.capacity);
                state.written = Some(ino);
            }
            Ok(())
        })
    }

    /// What comes now cannot be told.
    pub(super) fn lose(&self) {
        self.change(|state| state.lost = true);
    }

    /// What waits is of no interest any more.
    pub(super) fn restart(&self) {
        let mut state = self.lock();
        state.events.clear();
        state.written = None;
        state.lost = false;
    }

    /// There will be no more events.
    pub(super) fn end(&self) {
        self.change(|state| state.ended = true);
    }

    pub(super) fn take(&self) -> Option<Event> {
        self.lock().take()
    }

    pub(super) fn wait(&self, timeout: Option<Duration>) -> Option<Event> {
        let mut state = self.lock();
        let is_empty = |state: &mut State| state.is_empty();
        state = match timeout {
            None => self
                .ready
                .wait_while(state, is_empty)
                .unwrap_or_else(PoisonError::into_inner),
            Some(timeout) => {
                let waited = self.ready.wait_timeout_while(state, timeout, is_empty);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.take()
    }

    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Option<Event>> {
        let mut state = self.lock();
        if state.is_empty() {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(state.take())
    }

    /// Changes the state and tells who waits for it.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let changed = change(&mut state);
        let waker = match state.is_empty() {
            true => None,
            false => state.waker.take(),
        };
        drop(state);
        self.ready.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
        changed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether there is nothing to be told, but may be later.
    fn is_empty(&self) -> bool {
        self.events.is_empty() && !self.lost && !self.ended
    }

    fn push(&mut self, event: Event, capacity: usize) {
        if self.lost || self.ended {
            return;
        }
        match self.events.len() < capacity {
            true => self.events.push_back(event),
            false => self.lost = true,
        }
        self.written = None;
    }

    /// Lets the last event stand for these bytes too, if it is of those before them.
    fn extend(&mut self, ino: Ino, more: &Range<u64>) -> bool {
        match self.events.back_mut() {
            Some(Event::Written { range, .. })
                if self.written == Some(ino) && range.end == more.start =>
            {
                range.end = more.end;
                true
            }
            _ => false,
        }
    }

    fn take(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        if self.events.is_empty() {
            self.written = None;
        }
        event.or_else(|| std::mem::take(&mut self.lost).then_some(Event::Rescan))
    }
}
