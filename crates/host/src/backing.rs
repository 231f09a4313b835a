//! The bytes of an image, and what keeps them where they are.
//!
//! The core borrows an image for as long as it lives (`Image<'static>`), because a guest has its image in
//! its memory. Here the volume owns the bytes: the lifetime is extended, in one place, and the owner is
//! kept by everything that may hold such a borrow.

#![allow(
    unsafe_code,
    reason = "mapping a file, and lending it for as long as the volume lives"
)]

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;

use memmap2::Mmap;
use monaka_fs_core::image::{Image, ImageError};
use monaka_fs_core::{Limits, Volume};

use crate::outside::Outside;

/// The bytes of an image. A clone keeps the same bytes.
#[derive(Clone)]
pub(crate) struct Backing(Arc<Bytes>);

enum Bytes {
    Mapped(Mmap),
    Held(Cow<'static, [u8]>),
}

/// Why the bytes cannot be mounted.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Unmountable {
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    Limits(#[from] monaka_fs_core::Error),
}

impl Backing {
    /// Maps a file, which nobody may change in place or cut while the mapping lives.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the mapping is private and read-only. That the file is not changed by others is asked of
        // the caller of `Volume::open_image` (see `load`); every block is compared with its checksum before
        // the first use of it, and read as bytes without a meaning to this process.
        let map = unsafe { Mmap::map(file)? };
        Ok(Self(Arc::new(Bytes::Mapped(map))))
    }

    pub(crate) fn held(bytes: Cow<'static, [u8]>) -> Self {
        Self(Arc::new(Bytes::Held(bytes)))
    }

    /// A volume that starts with the image and owns it.
    pub(crate) fn mount(self, limits: Limits) -> Result<Volume<Outside>, Unmountable> {
        let bytes = self.bytes();
        // SAFETY: the bytes do not move, nor are they changed, for as long as their owner lives: it is behind
        // an `Arc`, and nothing takes it out. Who holds a borrow of them keeps the owner, and drops it last:
        // - the volume, in its `Outside`, the last of its fields;
        // - a view, which may have files open after their names are gone, in its volume, the last of its fields;
        // - a `Snapshot`, which keeps a clone of the `Backing`.
        // The core gives out content only by copying it or under the lifetime of the view or snapshot.
        let bytes: &'static [u8] =
            unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) };
        let image = Image::parse(bytes)?;
        Ok(Volume::from_image(Outside::new(Some(self)), limits, image)?)
    }

    fn bytes(&self) -> &[u8] {
        match &*self.0 {
            Bytes::Mapped(map) => map,
            Bytes::Held(bytes) => bytes,
        }
    }
}

/// Without the bytes.
impl fmt::Debug for Backing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backing({} bytes)", self.bytes().len())
    }
}
