//! Host directories as the source of an image: the files that a walk has found, read when they are written.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use monaka_fs_core::CHUNK_BYTES;

use crate::error::PackError;
use crate::source::{Body, Content, Node, Run, Source};
use crate::tree::{self, Meta, NodeId, Tree};

impl Source for Tree {
    type Id = NodeId;
    type Error = PackError;
    type Content<'a> = HostFile<'a>;

    fn root(&self) -> NodeId {
        Tree::ROOT
    }

    fn node(&self, id: NodeId) -> Result<Node<'_, NodeId>, PackError> {
        let node = self.node(id);
        let body = match &node.body {
            tree::Body::Directory(entries) => {
                let entries = entries.iter();
                Body::Directory(
                    entries
                        .map(|(name, id)| (Cow::from(&**name), *id))
                        .collect(),
                )
            }
            tree::Body::File { size } => Body::File(*size),
            tree::Body::Symlink { target } => Body::Symlink(Cow::from(&**target)),
        };
        let Meta { mode, mtime, .. } = node.meta;
        Ok(Node {
            mode,
            read_only: node.read_only,
            // The other times of the host change when a file is only read or copied.
            atime: mtime,
            mtime,
            ctime: mtime,
            body,
        })
    }

    fn open(&self, id: NodeId) -> Result<HostFile<'_>, PackError> {
        let node = self.node(id);
        match node.body {
            tree::Body::File { size } => HostFile::open(node.host(), size),
            _ => Err(PackError::Changed(node.host().into())),
        }
    }
}

/// A host file that must have the size that was planned.
pub(crate) struct HostFile<'a> {
    path: &'a Path,
    file: File,
    left: u64,
    block: Vec<u8>,
}

impl<'a> HostFile<'a> {
    fn open(path: &'a Path, size: u64) -> Result<Self, PackError> {
        let file = File::open(path).map_err(|source| PackError::Read {
            path: path.into(),
            source,
        })?;
        // Never empty: one byte more than was planned means that the file has grown.
        let room = usize::try_from(size).unwrap_or(usize::MAX);
        Ok(Self {
            path,
            file,
            left: size,
            block: vec![0; room.clamp(1, CHUNK_BYTES)],
        })
    }

    /// Reads until the first `want` bytes of the block are full or the file ends; gives the bytes read.
    fn fill(&mut self, want: usize) -> Result<usize, PackError> {
        let mut filled = 0;
        while filled < want {
            match self.file.read(&mut self.block[filled..want]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(PackError::Read {
                        path: self.path.into(),
                        source,
                    });
                }
            }
        }
        Ok(filled)
    }
}

impl Content for HostFile<'_> {
    type Error = PackError;

    /// The next block, whole unless it is the last.
    fn next_run(&mut self) -> Result<Option<Run<'_>>, PackError> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let expected = left.min(self.block.len());
        let read = self.fill(expected.max(1))?;
        if read != expected {
            return Err(PackError::Changed(self.path.into()));
        }
        self.left -= read as u64;
        Ok((read > 0).then(|| Run::Bytes(&self.block[..read])))
    }
}
