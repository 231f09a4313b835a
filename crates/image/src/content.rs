//! Host directories as the source of an image: the files that a walk has found, read when they are written.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use monaka_fs_core::CHUNK_BYTES;

use crate::error::PackError;
use crate::source::{Body, Content, Node, Run, Source};
use crate::tree::{self, Meta, NodeId, Part, Tree};

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
            tree::Body::File { size, .. } => Body::File(*size),
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
        match &node.body {
            tree::Body::File { size, part } => match part {
                Some(part) => HostFile::part(node.host(), part, *size),
                None => HostFile::open(node.host(), *size),
            },
            _ => Err(PackError::Changed(node.host().into())),
        }
    }
}

/// A host file that must have the size that was planned, or a part of one.
pub(crate) struct HostFile<'a> {
    path: &'a Path,
    file: File,
    left: u64,
    /// Whether there may be more behind it.
    is_part: bool,
    block: Vec<u8>,
}

impl<'a> HostFile<'a> {
    fn open(path: &'a Path, size: u64) -> Result<Self, PackError> {
        let file = File::open(path).map_err(read_error(path))?;
        Ok(Self::new(path, file, size, false))
    }

    fn part(path: &'a Path, part: &Part, size: u64) -> Result<Self, PackError> {
        let mut file = part.image.try_clone().map_err(read_error(path))?;
        file.seek(SeekFrom::Start(part.offset))
            .map_err(read_error(path))?;
        Ok(Self::new(path, file, size, true))
    }

    fn new(path: &'a Path, file: File, size: u64, is_part: bool) -> Self {
        // Never empty: one byte more than was planned means that the file has grown.
        let room = usize::try_from(size).unwrap_or(usize::MAX);
        Self {
            path,
            file,
            left: size,
            is_part,
            block: vec![0; room.clamp(1, CHUNK_BYTES)],
        }
    }

    /// Reads until the first `want` bytes of the block are full or the file ends; gives the bytes read.
    fn fill(&mut self, want: usize) -> Result<usize, PackError> {
        let mut filled = 0;
        while filled < want {
            match self.file.read(&mut self.block[filled..want]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read_error(self.path)(error)),
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
        let read = self.fill(match self.is_part {
            true => expected,
            false => expected.max(1),
        })?;
        if read != expected {
            return Err(PackError::Changed(self.path.into()));
        }
        self.left -= read as u64;
        Ok((read > 0).then(|| Run::Bytes(&self.block[..read])))
    }
}

fn read_error(path: &Path) -> impl FnOnce(io::Error) -> PackError {
    let path = path.into();
    |source| PackError::Read { path, source }
}
