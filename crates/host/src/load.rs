//! Volumes that start with files.
//!
//! # Mapped images
//!
//! [`Volume::open_image`](crate::Volume::open_image) maps the file. Its index is checked at once, a block of
//! 64 KiB of its content when it is first read; what is never read is never loaded, and what is not changed stays
//! in the page cache, where all processes that map the file share it.
//!
//! The file must stay as it is while the volume or a snapshot of it lives. Replacing it by renaming another one over
//! it is safe, and what [`Snapshot::save`](crate::Snapshot::save) does: the mapping keeps the old file. **If another
//! process cuts the file, the next access to what is gone ends this process** (`SIGBUS`); if it writes into the file,
//! programs read the new bytes, or `io` where a block was not read before. Who cannot rule that out reads the file
//! and uses [`Volume::from_image_bytes`](crate::Volume::from_image_bytes).
//!
//! ```
//! use monaka_host::{Limits, Volume};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let image = dir.path().join("state.img");
//! # std::fs::write(dir.path().join("motd"), "hello")?;
//! let packed = Volume::from_directory(dir.path(), Limits::default())?;
//! packed.snapshot()?.save(&image)?;
//!
//! let volume = Volume::open_image(&image, Limits::default())?;
//! assert_eq!(volume.usage().inodes, 2, "the root and motd");
//! assert_eq!(volume.usage().bytes, 0, "what is in the image does not count");
//! # Ok(())
//! # }
//! ```

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use monaka_fs_core::image::ImageError;
use monaka_fs_core::{Limits, Volume};
use monaka_image::{Embed, PackError, PackOptions};

use crate::backing::{Backing, Unmountable};
use crate::outside::Outside;

/// Why a volume cannot start with what it is to start with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The host does not give the file or directory.
    #[error("{}: cannot be read", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the host says.
        source: io::Error,
    },
    /// The directory has something that no volume can hold.
    #[error("{}: cannot be packed", path.display())]
    Pack {
        /// The directory.
        path: PathBuf,
        /// What, by its path, and why.
        source: PackError,
    },
    /// It is no image, or a damaged one.
    #[error("{}: cannot be mounted", Origin(path.as_deref()))]
    Image {
        /// The file; `None` for bytes.
        path: Option<PathBuf>,
        /// What is wrong with it.
        source: ImageError,
    },
    /// The limits do not allow it.
    #[error("{}: has more than the limits of the volume allow", Origin(path.as_deref()))]
    Limits {
        /// The file or directory; `None` for bytes.
        path: Option<PathBuf>,
        /// What the core says.
        source: monaka_fs_core::Error,
    },
}

/// Where an image comes from.
struct Origin<'a>(Option<&'a Path>);

impl std::fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(path) => path.display().fmt(f),
            None => f.write_str("the image"),
        }
    }
}

pub(crate) fn image(path: &Path, limits: Limits) -> Result<Volume<Outside>, LoadError> {
    let backing = File::open(path)
        .and_then(|file| Backing::map(&file))
        .map_err(unreadable(path))?;
    mount(backing, limits, Some(path))
}

pub(crate) fn bytes(
    bytes: Cow<'static, [u8]>,
    limits: Limits,
) -> Result<Volume<Outside>, LoadError> {
    mount(Backing::held(bytes), limits, None)
}

pub(crate) fn directory(path: &Path, limits: Limits) -> Result<Volume<Outside>, LoadError> {
    if !fs::metadata(path).map_err(unreadable(path))?.is_dir() {
        return Err(unreadable(path)(io::ErrorKind::NotADirectory.into()));
    }
    let packed = pack(path).map_err(|source| LoadError::Pack {
        path: path.into(),
        source,
    })?;
    mount(Backing::held(packed.into()), limits, Some(path))
}

/// A directory as an image.
fn pack(path: &Path) -> Result<Vec<u8>, PackError> {
    let embed = Embed {
        host: path.into(),
        guest: "/".parse().ok(),
    };
    let plan = monaka_image::plan(&[embed], &PackOptions::default(), &mut ())?;
    let mut image = Vec::with_capacity(usize::try_from(plan.len()).unwrap_or_default());
    plan.write_to(&mut image, &mut ())?;
    Ok(image)
}

fn mount(
    backing: Backing,
    limits: Limits,
    path: Option<&Path>,
) -> Result<Volume<Outside>, LoadError> {
    let path = path.map(PathBuf::from);
    backing.mount(limits).map_err(|error| match error {
        Unmountable::Image(source) => LoadError::Image { path, source },
        Unmountable::Limits(source) => LoadError::Limits { path, source },
    })
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> LoadError {
    let path = path.into();
    |source| LoadError::Read { path, source }
}
