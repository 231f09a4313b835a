//! The ledger: what is held, against what may be held.
//!
//! Every operation reserves here before it allocates and gives back what it frees, so that the
//! counts are those of what is alive at any time (`Volume::check` compares them with a recount).
//!
//! A volume has one ledger, and each [`Quota`] one of its own inside of it. An inode is charged to the
//! quota of the view that created it, for as long as it lives and whoever writes to it (as project
//! quotas of Linux are), and to the volume.

#[cfg(any(feature = "std", shuttle))]
use alloc::sync::Arc;

use crate::sync::{Atomic32, Atomic64};
use crate::{Error, FILE_SIZE_MAX, Limits, Result, Usage};

/// The counts and their limits.
#[derive(Debug)]
pub(crate) struct Ledger {
    limits: Limits,
    bytes: Atomic64,
    inodes: Atomic32,
    handles: Atomic32,
}

impl Ledger {
    pub(crate) fn new(limits: Limits) -> Self {
        let file_size_max = limits.file_size_max.min(FILE_SIZE_MAX);
        Self {
            limits: Limits {
                file_size_max,
                ..limits
            },
            bytes: Atomic64::new(0),
            inodes: Atomic32::new(0),
            handles: Atomic32::new(0),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            bytes: self.bytes.get(),
            inodes: self.inodes.get(),
            handles: self.handles.get(),
        }
    }

    /// Bytes that can still be reserved.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.limits.bytes_max.saturating_sub(self.bytes.get())
    }

    pub(crate) fn reserve_bytes(&self, count: u64) -> Result<()> {
        let max = self.limits.bytes_max;
        let reserved = |bytes: u64| bytes.checked_add(count).filter(|&bytes| bytes <= max);
        match count == 0 || self.bytes.update(reserved).is_some() {
            true => Ok(()),
            false => Err(Error::InsufficientSpace),
        }
    }

    pub(crate) fn release_bytes(&self, count: u64) {
        if count > 0 {
            let before = self.bytes.update(|bytes| Some(bytes.saturating_sub(count)));
            debug_assert!(before >= Some(count), "released more bytes than reserved");
        }
    }

    /// Reserves an inode, or a name beyond the first of an inode, which counts the same.
    pub(crate) fn reserve_inodes(&self, count: u32) -> Result<()> {
        add(&self.inodes, count, self.limits.inodes_max).ok_or(Error::InsufficientSpace)
    }

    pub(crate) fn release_inode(&self) {
        subtract(&self.inodes);
    }

    pub(crate) fn reserve_handle(&self) -> Result<()> {
        add(&self.handles, 1, self.limits.handles_max).ok_or(Error::InsufficientMemory)
    }

    pub(crate) fn release_handle(&self) {
        subtract(&self.handles);
    }
}

fn add(counter: &Atomic32, count: u32, max: u32) -> Option<()> {
    let reserved = |before: u32| before.checked_add(count).filter(|&after| after <= max);
    counter.update(reserved).map(drop)
}

fn subtract(counter: &Atomic32) {
    let before = counter.update(|count| Some(count.saturating_sub(1)));
    debug_assert!(before > Some(0), "released more than was reserved");
}

/// A share of a volume: what the views that have it may hold, together, inside of what the volume may.
#[cfg(any(feature = "std", shuttle))]
#[derive(Clone, Debug)]
pub struct Quota(Arc<Ledger>);

#[cfg(any(feature = "std", shuttle))]
impl Quota {
    /// A share of at most this many bytes and inodes, counted as [`Limits`] counts them.
    pub fn new(bytes_max: u64, inodes_max: u32) -> Self {
        let limits = Limits {
            bytes_max,
            inodes_max,
            ..Limits::default()
        };
        Self(Arc::new(Ledger::new(limits)))
    }

    /// What is held of it now. Handles are not counted here.
    pub fn usage(&self) -> Usage {
        self.0.usage()
    }

    /// Bytes that may be held.
    pub fn bytes_max(&self) -> u64 {
        self.0.limits.bytes_max
    }

    /// Inodes that may be held.
    pub fn inodes_max(&self) -> u32 {
        self.0.limits.inodes_max
    }

    /// Whether two are the same share.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// In a guest there is one program, and no share.
#[cfg(not(any(feature = "std", shuttle)))]
#[derive(Clone, Debug)]
pub enum Quota {}

#[cfg(not(any(feature = "std", shuttle)))]
impl Quota {
    pub(crate) fn is(&self, _other: &Self) -> bool {
        match *self {}
    }
}

/// Who pays for an inode: the volume, and the quota that it was created under, if any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account<'a> {
    volume: &'a Ledger,
    #[cfg(any(feature = "std", shuttle))]
    quota: Option<&'a Ledger>,
}

impl<'a> Account<'a> {
    #[cfg(any(feature = "std", shuttle))]
    pub(crate) fn new(volume: &'a Ledger, quota: Option<&'a Quota>) -> Self {
        let quota = quota.map(|quota| &*quota.0);
        Self { volume, quota }
    }

    #[cfg(not(any(feature = "std", shuttle)))]
    pub(crate) fn new(volume: &'a Ledger, _quota: Option<&'a Quota>) -> Self {
        Self { volume }
    }

    #[cfg(any(feature = "std", shuttle))]
    fn quota(self) -> Option<&'a Ledger> {
        self.quota
    }

    #[cfg(not(any(feature = "std", shuttle)))]
    fn quota(self) -> Option<&'a Ledger> {
        None
    }

    pub(crate) fn file_size_max(self) -> u64 {
        self.volume.limits.file_size_max
    }

    /// Bytes that can still be reserved, if nobody else reserves any.
    pub(crate) fn bytes_left(self) -> u64 {
        let left = self.volume.bytes_left();
        self.quota()
            .map_or(left, |quota| quota.bytes_left().min(left))
    }

    pub(crate) fn reserve_bytes(self, count: u64) -> Result<()> {
        // The quota first: who has none left takes nothing from the others, not even for a moment.
        if let Some(quota) = self.quota() {
            quota.reserve_bytes(count)?;
        }
        let reserved = self.volume.reserve_bytes(count);
        reserved.inspect_err(|_| {
            if let Some(quota) = self.quota() {
                quota.release_bytes(count);
            }
        })
    }

    pub(crate) fn release_bytes(self, count: u64) {
        self.volume.release_bytes(count);
        if let Some(quota) = self.quota() {
            quota.release_bytes(count);
        }
    }

    pub(crate) fn reserve_inode(self) -> Result<()> {
        if let Some(quota) = self.quota() {
            quota.reserve_inodes(1)?;
        }
        let reserved = self.volume.reserve_inodes(1);
        reserved.inspect_err(|_| {
            if let Some(quota) = self.quota() {
                quota.release_inode();
            }
        })
    }

    pub(crate) fn release_inode(self) {
        self.volume.release_inode();
        if let Some(quota) = self.quota() {
            quota.release_inode();
        }
    }
}
