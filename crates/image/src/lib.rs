//! Host directories to an image, and back.
//!
//! The format of an image is drawn in [`monaka_fs_core::image`]; its reader is there too, since the adapter
//! needs it inside a program. This crate has the other half, which needs a host: the walk over host
//! directories, the writer, and the way back to files.
//!
//! ```text
//! Embed ──▶ walk ──▶ tree ──▶ Plan ──▶ write_to          pack: reads the host, writes bytes
//!           names    merged   sizes    contents
//! Image ──▶ list ──▶ extract                             unpack: reads bytes, writes the host
//! ```
//!
//! Invariants:
//! - The same inputs give the same bytes. Names are sorted by their bytes; access and change times of the host
//!   never reach an image (they change when a file is only read): all three times of an inode are its mtime.
//! - Planning reads no content; writing is one pass that holds the index and one buffer, never the data.
//! - What cannot be packed is refused by its name, and all refusals are reported at once.
//! - Extracting never follows a symbolic link of its target and never writes outside of it.
#![forbid(unsafe_code)]

mod embed;
mod error;
mod escape;
mod extract;
mod host;
mod layout;
mod list;
mod options;
mod plan;
mod tree;
mod walk;
mod write;

pub use embed::{Embed, EmbedError, GuestPath};
pub use error::{PackError, Reason, Refusal};
pub use escape::Escaped;
pub use extract::{ExtractError, ExtractOptions, extract};
pub use list::{Entry, EntryKind, Malformed, damaged, tree};
pub use options::{Mtime, PackOptions};
pub use plan::{Plan, plan};

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
