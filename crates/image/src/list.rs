//! What an image holds, as paths.

use monaka_fs_core::image::{Content as Record, Image};
use monaka_fs_core::{Ino, PATH_BYTES_MAX, Time};

use crate::escape::Escaped;

/// A path of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The absolute path in the guest.
    pub path: String,
    /// The inode: names that are hard links of each other have the same.
    pub ino: u32,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of a file or of the target of a symbolic link; 0 for a directory.
    pub size: u64,
    /// The permission bits.
    pub mode: u16,
    /// Names of a file or symbolic link; of a directory 2 and its subdirectories.
    pub nlink: u32,
    /// Refuses changes.
    pub read_only: bool,
    /// Last access.
    pub atime: Time,
    /// Last change of content.
    pub mtime: Time,
}

/// What a path of an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink {
        /// What it points at.
        target: String,
    },
}

/// An image that no host can show: its index is sound, but not its paths.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// A path that no program could open. Without this limit a small image could have very many long paths.
    #[error("the image has a path of more than {PATH_BYTES_MAX} bytes")]
    PathTooLong,
    /// A name that is no name on this host.
    #[error("the image has the name `{}`, which is not the name of a file here", Escaped(.0))]
    Name(String),
}

/// All paths of an image: a directory before its entries, entries sorted by name. The first is the root, `/`.
pub fn tree(image: &Image<'_>) -> Result<Vec<Entry>, Malformed> {
    let mut entries = Vec::new();
    let mut pending = vec![(String::new(), Ino(0))];
    while let Some((path, ino)) = pending.pop() {
        let Some(record) = image.record(ino) else {
            continue;
        };
        if let Record::Directory(children) = record.content {
            let below = pending.len();
            pending.extend(children.map(|child| (format!("{path}/{}", child.name), child.ino)));
            pending[below..].reverse();
        }
        if path.len() > PATH_BYTES_MAX {
            return Err(Malformed::PathTooLong);
        }
        let (kind, size) = match record.content {
            Record::File(content) => (EntryKind::File, content.size()),
            Record::Directory(_) => (EntryKind::Directory, 0),
            Record::Symlink(target) => (
                EntryKind::Symlink {
                    target: target.into(),
                },
                target.len() as u64,
            ),
        };
        entries.push(Entry {
            path: if path.is_empty() { "/".into() } else { path },
            ino: ino.0,
            kind,
            size,
            mode: record.mode,
            nlink: record.nlink,
            read_only: record.read_only,
            atime: record.atime,
            mtime: record.mtime,
        });
    }
    Ok(entries)
}

/// The paths, among these, of files whose content does not match its checksums. Reads all content.
pub fn damaged(image: &Image<'_>, entries: &[Entry]) -> Vec<String> {
    let is_damaged =
        |entry: &&Entry| match image.record(Ino(entry.ino)).map(|record| record.content) {
            Some(Record::File(content)) => content.blocks().any(|block| block.is_err()),
            _ => false,
        };
    entries
        .iter()
        .filter(is_damaged)
        .map(|entry| entry.path.clone())
        .collect()
}

/// The content of a file of an image, which was checked before.
pub(crate) fn content<'a>(image: &Image<'a>, entry: &Entry) -> &'a [u8] {
    match image.record(Ino(entry.ino)).map(|record| record.content) {
        Some(Record::File(content)) => content.bytes_unverified(),
        _ => &[],
    }
}
