//! One inode.

use alloc::borrow::Cow;

use super::{Directory, File, Stamps};
use crate::body::Body;
use crate::boxed::Boxed;
use crate::device::held;
use crate::quota::Quota;
use crate::sync::{Atomic32, Shared};
use crate::{Error, Ino, Kind, Result, Stat, Time};

/// A file, directory or symbolic link. It lives while it has a name (`nlink`) or something holds it
/// open (`opens`).
#[derive(Debug)]
pub(crate) struct Inode {
    /// Names of a file or symlink; 2 plus the subdirectories of a directory; 0 once it is removed.
    pub(crate) nlink: u32,
    /// Handles on it, and removed directories still open whose `..` it is.
    pub(crate) opens: Atomic32,
    pub(crate) mode: u16,
    /// Refuses changes.
    pub(crate) read_only: bool,
    /// Made by the host, and in no snapshot.
    #[cfg(any(feature = "std", shuttle))]
    pub(crate) synthetic: bool,
    /// What it is charged to, beside the volume.
    pub(crate) quota: Option<Quota>,
    pub(crate) node: Node,
}

/// What differs by kind.
#[derive(Debug)]
pub(crate) enum Node {
    File(Shared<File>),
    /// A file whose content the host makes.
    #[cfg_attr(
        not(any(feature = "std", shuttle)),
        expect(dead_code, reason = "a guest has no devices")
    )]
    Device(held::File, Stamps),
    Directory(Boxed<Directory>, Stamps),
    Symlink(Cow<'static, str>, Stamps),
    /// A vacant place in the slab, and the next one.
    Vacant(Option<Ino>),
}

impl Node {
    /// An empty file.
    pub(crate) fn file(stamps: Stamps) -> Self {
        Self::File(File::new(Body::empty(), stamps))
    }

    /// An empty directory in `parent`.
    pub(crate) fn directory(parent: Ino, stamps: Stamps) -> Result<Self> {
        Ok(Self::Directory(
            Boxed::try_new(Directory::new(parent))?,
            stamps,
        ))
    }
}

impl Inode {
    /// An inode that nothing names yet.
    pub(crate) fn new(node: Node, quota: Option<Quota>) -> Self {
        let (mode, nlink) = match node {
            Node::Directory(..) => (0o755, 2),
            Node::Symlink(..) => (0o777, 1),
            Node::File(_) | Node::Device(..) | Node::Vacant(_) => (0o644, 1),
        };
        Self {
            nlink,
            opens: Atomic32::new(0),
            mode,
            read_only: false,
            #[cfg(any(feature = "std", shuttle))]
            synthetic: false,
            quota,
            node,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.node {
            Node::Directory(..) => Kind::Directory,
            Node::Symlink(..) => Kind::Symlink,
            Node::File(_) | Node::Device(..) | Node::Vacant(_) => Kind::File,
        }
    }

    /// The file that this is; a directory is `IsDirectory`.
    pub(crate) fn file(&self) -> Result<&Shared<File>> {
        match &self.node {
            Node::File(file) => Ok(file),
            Node::Directory(..) => Err(Error::IsDirectory),
            Node::Symlink(..) | Node::Device(..) | Node::Vacant(_) => Err(Error::BadDescriptor),
        }
    }

    /// The device that this is.
    pub(crate) fn device(&self) -> Option<&held::File> {
        match &self.node {
            Node::Device(device, _) => Some(device),
            _ => None,
        }
    }

    /// Bytes that the ledger counts for this inode.
    pub(crate) fn bytes_charged(&self) -> Result<u64> {
        match &self.node {
            Node::File(file) => Ok(file.0.read()?.body.bytes_charged()),
            Node::Symlink(Cow::Owned(target), _) => Ok(target.len() as u64),
            Node::Symlink(Cow::Borrowed(_), _)
            | Node::Directory(..)
            | Node::Device(..)
            | Node::Vacant(_) => Ok(0),
        }
    }

    /// Its times and changes, as they are now.
    pub(crate) fn stamps(&self) -> Result<Stamps> {
        match &self.node {
            Node::File(file) => Ok(file.0.read()?.stamps),
            Node::Directory(_, stamps) | Node::Symlink(_, stamps) | Node::Device(_, stamps) => {
                Ok(*stamps)
            }
            Node::Vacant(_) => Err(Error::Io),
        }
    }

    /// Changes its times.
    pub(crate) fn stamp<T>(&mut self, change: impl FnOnce(&mut Stamps) -> T) -> Result<T> {
        match &mut self.node {
            Node::File(file) => Ok(change(&mut file.0.write()?.stamps)),
            Node::Directory(_, stamps) | Node::Symlink(_, stamps) | Node::Device(_, stamps) => {
                Ok(change(stamps))
            }
            Node::Vacant(_) => Err(Error::Io),
        }
    }

    /// Its metadata, and the number of its state.
    pub(crate) fn stat(&self, ino: Ino) -> Result<(Stat, Stamps)> {
        let (size, stamps) = match &self.node {
            Node::File(file) => {
                let content = file.0.read()?;
                (content.body.size(), content.stamps)
            }
            Node::Symlink(target, stamps) => (target.len() as u64, *stamps),
            Node::Directory(_, stamps) | Node::Device(_, stamps) => (0, *stamps),
            Node::Vacant(_) => return Err(Error::Io),
        };
        Ok((self.stat_of(ino, size, &stamps), stamps))
    }

    /// As [`Inode::stat`], after the marked times of a file have got the time `now`.
    pub(crate) fn settled(&self, ino: Ino, now: Time) -> Result<(Stat, Stamps)> {
        let Node::File(file) = &self.node else {
            return self.stat(ino);
        };
        let content = &mut *file.0.write()?;
        content.stamps.settle(now);
        let stat = self.stat_of(ino, content.body.size(), &content.stamps);
        Ok((stat, content.stamps))
    }

    /// Its metadata, where size and times are known.
    pub(crate) fn stat_of(&self, ino: Ino, size: u64, stamps: &Stamps) -> Stat {
        Stat {
            ino,
            kind: self.kind(),
            nlink: self.nlink,
            size,
            mode: self.mode,
            atime: stamps.atime,
            mtime: stamps.mtime,
            ctime: stamps.ctime,
        }
    }
}
