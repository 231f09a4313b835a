//! The volume of a module: made by the record and from the image that composing
//! puts into the module's memory.

#![allow(
    unsafe_code,
    reason = "memory that is filled in from outside, and statics of a single thread"
)]

use core::{ptr, slice};
use monaka_fs_core::config::{CONFIG_BYTES, Config};
use monaka_fs_core::image::Image;
use monaka_fs_core::{Access, Env, Error, Result, View};

/// Makes the volume. `Io` where its image is damaged.
#[cold]
#[inline(never)]
pub fn mount<E: Env>(env: E) -> Result<View<E>> {
    let config = config();
    let mut volume = match image(&config) {
        None => View::new(env, config.limits()),
        Some(bytes) => {
            let image = Image::parse(bytes).map_err(|_| Error::Io)?;
            View::from_image(env, config.limits(), image)
        }
    }?;
    volume.set_read_only_root(config.root_read_only);
    Ok(volume)
}

/// What the preopened root may do.
pub fn root_access() -> Access {
    match config().root_read_only {
        true => Access::READ,
        false => Access::READ | Access::MUTATE_DIRECTORY,
    }
}

/// The configuration that this module was composed with.
fn config() -> Config {
    // SAFETY: it is a static of this size and alignment. It is read as volatile
    // because composing changes its bytes after compilation, and in words
    // because a volatile read of bytes is one instruction for each.
    let words =
        unsafe { ptr::read_volatile((&raw const CONFIG).cast::<[u64; CONFIG_BYTES / 8]>()) };
    let mut record = [0; CONFIG_BYTES];
    for (place, word) in record.as_chunks_mut().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    Config::parse(&record).unwrap_or(Config::DEFAULT)
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
static CONFIG: Record = Record(Config::DEFAULT.encode());

#[repr(C, align(8))]
struct Record([u8; CONFIG_BYTES]);

/// What only one thread ever sees.
#[derive(Debug)]
pub struct Single<T>(pub T);

// SAFETY: the module has one thread: it has neither shared memory nor threads.
unsafe impl<T> Sync for Single<T> {}
