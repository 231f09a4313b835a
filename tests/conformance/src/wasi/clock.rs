//! The clocks of the machine.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::generated::clocks::wall_clock::Datetime;
use super::poll::{Clock, Pollable};
use crate::files;

/// `monotonic-clock.now`: nanoseconds since the first call in this process.
pub fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}

/// `monotonic-clock.subscribe-instant`.
pub fn subscribe_instant(when: u64) -> Pollable {
    Pollable::of_clock(Clock { when })
}

/// `monotonic-clock.subscribe-duration`.
pub fn subscribe_duration(when: u64) -> Pollable {
    subscribe_instant(now().saturating_add(when))
}

/// `wall-clock.now`.
pub fn wall_now() -> Datetime {
    let now = files::now();
    Datetime {
        seconds: now.as_secs(),
        nanoseconds: now.subsec_nanos(),
    }
}

/// Waits until then.
pub(super) fn sleep_until(when: u64) {
    while now() < when {
        std::thread::sleep(Duration::from_nanos(when.saturating_sub(now())));
    }
}
