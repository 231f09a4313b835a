//! What one program sees of a volume.

use std::sync::Arc;

use monaka_fs_core::{Access, Ino, Quota, Scope, Shared, Volume};

use crate::metrics::{Counters, Metrics};
use crate::outside::Outside;
use crate::shared::{self, Core};
use crate::{Ctx, Error, Result};

/// Handles that a store may have open, unless it is told otherwise: some fewer than wasmtime allows
/// (100 000), so that a program meets an error and not a trap.
pub const HANDLES_MAX: u32 = 1 << 16;

/// What programs are to see of a [`Volume`](crate::Volume).
#[derive(Clone, Debug)]
#[must_use]
pub struct ViewBuilder {
    volume: Shared<Volume<Outside>>,
    root: String,
    read_only: bool,
    quota: Option<Quota>,
    handles_max: u32,
    preopens: Vec<String>,
}

impl ViewBuilder {
    pub(crate) fn new(volume: Shared<Volume<Outside>>) -> Self {
        Self {
            volume,
            root: String::new(),
            read_only: false,
            quota: None,
            handles_max: HANDLES_MAX,
            preopens: Vec::new(),
        }
    }

    /// The directory of the volume that is the root: a program sees nothing that is not below it.
    pub fn root(mut self, path: impl Into<String>) -> Self {
        self.root = path.into();
        self
    }

    /// Whether every change is refused.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// What its programs may hold together, inside of what the volume may. A quota may be given to
    /// several views.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = Some(quota);
        self
    }

    /// Handles that each store may have open at one time; [`HANDLES_MAX`] unless given.
    pub fn handles_max(mut self, handles_max: u32) -> Self {
        self.handles_max = handles_max;
        self
    }

    /// A path under which a program finds the root; `/` unless any is given.
    pub fn preopen(mut self, path: impl Into<String>) -> Self {
        self.preopens.push(path.into());
        self
    }

    /// The view.
    ///
    /// # Errors
    ///
    /// `NoEntry`, `NotDirectory` and what else there is where the root is no directory of the volume.
    pub fn build(mut self) -> Result<View> {
        if self.preopens.is_empty() {
            self.preopens.push("/".into());
        }
        let scope = Scope {
            root: &self.root,
            read_only: self.read_only,
            quota: self.quota.clone(),
            handles_max: self.handles_max,
        };
        let access = match self.read_only {
            true => Access::READ,
            false => Access::READ | Access::MUTATE_DIRECTORY,
        };
        let core = Core::of(self.volume, &scope).map_err(|code| Error::Path {
            path: self.root.clone(),
            code,
        })?;
        Ok(View(Arc::new(Inner {
            core,
            preopens: self.preopens,
            access,
            quota: self.quota,
            counters: Arc::default(),
        })))
    }
}

/// What programs see of a [`Volume`](crate::Volume). A clone is the same view.
#[derive(Clone, Debug)]
pub struct View(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Holds the root; the stores' are forks of it.
    core: Core,
    preopens: Vec<String>,
    access: Access,
    quota: Option<Quota>,
    counters: Arc<Counters>,
}

impl View {
    /// What a store needs to run a program in this view. Each has handles of its own.
    ///
    /// # Panics
    ///
    /// Where there are 2^32 of them already.
    pub fn ctx(&self) -> Ctx {
        let core = self.0.core.fork().expect("the root is held");
        Ctx::new(
            self.clone(),
            shared::Shared::new(core, self.0.counters.clone()),
        )
    }

    /// How many operations programs have done in this view. Each open of a file, directory or stream and
    /// each use and end of one is an operation.
    pub fn operations(&self) -> u64 {
        self.0.counters.operations().total()
    }

    /// What the view holds, and what its programs have done so far.
    pub fn metrics(&self) -> Metrics {
        Metrics {
            held: self.0.quota.as_ref().map(Quota::usage),
            handles: self.0.counters.handles(),
            operations: self.0.counters.operations(),
        }
    }

    /// The paths under which a program finds the root.
    pub fn preopens(&self) -> &[String] {
        &self.0.preopens
    }

    /// What the core has of it: without handles.
    pub(crate) fn core(&self) -> &Core {
        &self.0.core
    }

    /// The directory that is the root.
    pub(crate) fn root(&self) -> Result<Ino> {
        let mut core = self.core().fork()?;
        let root = core.open_root(Access::READ)?;
        Ok(core.ino(root)?)
    }

    /// What the preopened root may do.
    pub(crate) fn root_access(&self) -> Access {
        self.0.access
    }
}
