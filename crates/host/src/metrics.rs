//! What the programs of a view do, in numbers.
//!
//! ```
//! use monaka_host::{Limits, Operation, Quota, Volume};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let volume = Volume::new(Limits::default())?;
//! let view = volume.view().quota(Quota::new(1 << 20, 100)).build()?;
//! view.write("/f", b"four")?;
//!
//! let metrics = view.metrics();
//! assert_eq!(metrics.held.map(|held| (held.bytes, held.inodes)), Some((4, 1)));
//! assert_eq!(metrics.handles, 0, "no program runs");
//! assert_eq!(metrics.operations.of(Operation::Write), 0, "what the host does is not counted");
//! # Ok(())
//! # }
//! ```
//!
//! Each operation is a span of `tracing`, too: target `monaka_host`, level TRACE, with the fields `operation`, `path`
//! and `to` where there are any (as the program gave them, from a directory that it has open), and `result` (`ok`, or the
//! code by its name in WASI). Where nobody has subscribed to them, that costs the look at a level.

mod tally;

use monaka_fs_core::Usage;
use monaka_wasi::error;
use tracing::{Span, field};

use crate::ErrorCode;

pub(crate) use tally::{Counters, Tally};

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
        /// What a program asks of its files. The calls of WASI are grouped.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Operation {
            $($(#[$doc])* $name,)*
        }

        impl Operation {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name, as metrics and traces have it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

operations! {
    /// Opening a file, a directory, or a stream of either.
    Open "open",
    /// The end of one of these.
    Close "close",
    /// Reading bytes.
    Read "read",
    /// Writing bytes.
    Write "write",
    /// Reading an entry of a directory.
    List "list",
    /// Metadata and properties: `stat`, its hash, type, flags, whether two are the same.
    Stat "stat",
    /// Changing the size.
    Resize "resize",
    /// Setting times.
    Touch "touch",
    /// `sync`, `sync-data`, `advise`: there is nothing to do.
    Sync "sync",
    /// Creating a directory.
    CreateDirectory "create-directory",
    /// Creating a symbolic link.
    Symlink "symlink",
    /// Giving a file a further name.
    Link "link",
    /// Reading the target of a symbolic link.
    ReadLink "read-link",
    /// Moving a name.
    Rename "rename",
    /// Removing the name of a file or symbolic link.
    Unlink "unlink",
    /// Removing a directory.
    RemoveDirectory "remove-directory",
}

const COUNT: usize = Operation::ALL.len();

/// How many operations there were of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations([u64; COUNT]);

impl Operations {
    /// Those of one kind.
    pub fn of(&self, operation: Operation) -> u64 {
        self.0.get(operation as usize).copied().unwrap_or_default()
    }

    /// Of each kind.
    pub fn iter(&self) -> impl Iterator<Item = (Operation, u64)> {
        Operation::ALL.iter().copied().zip(self.0)
    }

    /// All together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    fn plus(mut self, more: Self) -> Self {
        for (count, more) in self.0.iter_mut().zip(more.0) {
            *count += more;
        }
        self
    }
}

/// What a view holds, and what its programs have done. Given by [`View::metrics`](crate::View::metrics).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Bytes and inodes of its quota that are held; `None` for a view without one, whose files count for the volume
    /// only.
    pub held: Option<Usage>,
    /// Handles that its programs have open: of files, directories and streams.
    pub handles: u64,
    /// What its programs have asked for, whether or not it succeeded.
    pub operations: Operations,
}

/// An operation and the paths that it was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: Operation,
    path: Option<&'a str>,
    to: Option<&'a str>,
}

impl From<Operation> for Call<'_> {
    fn from(operation: Operation) -> Self {
        Self {
            operation,
            path: None,
            to: None,
        }
    }
}

impl<'a> From<(Operation, &'a str)> for Call<'a> {
    fn from((operation, path): (Operation, &'a str)) -> Self {
        Self {
            operation,
            path: Some(path),
            to: None,
        }
    }
}

impl<'a> From<(Operation, &'a str, &'a str)> for Call<'a> {
    fn from((operation, path, to): (Operation, &'a str, &'a str)) -> Self {
        Self {
            operation,
            path: Some(path),
            to: Some(to),
        }
    }
}

impl Call<'_> {
    /// Whether handles come or go with it.
    pub(crate) fn moves_handles(&self) -> bool {
        matches!(self.operation, Operation::Open | Operation::Close)
    }

    /// The span of the operation, for who traces it.
    #[inline]
    pub(crate) fn span(&self) -> Span {
        tracing::trace_span!(
            target: "monaka_host",
            "operation",
            operation = self.operation.name(),
            path = self.path,
            to = self.to,
            result = field::Empty,
        )
    }
}

/// Tells a span how its operation went.
#[inline]
pub(crate) fn record(span: &Span, failed: Option<ErrorCode>) {
    if !span.is_disabled() {
        span.record("result", failed.map_or("ok", error::name));
    }
}

#[cfg(test)]
mod tests;
