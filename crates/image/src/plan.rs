//! An image of host directories: the tree that was walked, and its outline.

use std::io::Write;

use crate::embed::Embed;
use crate::error::PackError;
use crate::options::PackOptions;
use crate::outline::Outline;
use crate::tree::{NodeId, Tree};
use crate::walk::walk;
use crate::{IMAGE_BYTES_MAX, Progress};

/// An image of host directories that can be written: its exact size is known, its content not read yet.
#[derive(Debug)]
pub struct Plan {
    tree: Tree,
    outline: Outline<NodeId>,
}

/// Walks the embeds in order, later ones over earlier ones: files replace files, directories merge.
///
/// A directory that no embed names but a guest path goes through gets mode 0755 and the mtime of its embed.
/// Files that are hard links of each other on the host are so in the image if they come from the same embed; two
/// embeds are independent copies. Hosts without inode numbers give separate files.
pub fn plan(
    embeds: &[Embed],
    options: &PackOptions,
    progress: &mut dyn Progress,
) -> Result<Plan, PackError> {
    let tree = walk(embeds, options, progress)?;
    let outline = Outline::of(&tree)?;
    match outline.len() {
        len if len > IMAGE_BYTES_MAX => Err(PackError::TooLarge { len }),
        _ => Ok(Plan { tree, outline }),
    }
}

impl Plan {
    /// Writes the image, [`Plan::len`] bytes of it: reads each file once, in stretches, and holds only the index.
    ///
    /// `out` gets many small writes when files are small: hand in a buffered writer.
    pub fn write_to(
        &self,
        out: &mut dyn Write,
        progress: &mut dyn Progress,
    ) -> Result<(), PackError> {
        Ok(self.outline.write(&self.tree, out, progress)?)
    }

    /// Bytes of the image, exactly.
    pub fn len(&self) -> u64 {
        self.outline.len()
    }

    /// Whether nothing is embedded: the root directory alone.
    pub fn is_empty(&self) -> bool {
        self.outline.is_empty()
    }

    /// Regular files; one with several names counts once.
    pub fn files(&self) -> u64 {
        self.outline.files()
    }

    /// Directories below the root.
    pub fn directories(&self) -> u64 {
        self.outline.directories()
    }

    /// Symbolic links.
    pub fn symlinks(&self) -> u64 {
        self.outline.symlinks()
    }

    /// Bytes of content of all files.
    pub fn bytes(&self) -> u64 {
        self.outline.bytes()
    }

    /// What counts against the limit on inodes of a volume: the root and every name, further names of one inode
    /// included.
    pub fn inodes(&self) -> u64 {
        self.outline.inodes()
    }
}
