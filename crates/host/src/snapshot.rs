//! A volume at one moment, and its way to an image.
//!
//! ```
//! use monaka_host::{Limits, Volume};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("state.img");
//! let volume = Volume::new(Limits::default())?;
//! let snapshot = volume.snapshot()?;
//! snapshot.save(&path)?;
//!
//! let mut image = Vec::new();
//! snapshot.write_image(&mut image)?;
//! assert_eq!(std::fs::read(&path)?, image, "the same snapshot gives the same bytes");
//! let copy = Volume::from_image_bytes(image, Limits::default())?;
//! assert_eq!(copy.usage().inodes, 1, "the root");
//! # Ok(())
//! # }
//! ```
//!
//! What of the format a snapshot cannot keep: an image has no holes (they are zeros in it), and no file that is
//! open without a name.

use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use monaka_fs_core::{Error, Ino, Kind, Shared, SnapshotInode, Volume};
use monaka_image::{Body, Content, Node, Outline, Run, Source, WriteError};

use crate::View;
use crate::backing::Backing;
use crate::outside::Outside;

/// Bytes that are collected before they are written to a file.
const BUFFER_BYTES: usize = 1 << 18;

/// What a volume or a view held at one moment. Made by [`Volume::snapshot`](crate::Volume::snapshot) and
/// [`View::snapshot`].
///
/// It is a [`Source`] of images: who wants to know how large one will be, or how far it is, makes an
/// [`Outline`] of it.
pub struct Snapshot {
    core: monaka_fs_core::Snapshot,
    root: Ino,
    /// Dropped last: content may be borrowed from it.
    _backing: Option<Backing>,
}

/// A file of which a snapshot cannot give the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: cannot be read")]
pub struct SnapshotError {
    /// One of its paths.
    pub path: String,
    /// `Io`: it comes from an image, and is damaged there.
    pub source: Error,
}

/// Why a snapshot cannot be saved. What was at the path before is there still.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be written", path.display())]
#[non_exhaustive]
pub struct SaveError {
    /// The image.
    pub path: PathBuf,
    /// What the snapshot or the host says.
    pub source: WriteError<SnapshotError>,
}

impl Snapshot {
    /// `root`: what is to be the root of it. `moment` is called at the moment that it is of, and must not
    /// use the volume.
    pub(crate) fn of(
        volume: &Shared<Volume<Outside>>,
        root: Ino,
        moment: impl FnOnce(),
    ) -> Result<Self, Error> {
        Ok(Self {
            core: volume.snapshot_at(moment)?,
            root,
            _backing: volume.env().backing(),
        })
    }

    /// Writes an image, which `monaka inspect`, `monaka extract` and
    /// [`Volume::open_image`](crate::Volume::open_image) read; gives its bytes. The same tree gives the same
    /// bytes.
    ///
    /// # Errors
    ///
    /// A damaged file, or what `out` gives.
    pub fn write_image(&self, out: &mut impl Write) -> Result<u64, WriteError<SnapshotError>> {
        let outline = Outline::of(self)?;
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
        outline.write(self, &mut out, &mut ())?;
        out.flush().map_err(WriteError::Write)?;
        Ok(outline.len())
    }

    /// Writes an image to a file; gives its bytes. Whoever looks, and whatever ends this process or the machine
    /// on the way, finds the old file or the new one, whole: it is written beside the path, synced, and renamed.
    /// A symbolic link at the path stays and is followed.
    ///
    /// # Errors
    ///
    /// A damaged file, or what the host gives; also where something else than a file is at the path.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<u64, SaveError> {
        let path = path.as_ref();
        self.replace(path).map_err(|source| SaveError {
            path: path.into(),
            source,
        })
    }

    fn replace(&self, path: &Path) -> Result<u64, WriteError<SnapshotError>> {
        let target = Target::at(path).map_err(WriteError::Write)?;
        let mut file = target.temporary().map_err(WriteError::Write)?;
        let len = self.write_image(file.as_file_mut())?;
        target.replace(file).map_err(WriteError::Write)?;
        Ok(len)
    }

    fn inode(&self, ino: Ino) -> Result<&SnapshotInode, SnapshotError> {
        let inode = self.core.inode(ino);
        inode.ok_or_else(|| self.failed(ino, Error::NoEntry))
    }

    fn failed(&self, ino: Ino, source: Error) -> SnapshotError {
        let path = match ino == self.root {
            true => "/".into(),
            false => self.path(ino).unwrap_or_else(|| "?".into()),
        };
        SnapshotError { path, source }
    }

    /// The first path of an inode, by looking through the whole tree.
    fn path(&self, wanted: Ino) -> Option<String> {
        let mut pending = vec![(String::new(), self.root)];
        while let Some((path, ino)) = pending.pop() {
            if ino == wanted {
                return Some(path);
            }
            let entries = self.core.inode(ino)?.entries();
            pending.extend(entries.map(|(name, ino, _)| (format!("{path}/{name}"), ino)));
        }
        None
    }
}

/// Without its files, which may be many.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

impl View {
    /// As [`Volume::snapshot`](crate::Volume::snapshot), of what is below the root of the view.
    ///
    /// # Errors
    ///
    /// `InsufficientMemory`.
    pub fn snapshot(&self) -> crate::Result<Snapshot> {
        Ok(Snapshot::of(self.core().volume(), self.root()?, || ())?)
    }
}

/// A file that is to be replaced.
struct Target {
    path: PathBuf,
    directory: PathBuf,
    /// Of the file that is there.
    permissions: Option<fs::Permissions>,
}

impl Target {
    fn at(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let permissions = match fs::metadata(&path) {
            Ok(there) if !there.is_file() => return Err(io::ErrorKind::InvalidInput.into()),
            Ok(there) => Some(there.permissions()),
            Err(_) => None,
        };
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.into(),
            _ => ".".into(),
        };
        Ok(Self {
            path,
            directory,
            permissions,
        })
    }

    /// A file beside it, with the permissions that it has, or that a new file gets.
    fn temporary(&self) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".monaka-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(&self.directory)?;
        if let Some(permissions) = &self.permissions {
            file.as_file().set_permissions(permissions.clone())?;
        }
        Ok(file)
    }

    /// Puts the file in its place, so that it is there after a power failure.
    fn replace(self, file: tempfile::NamedTempFile) -> io::Result<()> {
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        // A name lasts once its directory is synced, where directories can be.
        match cfg!(unix) {
            true => File::open(self.directory)?.sync_all(),
            false => Ok(()),
        }
    }
}

impl Source for Snapshot {
    type Id = Ino;
    type Error = SnapshotError;
    type Content<'a> = Runs<'a>;

    fn root(&self) -> Ino {
        self.root
    }

    fn node(&self, ino: Ino) -> Result<Node<'_, Ino>, SnapshotError> {
        let inode = self.inode(ino)?;
        let stat = inode.stat();
        let body = match stat.kind {
            Kind::File => Body::File(stat.size),
            Kind::Symlink => Body::Symlink(inode.target().unwrap_or_default().into()),
            Kind::Directory => {
                let entries = inode.entries();
                Body::Directory(
                    entries
                        .map(|(name, ino, _)| (Cow::from(name), ino))
                        .collect(),
                )
            }
        };
        Ok(Node {
            mode: stat.mode,
            read_only: inode.is_read_only(),
            atime: stat.atime,
            mtime: stat.mtime,
            ctime: stat.ctime,
            body,
        })
    }

    fn open(&self, ino: Ino) -> Result<Runs<'_>, SnapshotError> {
        Ok(Runs {
            snapshot: self,
            inode: self.inode(ino)?,
            offset: 0,
        })
    }
}

/// The content of a file of a [`Snapshot`].
#[derive(Debug)]
pub struct Runs<'a> {
    snapshot: &'a Snapshot,
    inode: &'a SnapshotInode,
    offset: u64,
}

impl Content for Runs<'_> {
    type Error = SnapshotError;

    fn next_run(&mut self) -> Result<Option<Run<'_>>, SnapshotError> {
        let found = self.inode.run(self.offset);
        let failed = |error| self.snapshot.failed(self.inode.stat().ino, error);
        let run = match found.map_err(failed)? {
            monaka_fs_core::Run::Data(bytes) => Run::Bytes(bytes),
            monaka_fs_core::Run::Zero(len) => Run::Hole(len),
            monaka_fs_core::Run::End => return Ok(None),
        };
        self.offset += run.len();
        Ok(Some(run))
    }
}

#[cfg(test)]
mod tests;
