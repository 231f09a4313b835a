//! One inode.

use alloc::borrow::Cow;

use super::Directory;
use crate::body::Body;
use crate::boxed::Boxed;
use crate::{Ino, Kind, Result, Stat, Time};

/// A time that is still to be settled. It is later than every other, as it will be.
pub(crate) const MARKED: Time = Time(u64::MAX);

/// The latest time that an inode can have.
pub(crate) const LATEST: Time = Time(u64::MAX - 1);

/// A file, directory or symbolic link. It lives while it has a name (`nlink`) or something holds it
/// open (`opens`).
#[derive(Debug)]
pub(crate) struct Inode {
    pub(crate) atime: Time,
    pub(crate) mtime: Time,
    pub(crate) ctime: Time,
    /// The volume's change number when content or metadata changed last.
    pub(crate) change: u64,
    /// Names of a file or symlink; 2 plus the subdirectories of a directory; 0 once it is removed.
    pub(crate) nlink: u32,
    /// Handles on it, and removed directories still open whose `..` it is.
    pub(crate) opens: u32,
    pub(crate) mode: u16,
    /// Refuses changes.
    pub(crate) read_only: bool,
    pub(crate) node: Node,
}

/// What differs by kind.
#[derive(Debug)]
pub(crate) enum Node {
    File(Body),
    Directory(Boxed<Directory>),
    Symlink(Cow<'static, str>),
    /// A vacant place in the slab, and the next one.
    Vacant(Option<Ino>),
}

impl Inode {
    /// An inode that nothing names yet; every time of it is `now`.
    pub(crate) fn new(node: Node, now: Time, change: u64) -> Self {
        let (mode, nlink) = match node {
            Node::Directory(_) => (0o755, 2),
            Node::Symlink(_) => (0o777, 1),
            Node::File(_) | Node::Vacant(_) => (0o644, 1),
        };
        Self {
            atime: now,
            mtime: now,
            ctime: now,
            change,
            nlink,
            opens: 0,
            mode,
            read_only: false,
            node,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.node {
            Node::Directory(_) => Kind::Directory,
            Node::Symlink(_) => Kind::Symlink,
            Node::File(_) | Node::Vacant(_) => Kind::File,
        }
    }

    /// The file's content; a directory is `IsDirectory`.
    pub(crate) fn body_mut(&mut self) -> Result<&mut Body> {
        match &mut self.node {
            Node::File(body) => Ok(body),
            Node::Directory(_) => Err(crate::Error::IsDirectory),
            Node::Symlink(_) | Node::Vacant(_) => Err(crate::Error::BadDescriptor),
        }
    }

    /// Bytes that the ledger counts for this inode.
    pub(crate) fn bytes_charged(&self) -> u64 {
        match &self.node {
            Node::File(body) => body.bytes_charged(),
            Node::Symlink(Cow::Owned(target)) => target.len() as u64,
            Node::Symlink(Cow::Borrowed(_)) | Node::Directory(_) | Node::Vacant(_) => 0,
        }
    }

    pub(crate) fn stat(&self, ino: Ino) -> Stat {
        let size = match &self.node {
            Node::File(body) => body.size(),
            Node::Symlink(target) => target.len() as u64,
            Node::Directory(_) | Node::Vacant(_) => 0,
        };
        Stat {
            ino,
            kind: self.kind(),
            nlink: self.nlink,
            size,
            mode: self.mode,
            atime: self.atime,
            mtime: self.mtime,
            ctime: self.ctime,
        }
    }

    /// Content changed: `mtime` and `ctime`.
    pub(crate) fn modified(&mut self, now: Time, change: u64) {
        self.mtime = now;
        self.changed(now, change);
    }

    /// Metadata changed: `ctime`.
    pub(crate) fn changed(&mut self, now: Time, change: u64) {
        self.ctime = now;
        self.change = change;
    }

    /// Whether a time of it is to be settled.
    pub(crate) fn is_marked(&self) -> bool {
        [self.atime, self.mtime, self.ctime].contains(&MARKED)
    }

    /// Gives the times that are marked.
    pub(crate) fn settle(&mut self, now: Time) {
        for time in [&mut self.atime, &mut self.mtime, &mut self.ctime] {
            if *time == MARKED {
                *time = now;
            }
        }
    }

    /// Whether a read has to update `atime`: it is not later than the last change (`relatime` of
    /// Linux), nor marked to be.
    pub(crate) fn wants_atime(&self) -> bool {
        self.atime != MARKED && (self.atime <= self.mtime || self.atime <= self.ctime)
    }
}
