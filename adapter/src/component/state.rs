//! The one volume of the adapter, and the record and the image that composing
//! puts into the module's memory.

#![allow(
    unsafe_code,
    reason = "a static volume, and memory that is filled in from outside"
)]

use super::bindings::wasi::clocks::wall_clock;
use crate::logic::descriptor;
use core::cell::RefCell;
use core::{ptr, slice};
use monaka_fs_core::config::{CONFIG_BYTES, Config};
use monaka_fs_core::image::Image;
use monaka_fs_core::{Env, Error, Result, Time, Volume};

/// The volume of this adapter.
pub(super) type Files = Volume<HostClock>;

/// The host's wall clock.
#[derive(Debug)]
pub(super) struct HostClock;

impl Env for HostClock {
    fn now(&self) -> Time {
        let now = wall_clock::now();
        descriptor::time(now.seconds, now.nanoseconds).unwrap_or_default()
    }
}

/// Does something with the volume, which the first call mounts. Where it cannot
/// be mounted (a damaged image), every call is `Io`.
pub(super) fn with<T>(operation: impl FnOnce(&mut Files) -> Result<T>) -> Result<T> {
    // An export is never entered while another runs, so that the volume is
    // never borrowed twice; if it were, the error would say so.
    let mut volume = VOLUME.0.try_borrow_mut().map_err(|_| Error::Busy)?;
    let mounted = volume.get_or_insert_with(mount);
    operation(mounted.as_mut().map_err(|error| *error)?)
}

/// The configuration that this adapter was composed with.
pub(super) fn config() -> Config {
    // SAFETY: it is a static. It is read as volatile because composing changes
    // its bytes after compilation.
    let record = unsafe { ptr::read_volatile(&raw const CONFIG) };
    Config::parse(&record).unwrap_or(Config::DEFAULT)
}

#[cold]
#[inline(never)]
fn mount() -> Result<Files> {
    let config = config();
    let mut files = match image(&config) {
        None => Volume::new(HostClock, config.limits()),
        Some(bytes) => {
            let image = Image::parse(bytes).map_err(|_| Error::Io)?;
            Volume::from_image(HostClock, config.limits(), image)
        }
    }?;
    files.set_read_only_root(config.root_read_only);
    Ok(files)
}

fn image(config: &Config) -> Option<&'static [u8]> {
    if config.image_len == 0 {
        return None;
    }
    let address = ptr::with_exposed_provenance(config.image_address as usize);
    // SAFETY: composing puts the image at this address and tells its length. It
    // lies above what the linker laid out, and below what `memory.grow` gives
    // to the heap, so that nothing ever writes there.
    Some(unsafe { slice::from_raw_parts(address, config.image_len as usize) })
}

#[used]
static CONFIG: [u8; CONFIG_BYTES] = Config::DEFAULT.encode();

static VOLUME: Single<RefCell<Option<Result<Files>>>> = Single(RefCell::new(None));

/// What only one thread ever sees.
struct Single<T>(T);

// SAFETY: the module has one thread: it has neither shared memory nor threads.
unsafe impl<T> Sync for Single<T> {}
