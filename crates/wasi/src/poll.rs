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
pub fn poll<'a, H: HostPollable + 'a>(
    list: impl ExactSizeIterator<Item = &'a Pollable<H>> + Clone,
) -> Vec<u32> {
    match all_of_host(list.clone()) {
        Some(hosts) if !hosts.is_empty() => H::poll(&hosts),
        _ => {
            let mut positions = Vec::new();
            ready_now(list.map(Pollable::ready), &mut positions);
            positions
        }
    }
}

/// The host's pollables, unless there are others, which are ready already.
fn all_of_host<'a, H: HostPollable + 'a>(
    list: impl ExactSizeIterator<Item = &'a Pollable<H>>,
) -> Option<Vec<&'a H>> {
    let mut hosts = Vec::new();
    hosts.try_reserve_exact(list.len()).ok()?;
    for pollable in list {
        hosts.push(pollable.host()?);
    }
    Some(hosts)
}

/// Sets `positions` to those of a list that are ready, without waiting; to none
/// where there is no memory for them.
pub fn ready_now(list: impl ExactSizeIterator<Item = bool>, positions: &mut Vec<u32>) {
    positions.clear();
    if positions.try_reserve(list.len()).is_err() {
        return;
    }
    for (position, ready) in (0..).zip(list) {
        if ready {
            positions.push(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// Ready or not; waiting makes it ready.
    struct Fake(bool);

    impl HostPollable for Fake {
        fn ready(&self) -> bool {
            self.0
        }

        fn block(&self) {}

        fn poll(list: &[&Self]) -> Vec<u32> {
            assert!(!list.is_empty(), "the host traps");
            (0..list.len() as u32).collect()
        }
    }

    const FILE: Pollable<Fake> = Pollable::Ready;
    const READY: Pollable<Fake> = Pollable::Host(Fake(true));
    const WAITING: Pollable<Fake> = Pollable::Host(Fake(false));

    #[test]
    fn files_are_ready_and_hosts_only_if_they_say_so() {
        let (file, ready, waiting) = (FILE, READY, WAITING);
        let list = [&waiting, &file, &ready, &waiting, &file];
        assert_eq!(poll(list.into_iter()), vec![1, 2, 4]);
    }

    #[test]
    fn hosts_alone_wait_together() {
        let (one, other) = (WAITING, WAITING);
        let list = [&one, &other, &one];
        assert_eq!(poll(list.into_iter()), vec![0, 1, 2]);
    }

    #[test]
    fn an_empty_list_gives_nothing() {
        let list: [&Pollable<Fake>; 0] = [];
        assert_eq!(poll(list.into_iter()), Vec::<u32>::new());
    }

    #[test]
    fn one_pollable_may_be_there_twice() {
        let file = FILE;
        assert_eq!(poll([&file, &file].into_iter()), vec![0, 1]);
    }
}
