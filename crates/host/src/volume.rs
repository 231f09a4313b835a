//! The filesystem that programs share.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use monaka_fs_core::{Ino, Limits, Quota, Shared, Usage};

use crate::load::{self, LoadError};
use crate::outside::Outside;
use crate::synthetic::Node;
use crate::{Error, Result, Snapshot, ViewBuilder};

/// The root directory.
pub(crate) const ROOT: Ino = Ino(0);

/// A filesystem in memory that programs share. A clone is the same filesystem.
#[derive(Clone)]
pub struct Volume {
    pub(crate) core: Shared<monaka_fs_core::Volume<Outside>>,
}

impl Volume {
    /// An empty filesystem.
    ///
    /// # Errors
    ///
    /// `InsufficientSpace` where the limits leave no room for a root.
    pub fn new(limits: Limits) -> Result<Self> {
        let core = monaka_fs_core::Volume::new(Outside::new(None), limits)?;
        Ok(Self::of(core))
    }

    /// The files of an image, which is mapped and not read: mounting takes time for its names and for 8
    /// bytes of each 64 KiB, none for its content. See [`load`](crate::load) for what that asks of the file.
    ///
    /// # Errors
    ///
    /// The file cannot be mapped, is no image, or has more inodes than the limits allow.
    pub fn open_image(path: impl AsRef<Path>, limits: Limits) -> Result<Self, LoadError> {
        load::image(path.as_ref(), limits).map(Self::of)
    }

    /// The files of an image in memory: of a `Vec<u8>`, or of `include_bytes!`. Nothing is copied.
    ///
    /// # Errors
    ///
    /// It is no image, or has more inodes than the limits allow.
    pub fn from_image_bytes(
        bytes: impl Into<Cow<'static, [u8]>>,
        limits: Limits,
    ) -> Result<Self, LoadError> {
        load::bytes(bytes.into(), limits).map(Self::of)
    }

    /// The files of a directory of the host, read into memory. The directory is not looked at again.
    /// They are packed as `monaka compose --embed` packs them: `.monakaignore` is honoured, and a symbolic link
    /// that leads out of the directory is refused.
    ///
    /// # Errors
    ///
    /// What cannot be packed, all of it by its path; and what [`Volume::from_image_bytes`] gives.
    pub fn from_directory(path: impl AsRef<Path>, limits: Limits) -> Result<Self, LoadError> {
        load::directory(path.as_ref(), limits).map(Self::of)
    }

    fn of(core: monaka_fs_core::Volume<Outside>) -> Self {
        Self {
            core: Shared::new(core),
        }
    }

    /// What it holds now, at the cost of a reference for each 64 KiB and a copy of the names, while
    /// programs go on. What they write to afterwards is copied, and no limit counts the copy.
    ///
    /// # Errors
    ///
    /// `InsufficientMemory`.
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot::of(&self.core, ROOT, || ())?)
    }

    /// A view to be made: of the whole filesystem, unless it is narrowed.
    ///
    /// ```
    /// use monaka_host::{Limits, Quota, Volume};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let volume = Volume::new(Limits::default())?;
    /// volume.create_dir_all("/tenants/a")?;
    /// volume.write("/secret", b"not for tenants")?;
    ///
    /// let tenant = volume
    ///     .view()
    ///     .root("/tenants/a")
    ///     .quota(Quota::new(1 << 20, 1000))
    ///     .preopen("/data")
    ///     .build()?;
    /// tenant.write("/f", b"mine")?;
    /// assert!(tenant.read("/../../secret").is_err(), "nothing leads out");
    /// assert!(tenant.write("/large", &[0; 2 << 20]).is_err(), "there is no room for it");
    /// assert_eq!(volume.read("/tenants/a/f")?, b"mine");
    /// # Ok(())
    /// # }
    /// ```
    pub fn view(&self) -> ViewBuilder {
        ViewBuilder::new(self.core.clone())
    }

    /// Mounts a file or directory that the host makes ([`synthetic`](crate::synthetic)) at a path from
    /// the root, where nothing is yet and whose parent exists.
    ///
    /// # Errors
    ///
    /// `Exist`, `NoEntry`; `Invalid` and `NameTooLong` for a name in it that no directory can hold. Then
    /// nothing of it is mounted.
    pub fn mount(&self, path: &str, node: Node) -> Result<()> {
        let mounted = self.core.mount(path, node.0);
        mounted.map_err(|code| Error::at(path, code))
    }

    /// Takes out what was mounted at a path. What a program has open of it stays open.
    ///
    /// # Errors
    ///
    /// `NoEntry`; `NotPermitted` where something else is.
    pub fn unmount(&self, path: &str) -> Result<()> {
        let unmounted = self.core.unmount(path);
        unmounted.map_err(|code| Error::at(path, code))
    }

    /// What it holds now.
    pub fn usage(&self) -> Usage {
        self.core.usage()
    }

    /// What it may hold.
    pub fn limits(&self) -> Limits {
        self.core.limits()
    }

    /// Whether every invariant holds, where there is no view any more; if not, which one. For tests.
    #[doc(hidden)]
    pub fn check(&self) -> std::result::Result<(), String> {
        let checked = self.core.check_all(Some(&BTreeMap::new()));
        checked.map_err(|(broken, ino)| format!("{broken} of inode {}", ino.0))
    }

    /// What is held, or what of it is charged to a quota, counted from what is there. For tests.
    ///
    /// # Errors
    ///
    /// None.
    #[doc(hidden)]
    pub fn recount(&self, quota: Option<&Quota>) -> Result<Usage> {
        Ok(self.core.recount(quota)?)
    }
}

/// Without its files, which may be many.
impl fmt::Debug for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Volume")
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}
