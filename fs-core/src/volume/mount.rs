//! Mounting an image: its inodes become ordinary ones under the same numbers, with content borrowed from it.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::Volume;
use crate::body::{Body, Sums};
use crate::image::{Content, Entries, Image, Record};
use crate::tree::{Directory, Entry, Inode, Name, Node, ROOT};
use crate::{Env, Error, Ino, Kind, Limits, Result};

impl<E: Env> Volume<E> {
    /// A volume that starts with the content of an image, under the inode numbers and times of the image. Its inodes and
    /// further names count; its content does not, until it is changed.
    pub fn from_image(env: E, limits: Limits, image: Image<'static>) -> Result<Self> {
        let mut volume = Self::bare(env, limits);
        for ino in 0..image.inode_count() {
            let record = image.record(Ino(ino)).ok_or(Error::Io)?;
            volume.mount_inode(record)?;
        }
        for ino in 0..image.inode_count() {
            if let Some(Content::Directory(entries)) =
                image.record(Ino(ino)).map(|record| record.content)
            {
                volume.mount_entries(&image, Ino(ino), entries)?;
            }
        }
        Ok(volume)
    }

    fn mount_inode(&mut self, record: Record<'static>) -> Result<()> {
        let names = match record.content {
            Content::Directory(_) => 1,
            Content::File(_) | Content::Symlink(_) => record.nlink,
        };
        self.ledger.reserve_inodes(names)?;
        let node = match record.content {
            Content::File(content) => {
                let sums = Sums(content.sums());
                Node::File(Body::from_image(content.bytes_unverified(), sums))
            }
            Content::Symlink(target) => Node::Symlink(Cow::Borrowed(target)),
            Content::Directory(_) => Node::Directory(Box::new(Directory::new(ROOT))),
        };
        let inode = Inode {
            atime: record.atime,
            mtime: record.mtime,
            nlink: record.nlink,
            mode: record.mode,
            read_only: record.read_only,
            ..Inode::new(node, record.ctime, 0)
        };
        self.tree.insert(inode).map(drop)
    }

    fn mount_entries(&mut self, image: &Image<'_>, dir: Ino, entries: Entries<'_>) -> Result<()> {
        let names_len = entries.map(|entry| entry.name.len()).sum();
        self.tree
            .directory_mut(dir)?
            .reserve(entries.len(), names_len)?;
        for entry in entries {
            let kind = image.kind(entry.ino).ok_or(Error::Io)?;
            let name = Name::from_component(entry.name)?;
            let directory = self.tree.directory_mut(dir)?;
            directory.insert(
                name,
                Entry {
                    ino: entry.ino,
                    kind,
                },
            )?;
            if kind == Kind::Directory {
                self.tree.directory_mut(entry.ino)?.set_parent(dir);
            }
        }
        Ok(())
    }
}
