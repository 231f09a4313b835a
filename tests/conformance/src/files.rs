//! The volume of this thread.

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use monaka_fs_core::config::Config;
use monaka_fs_core::image::Image;
use monaka_fs_core::{Access, Env, Error, Ino, Limits, Result, Time, View};
use monaka_wasi::descriptor;

/// A volume with the wall clock of the machine.
pub type Files = View<WallClock>;

/// The wall clock of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallClock {
    /// As the adapter sees it: asked as seldom as possible.
    Costly,
    /// Asked at every change.
    Cheap,
}

impl Env for WallClock {
    fn is_costly(&self) -> bool {
        *self == Self::Costly
    }

    fn now(&self) -> Time {
        let now = now();
        descriptor::time(now.as_secs(), now.subsec_nanos()).unwrap_or_default()
    }
}

/// The time since 1970.
pub(crate) fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

thread_local! {
    static VOLUME: RefCell<Option<Files>> = const { RefCell::new(None) };
    static READ_ONLY: Cell<bool> = const { Cell::new(false) };
}

/// Starts again with an empty volume, with the limits of a program that is
/// composed without options. Handles of the volume before are stale.
pub fn mount() -> Result<()> {
    mount_with(WallClock::Costly)
}

/// As [`mount`], with a clock of choice.
pub fn mount_with(clock: WallClock) -> Result<()> {
    replace(View::new(clock, Config::DEFAULT.limits())?);
    Ok(())
}

/// As [`mount`], but with what is embedded, and these limits.
pub fn mount_image(image: &'static [u8], limits: Limits) -> Result<()> {
    let image = Image::parse(image).map_err(|_| Error::Io)?;
    replace(View::from_image(WallClock::Costly, limits, image)?);
    Ok(())
}

fn replace(volume: Files) {
    VOLUME.set(Some(volume));
    READ_ONLY.set(false);
}

/// From now on the volume refuses every change, as with `--read-only /`.
pub fn make_read_only() -> Result<()> {
    READ_ONLY.set(true);
    with(|files| {
        files.set_read_only_root(true);
        Ok(())
    })
}

/// What the preopened root may do.
pub(crate) fn root_access() -> Access {
    if READ_ONLY.get() {
        Access::READ
    } else {
        Access::READ | Access::MUTATE_DIRECTORY
    }
}

/// Does something with the volume.
pub(crate) fn with<T>(operation: impl FnOnce(&mut Files) -> Result<T>) -> Result<T> {
    VOLUME.with_borrow_mut(|volume| operation(volume.as_mut().ok_or(Error::Io)?))
}

/// Handles open now.
pub fn handles_open() -> u32 {
    VOLUME.with_borrow(|volume| volume.as_ref().map_or(0, |volume| volume.usage().handles))
}

/// The invariants of the volume; what does not hold, and of which inode.
pub fn check() -> std::result::Result<(), (&'static str, Ino)> {
    VOLUME.with_borrow(|volume| volume.as_ref().map_or(Ok(()), View::check))
}
