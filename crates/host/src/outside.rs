//! What a volume has from outside of the core.

use std::time::{SystemTime, UNIX_EPOCH};

use monaka_fs_core::{Env, Time};

use crate::backing::Backing;

/// The machine's clock, and what has to live for as long as the volume.
#[derive(Debug)]
pub(crate) struct Outside {
    backing: Option<Backing>,
}

impl Outside {
    /// `backing`: the image that the volume starts with.
    pub(crate) fn new(backing: Option<Backing>) -> Self {
        Self { backing }
    }

    /// What content of the volume may borrow from.
    pub(crate) fn backing(&self) -> Option<Backing> {
        self.backing.clone()
    }
}

impl Env for Outside {
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanoseconds = since.unwrap_or_default().as_nanos();
        Time(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}
