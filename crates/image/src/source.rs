//! What an image is made of: any tree that can name its inodes and show its files front to back.

use std::borrow::Cow;
use std::hash::Hash;

use monaka_fs_core::Time;

/// A tree of files that an image can be made of.
///
/// It is asked for every inode once, a directory before what is in it, and then for the content of every file, once
/// and in the same order. It must not change meanwhile: what has another size than was said is refused.
pub trait Source {
    /// What tells an inode from the others. Names with the same id are hard links of one inode.
    type Id: Copy + Eq + Hash;
    /// Why an inode or its content cannot be had.
    type Error;
    /// The content of a file, while it is read.
    type Content<'a>: Content<Error = Self::Error>
    where
        Self: 'a;

    /// The root directory.
    fn root(&self) -> Self::Id;

    /// An inode that [`Self::root`] or the entry of a directory has named.
    fn node(&self, id: Self::Id) -> Result<Node<'_, Self::Id>, Self::Error>;

    /// The content of a file, from its start.
    fn open(&self, id: Self::Id) -> Result<Self::Content<'_>, Self::Error>;
}

/// The content of a file as stretches, each following the one before.
pub trait Content {
    /// Why the content cannot be had.
    type Error;

    /// The next stretch, of any length; `None` at the end of the file, and not before.
    fn next_run(&mut self) -> Result<Option<Run<'_>>, Self::Error>;
}

/// A stretch of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// So many zeros that nobody stores. The format has no holes: the image gets the zeros.
    Hole(u64),
}

/// An inode of a tree.
#[derive(Clone, Debug)]
pub struct Node<'a, Id> {
    /// The permission bits, at most 0o7777.
    pub mode: u16,
    /// Refuses changes. What is in a read-only directory has to be read-only too.
    pub read_only: bool,
    /// Last access.
    pub atime: Time,
    /// Last change of content.
    pub mtime: Time,
    /// Last change of content or metadata.
    pub ctime: Time,
    /// What it is and holds.
    pub body: Body<'a, Id>,
}

/// What an inode is and holds.
#[derive(Clone, Debug)]
pub enum Body<'a, Id> {
    /// The names in a directory, in any order, without `.` and `..`. A directory has one name in the whole tree.
    Directory(Vec<(Cow<'a, str>, Id)>),
    /// A file of so many bytes.
    File(u64),
    /// The target of a symbolic link.
    Symlink(Cow<'a, str>),
}

impl Run<'_> {
    /// Bytes of the file that this stands for.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Hole(len) => *len,
        }
    }

    /// Whether it stands for nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
