//! The filesystem that programs share.

use monaka_fs_core::{Limits, Result, Shared, Usage};

use crate::ViewBuilder;
use crate::shared::Clock;

/// A filesystem in memory that programs share. A clone is the same filesystem.
#[derive(Clone, Debug)]
pub struct Volume {
    core: Shared<monaka_fs_core::Volume<Clock>>,
}

impl Volume {
    /// An empty filesystem.
    ///
    /// # Errors
    ///
    /// `InsufficientSpace` where the limits leave no room for a root.
    pub fn new(limits: Limits) -> Result<Self> {
        let core = monaka_fs_core::Volume::new(Clock, limits)?;
        Ok(Self {
            core: Shared::new(core),
        })
    }

    /// A view to be made: of the whole filesystem, unless it is narrowed.
    pub fn view(&self) -> ViewBuilder {
        ViewBuilder::new(self.core.clone())
    }

    /// What it holds now.
    pub fn usage(&self) -> Usage {
        self.core.usage()
    }

    /// What it may hold.
    pub fn limits(&self) -> Limits {
        self.core.limits()
    }
}
