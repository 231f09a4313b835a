//! The one volume of the adapter.

use super::bindings::wasi::clocks::wall_clock;
use core::cell::RefCell;
use monaka_adapter::mount::{Single, mount};
use monaka_fs_core::{Env, Error, Result, Time, View};
use monaka_wasi::descriptor;

/// The volume of this adapter.
pub(super) type Files = View<HostClock>;

/// The host's wall clock.
#[derive(Debug)]
pub(super) struct HostClock;

impl Env for HostClock {
    fn now(&self) -> Time {
        let now = wall_clock::now();
        descriptor::time(now.seconds, now.nanoseconds).unwrap_or_default()
    }

    /// A call of the host takes longer than a write.
    fn is_costly(&self) -> bool {
        true
    }
}

/// Does something with the volume, which the first call mounts. Where it cannot
/// be mounted (a damaged image), every call is `Io`.
pub(super) fn with<T>(operation: impl FnOnce(&mut Files) -> Result<T>) -> Result<T> {
    // An export is never entered while another runs, so that the volume is
    // never borrowed twice; if it were, the error would say so.
    let mut volume = VOLUME.0.try_borrow_mut().map_err(|_| Error::Busy)?;
    let mounted = volume.get_or_insert_with(|| mount(HostClock));
    operation(mounted.as_mut().map_err(|error| *error)?)
}

/// Gives the marked times of files the time of now, unless there are no files
/// yet: the program is about to wait.
pub(super) fn settle() {
    if let Ok(mut volume) = VOLUME.0.try_borrow_mut()
        && let Some(Ok(volume)) = &mut *volume
    {
        volume.settle();
    }
}

static VOLUME: Single<RefCell<Option<Result<Files>>>> = Single(RefCell::new(None));
