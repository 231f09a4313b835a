//! How host directories are packed.

use std::path::PathBuf;

use monaka_fs_core::Time;

use crate::embed::GuestPath;

/// How host directories are packed.
#[derive(Clone, Debug, Default)]
pub struct PackOptions {
    /// Copy what a symbolic link points at when it leaves the embedded directory, where it is refused otherwise.
    /// Links that stay inside are kept as links either way.
    pub follow: bool,
    /// Globs, as in `.gitignore`, of what is left out of every embedded directory. A file that is
    /// embedded by its own name is never left out.
    pub exclude: Vec<String>,
    /// Honour `.gitignore` files inside of embedded directories, and leave `.git` out.
    /// `.monakaignore` files, with the same rules, are honoured always; neither they nor what they name is packed.
    pub gitignore: bool,
    /// Where modification times come from.
    pub mtime: Mtime,
    /// Guest paths that refuse changes, with all that is below them.
    pub read_only: Vec<GuestPath>,
    /// A host file that is left out wherever it is found: the output, when it lies in an embedded directory.
    pub leave_out: Option<PathBuf>,
}

/// Where modification times come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mtime {
    /// The host file.
    #[default]
    Host,
    /// The host file, but none later than this (`SOURCE_DATE_EPOCH`).
    AtMost(Time),
    /// This, for all.
    Fixed(Time),
}

impl Mtime {
    pub(crate) fn apply(self, host: Time) -> Time {
        match self {
            Self::Host => host,
            Self::AtMost(last) => host.min(last),
            Self::Fixed(time) => time,
        }
    }
}
