//! Readiness over files and the host at once.

use alloc::vec::Vec;

/// What can be waited for.
#[derive(Debug)]
pub enum Pollable<H> {
    /// A file: always ready.
    Ready,
    /// Something of the host.
    Host(H),
}

/// The host's own pollables.
pub trait HostPollable: Sized {
    /// Whether it is ready, without waiting.
    fn ready(&self) -> bool;
    /// Waits until it is ready.
    fn block(&self);
    /// Waits until one of a list that is not empty is ready, and gives the
    /// positions of those that are.
    fn poll(list: &[&Self]) -> Vec<u32>;
}

impl<H: HostPollable> Pollable<H> {
    /// Whether it is ready, without waiting.
    pub fn ready(&self) -> bool {
        match self {
            Self::Ready => true,
            Self::Host(host) => host.ready(),
        }
    }

    /// Waits until it is ready.
    pub fn block(&self) {
        if let Self::Host(host) = self {
            host.block();
        }
    }

    fn host(&self) -> Option<&H> {
        match self {
            Self::Ready => None,
            Self::Host(host) => Some(host),
        }
    }
}

/// `wasi:io/poll.poll`: waits until one of the list is ready, and gives the
/// positions of exactly those that are, in order. The same pollable may be in
/// the list several times.
///
/// WASI says that an empty list traps. Here it gives an empty list: a program's
/// misuse never traps the adapter.
pub fn poll<H: HostPollable>(list: &[&Pollable<H>]) -> Vec<u32> {
    match all_of_host(list) {
        Some(hosts) if !hosts.is_empty() => H::poll(&hosts),
        _ => ready_now(list),
    }
}

/// The host's pollables, unless there are others, which are ready already.
fn all_of_host<'a, H: HostPollable>(list: &[&'a Pollable<H>]) -> Option<Vec<&'a H>> {
    let mut hosts = super::vec_with_capacity(list.len()).ok()?;
    for pollable in list {
        hosts.push(pollable.host()?);
    }
    Some(hosts)
}

fn ready_now<H: HostPollable>(list: &[&Pollable<H>]) -> Vec<u32> {
    let Ok(mut positions) = super::vec_with_capacity(list.len()) else {
        return Vec::new();
    };
    for (position, pollable) in (0..).zip(list) {
        if pollable.ready() {
            positions.push(position);
        }
    }
    positions
}
