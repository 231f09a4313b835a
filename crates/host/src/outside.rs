//! What a volume has from outside of the core.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use monaka_fs_core::{Change, Env, Time};

use crate::backing::Backing;
use crate::watch::Watchers;

/// The machine's clock, and what has to live for as long as the volume.
#[derive(Debug)]
pub(crate) struct Outside {
    backing: Option<Backing>,
    watchers: Arc<Watchers>,
}

impl Outside {
    /// `backing`: the image that the volume starts with.
    pub(crate) fn new(backing: Option<Backing>) -> Self {
        Self {
            backing,
            watchers: Arc::default(),
        }
    }

    /// Those who follow the changes of the volume.
    pub(crate) fn watchers(&self) -> &Arc<Watchers> {
        &self.watchers
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

    #[inline]
    fn changed(&self, change: Change<'_>) {
        self.watchers.changed(change);
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.watchers.end();
    }
}
