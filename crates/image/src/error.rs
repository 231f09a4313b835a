//! Why host directories cannot be packed.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::IMAGE_BYTES_MAX;
use crate::escape::Escaped;

/// Why host directories cannot be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Paths that cannot be packed: all of them, not only the first.
    #[error("{}", Listed(.0))]
    Refused(Vec<Refusal>),
    /// The image would be larger than a module may be.
    #[error(
        "the embedded files make an image of {len} bytes, and a WebAssembly module of at most 1 GiB has room for \
         {IMAGE_BYTES_MAX}: leave files out with --exclude, or give large ones to the program in a preopened directory"
    )]
    TooLarge {
        /// Bytes of the image.
        len: u64,
    },
    /// A file is not as it was planned.
    #[error("{}: changed while it was read", .0.display())]
    Changed(PathBuf),
    /// A file cannot be read.
    #[error("{}: cannot be read", path.display())]
    Read {
        /// The host file.
        path: PathBuf,
        /// What the host says.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot write")]
    Write(#[source] io::Error),
    /// The host shows a tree that is none.
    #[error(transparent)]
    Unsound(#[from] Unsound),
}

/// Why no image can be made of a [`Source`](crate::Source) whose own errors are `E`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError<E> {
    /// The source cannot give an inode or its content.
    #[error(transparent)]
    Source(E),
    /// What the source gives is no tree of files.
    #[error(transparent)]
    Unsound(#[from] Unsound),
    /// The tree has more than 32 bits of inodes, entries, bytes of names or 64 KiB blocks.
    #[error("an image of {len} bytes has more inodes, names or blocks than its format can count")]
    TooLarge {
        /// Bytes of the image.
        len: u64,
    },
    /// A file has not the size that was said of it.
    #[error("a file was planned with {planned} bytes and has {}", if *longer { "more" } else { "fewer" })]
    Changed {
        /// Bytes that were said.
        planned: u64,
        /// There are more than that, not fewer.
        longer: bool,
    },
    /// The output cannot be written.
    #[error("cannot write")]
    Write(#[source] io::Error),
}

/// What makes a tree none: an image of it could not be mounted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsound {
    /// A name is empty, `.`, `..`, longer than 255 bytes, or has a `/` or a NUL.
    #[error("`{}` is not a name", Escaped(.0))]
    Name(String),
    /// A directory has this name twice.
    #[error("a directory has the name `{}` twice", Escaped(.0))]
    Twice(String),
    /// The target of a symbolic link is empty, longer than 4095 bytes, or has a NUL.
    #[error("`{}` is not a target of a symbolic link", Escaped(.0))]
    Target(String),
    /// The directory of this name has another one too.
    #[error("the directory `{}` is in more than one place", Escaped(.0))]
    Directory(String),
    /// What has this name is in a read-only directory and not read-only.
    #[error("`{}` is not read-only, and the directory that it is in is", Escaped(.0))]
    Writable(String),
    /// Permission bits above 0o7777.
    #[error("{0:#o} are not permission bits")]
    Mode(u16),
    /// The root is not a directory.
    #[error("the root is not a directory")]
    Root,
}

impl From<WriteError<PackError>> for PackError {
    fn from(error: WriteError<PackError>) -> Self {
        match error {
            WriteError::Source(error) => error,
            WriteError::Unsound(error) => Self::Unsound(error),
            WriteError::TooLarge { len } => Self::TooLarge { len },
            WriteError::Changed { .. } => Self::Changed(PathBuf::new()),
            WriteError::Write(error) => Self::Write(error),
        }
    }
}

/// A path that cannot be packed.
#[derive(Debug)]
pub struct Refusal {
    /// The path, of the host where there is one.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It does not exist.
    #[error("not found")]
    Missing,
    /// The host refuses to open or list it.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is neither file nor directory nor symbolic link.
    #[error("is a {0}, which cannot be embedded (leave it out with --exclude)")]
    Special(&'static str),
    /// Its name is not Unicode, which WASI paths are.
    #[error("the name is not UTF-8")]
    NotUnicode,
    /// Its name is longer than 255 bytes.
    #[error("the name is longer than 255 bytes")]
    NameTooLong,
    /// The whole path is longer than the host or a program could open.
    #[error("the path is too long: a program can open 4095 bytes, and 255 for each name")]
    PathTooLong,
    /// A symbolic link whose target is not Unicode.
    #[error("the target of the symbolic link is not UTF-8")]
    TargetNotUnicode,
    /// A symbolic link that points out of the embedded directory.
    #[error(
        "the symbolic link points out of the embedded directory, at `{0}` (--follow copies what it points at)"
    )]
    Leaves(String),
    /// A followed symbolic link that points at nothing.
    #[error("the symbolic link points at `{0}`, which does not exist")]
    Dangling(String),
    /// A followed symbolic link that leads to a directory that it is in.
    #[error("the symbolic link leads back to `{}`, a directory that contains it", .0.display())]
    Loop(PathBuf),
    /// A file where another embed has a directory, or the other way round.
    #[error("collides at `{guest}` with {}: one is a directory and the other is not", .other.display())]
    Collision {
        /// The place in the guest.
        guest: String,
        /// The host path embedded earlier.
        other: PathBuf,
    },
    /// A guest path to make read-only that nothing is embedded at.
    #[error("nothing is embedded there, so it cannot be made read-only")]
    NotEmbedded,
    /// It starts as an image, and is none.
    #[error("is a damaged image: {0}")]
    Image(String),
    /// An image with files whose content does not match its checksums.
    #[error("is an image with damaged files: {0}")]
    DamagedImage(String),
    /// A bad glob of the options or of an ignore file.
    #[error("bad ignore rule: {0}")]
    Glob(String),
}

/// One refusal on one line; several below a count.
struct Listed<'a>(&'a [Refusal]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0 {
            return only.fmt(f);
        }
        let read_only = |refusal: &Refusal| matches!(refusal.reason, Reason::NotEmbedded);
        let what = match self.0.iter().all(read_only) {
            true => "made read-only",
            false => "embedded",
        };
        write!(f, "{} paths cannot be {what}:", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|refusal| write!(f, "\n  {refusal}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        let reason = self.reason.to_string();
        write!(f, "{}: {}", Escaped(&path), Escaped(&reason))
    }
}
