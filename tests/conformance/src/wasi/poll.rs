//! `wasi:io/poll`: files, and the clock as the one thing that a host has.

use monaka_wasi::poll::{self as logic, HostPollable};

use super::clock;

/// The resource `pollable`.
#[derive(Debug)]
pub struct Pollable(logic::Pollable<Clock>);

impl Pollable {
    /// Of a file's stream.
    pub(super) fn of_file() -> Self {
        Self(logic::Pollable::Ready)
    }

    /// Of the host.
    pub(super) fn of_clock(clock: Clock) -> Self {
        Self(logic::Pollable::Host(clock))
    }

    /// `pollable.ready`.
    pub fn ready(&self) -> bool {
        self.0.ready()
    }

    /// `pollable.block`.
    pub fn block(&self) {
        self.0.block();
    }
}

/// `poll.poll`.
pub fn poll(list: &[&Pollable]) -> Vec<u32> {
    logic::poll(list.iter().map(|pollable| &pollable.0))
}

/// An instant of the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) when: u64,
}

impl HostPollable for Clock {
    fn ready(&self) -> bool {
        clock::now() >= self.when
    }

    fn block(&self) {
        clock::sleep_until(self.when);
    }

    fn poll(list: &[&Self]) -> Vec<u32> {
        if let Some(first) = list.iter().map(|clock| clock.when).min() {
            clock::sleep_until(first);
        }
        let ready = (0..).zip(list).filter(|(_, clock)| clock.ready());
        ready.map(|(position, _)| position).collect()
    }
}
