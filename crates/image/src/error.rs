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
