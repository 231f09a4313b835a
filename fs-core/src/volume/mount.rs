//! Mounting an image: its inodes become ordinary ones under the same numbers, with content borrowed
//! from it.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::Volume;
use crate::body::{Body, Sums};
use crate::boxed::Boxed;
use crate::image::{Content, Entries, Image, Record};
use crate::tree::{Directory, Entry, File, Inode, Name, Node, ROOT, Stamps};
use crate::{Env, Error, Ino, Kind, Limits, Result};

impl<E: Env> Volume<E> {
    /// A volume that starts with the content of an image, under the inode numbers and times of the
    /// image. Its inodes and further names count; its content does not, until it is changed.
    pub fn from_image(env: E, limits: Limits, image: Image<'static>) -> Result<Self> {
        let volume = Self::bare(env, limits);
        let mut tree = volume.tree.write()?;
        let mut subdirs = Vec::new();
        for ino in 0..image.inode_count() {
            let record = image.record(Ino(ino)).ok_or(Error::Io)?;
            volume.ledger.reserve_inodes(names(&record))?;
            tree.insert(inode(&image, Ino(ino), &record, &mut subdirs)?)?;
        }
        for subdir in subdirs {
            let directory = tree.directory_mut(subdir.ino)?;
            directory.set_parent(subdir.parent);
        }
        drop(tree);
        Ok(volume)
    }
}

/// What the ledger counts for an inode.
fn names(record: &Record<'_>) -> u32 {
    match record.content {
        Content::Directory(_) => 1,
        Content::File(_) | Content::Symlink(_) => record.nlink,
    }
}

fn inode(
    image: &Image<'static>,
    ino: Ino,
    record: &Record<'static>,
    subdirs: &mut Vec<Subdir>,
) -> Result<Inode> {
    let stamps = Stamps {
        atime: record.atime,
        mtime: record.mtime,
        ctime: record.ctime,
        change: 0,
    };
    let node = match record.content {
        Content::File(content) => {
            let body = Body::from_image(content.bytes_unverified(), Sums(content.sums()));
            Node::File(File::new(body, stamps))
        }
        Content::Symlink(target) => Node::Symlink(Cow::Borrowed(target), stamps),
        Content::Directory(entries) => {
            let directory = directory(image, ino, entries, subdirs)?;
            Node::Directory(Boxed::try_new(directory)?, stamps)
        }
    };
    Ok(Inode {
        nlink: record.nlink,
        mode: record.mode,
        read_only: record.read_only,
        ..Inode::new(node, None)
    })
}

/// A directory whose parent is known, while its inode may not be there yet.
struct Subdir {
    ino: Ino,
    parent: Ino,
}

/// A directory with these entries. Those that are directories are remembered in `subdirs`.
fn directory(
    image: &Image<'_>,
    ino: Ino,
    entries: Entries<'_>,
    subdirs: &mut Vec<Subdir>,
) -> Result<Directory> {
    let mut directory = Directory::new(ROOT);
    directory.reserve(entries.len(), entries.names_len())?;
    for entry in entries {
        let kind = image.kind(entry.ino).ok_or(Error::Io)?;
        let name = Name::from_component(entry.name)?;
        directory.insert_reserved(
            name,
            Entry {
                ino: entry.ino,
                kind,
            },
        );
        if kind == Kind::Directory {
            subdirs
                .try_reserve(1)
                .map_err(|_| Error::InsufficientMemory)?;
            subdirs.push(Subdir {
                ino: entry.ino,
                parent: ino,
            });
        }
    }
    Ok(directory)
}
