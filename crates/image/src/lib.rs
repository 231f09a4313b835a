//! Trees of files to an image, and back: host directories, and whatever else is a [`Source`].
//!
//! The format of an image is drawn in [`monaka_fs_core::image`]; its reader is there too, since the adapter
//! needs it inside a program. This crate has the other half: the writer, the walk over host directories, which are
//! one thing to write, and the way back to files.
//!
//! ```text
//! Embed ──▶ walk ──▶ tree ──▶ Plan                        pack: reads the host
//!           names    merged    │
//! Source ────────────────────▶ Outline ──▶ write          writes bytes, front to back
//!                              sizes       contents
//! Image ──▶ list ──▶ extract                             unpack: reads bytes, writes the host
//! ```
//!
//! Invariants:
//! - The same inputs give the same bytes. Names are sorted by their bytes; access and change times of the host
//!   never reach an image (they change when a file is only read): all three times of a host file are its mtime.
//! - Planning reads no content, but that of an image that is embedded, which is checked as a whole; writing is one
//!   pass that holds the index and one buffer, never the data.
//! - An image has no holes: the holes of a source are written as zeros, and count towards its size.
//! - What cannot be packed is refused by its name, and all refusals are reported at once.
//! - Extracting never follows a symbolic link of its target and never writes outside of it.
#![forbid(unsafe_code)]

mod content;
mod embed;
mod error;
mod escape;
mod extract;
mod host;
mod layout;
mod list;
mod options;
mod outline;
mod plan;
mod source;
mod tree;
mod walk;
mod write;

pub use embed::{Embed, EmbedError, GuestPath};
pub use error::{PackError, Reason, Refusal, Unsound, WriteError};
pub use escape::Escaped;
pub use extract::{ExtractError, ExtractOptions, extract};
pub use list::{Entry, EntryKind, Malformed, damaged, tree};
pub use options::{Mtime, PackOptions};
pub use outline::Outline;
pub use plan::{Plan, plan};
pub use source::{Body, Content, Node, Run, Source};

pub use monaka_fs_core::config::IMAGE_BYTES_MAX;

/// What long work tells while it goes on.
pub trait Progress {
    /// One more file, directory or symbolic link was found; a file has `bytes` of content.
    fn found(&mut self, bytes: u64) {
        let _ = bytes;
    }
    /// `bytes` more of file content were written.
    fn written(&mut self, bytes: u64) {
        let _ = bytes;
    }
}

/// Silence.
impl Progress for () {}
