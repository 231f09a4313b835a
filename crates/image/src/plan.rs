//! What an image will be: every inode numbered and placed, before any content is read.

use std::path::PathBuf;

use monaka_fs_core::Time;

use crate::embed::Embed;
use crate::error::PackError;
use crate::layout::{Layout, Sizes};
use crate::options::PackOptions;
use crate::tree::{Body, Meta, NodeId, Tree};
use crate::walk::walk;
use crate::{IMAGE_BYTES_MAX, Progress};

/// An image that can be written: its exact size is known, its content not read yet.
#[derive(Debug)]
pub struct Plan {
    pub(crate) inodes: Vec<Inode>,
    pub(crate) dirents: Vec<Dirent>,
    pub(crate) names: Vec<u8>,
    pub(crate) layout: Layout,
    totals: Totals,
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
    Plan::of(&walk(embeds, options, progress)?)
}

#[derive(Debug)]
pub(crate) struct Inode {
    pub(crate) kind: Kind,
    pub(crate) read_only: bool,
    pub(crate) mode: u16,
    pub(crate) nlink: u64,
    pub(crate) mtime: Time,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Directory {
        first: u64,
        count: u64,
    },
    /// `block`: the index of its first checksum.
    File {
        start: u64,
        size: u64,
        block: u64,
        host: PathBuf,
    },
    Symlink {
        target: Name,
    },
}

#[derive(Debug)]
pub(crate) struct Dirent {
    pub(crate) ino: usize,
    pub(crate) name: Name,
}

/// A stretch of the names section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    files: u64,
    directories: u64,
    symlinks: u64,
    bytes: u64,
}

impl Plan {
    /// Bytes of the image, exactly.
    pub fn len(&self) -> u64 {
        self.layout.image_len
    }

    /// Whether nothing is embedded: the root directory alone.
    pub fn is_empty(&self) -> bool {
        self.dirents.is_empty()
    }

    /// Regular files; one with several names counts once.
    pub fn files(&self) -> u64 {
        self.totals.files
    }

    /// Directories below the root.
    pub fn directories(&self) -> u64 {
        self.totals.directories
    }

    /// Symbolic links.
    pub fn symlinks(&self) -> u64 {
        self.totals.symlinks
    }

    /// Bytes of content of all files.
    pub fn bytes(&self) -> u64 {
        self.totals.bytes
    }

    /// What counts against the limit on inodes of a volume: the root and every name, further names of one inode
    /// included.
    pub fn inodes(&self) -> u64 {
        1 + self.dirents.len() as u64
    }

    fn of(tree: &Tree) -> Result<Self, PackError> {
        let order = Order::of(tree);
        let mut plan = Self::empty(&order);
        let mut sizes = Sizes::default();
        for &id in &order.ids {
            plan.place(tree, &order, id, &mut sizes);
        }
        for dirent in &plan.dirents {
            plan.inodes[dirent.ino].nlink += 1;
        }
        sizes.inodes = plan.inodes.len() as u64;
        sizes.dirents = plan.dirents.len() as u64;
        sizes.names = plan.names.len() as u64;
        plan.layout = Layout::of(&sizes);
        match plan.len() {
            len if len > IMAGE_BYTES_MAX => Err(PackError::TooLarge { len }),
            _ => Ok(plan),
        }
    }

    fn empty(order: &Order) -> Self {
        Self {
            inodes: Vec::with_capacity(order.ids.len()),
            dirents: Vec::with_capacity(order.ids.len()),
            names: Vec::new(),
            layout: Layout::of(&Sizes::default()),
            totals: Totals::default(),
        }
    }

    /// The next inode, with its entries if it is a directory.
    fn place(&mut self, tree: &Tree, order: &Order, id: NodeId, sizes: &mut Sizes) {
        let node = tree.node(id);
        let root = id == Tree::ROOT;
        // Entries are counted later. A directory is named by its own `.` and by the `..` of its subdirectories
        // too, and the root by its `..`, where others have an entry.
        let mut nlink = 0;
        let kind = match &node.body {
            Body::Directory(entries) => {
                self.totals.directories += u64::from(!root);
                nlink = 1 + u64::from(root);
                let first = self.dirents.len() as u64;
                for (name, &child) in entries {
                    nlink += u64::from(matches!(tree.node(child).body, Body::Directory(_)));
                    let name = self.name(name);
                    self.dirents.push(Dirent {
                        ino: order.ino(child),
                        name,
                    });
                }
                Kind::Directory {
                    first,
                    count: entries.len() as u64,
                }
            }
            Body::File { size } => {
                self.totals.files += 1;
                self.totals.bytes = self.totals.bytes.saturating_add(*size);
                let (start, block) = sizes.file(*size);
                Kind::File {
                    start,
                    size: *size,
                    block,
                    host: node.host().into(),
                }
            }
            Body::Symlink { target } => {
                self.totals.symlinks += 1;
                Kind::Symlink {
                    target: self.name(target),
                }
            }
        };
        let Meta { mode, mtime, .. } = node.meta;
        self.inodes.push(Inode {
            kind,
            read_only: node.read_only,
            mode,
            nlink,
            mtime,
        });
    }

    fn name(&mut self, name: &str) -> Name {
        let offset = self.names.len() as u64;
        self.names.extend_from_slice(name.as_bytes());
        Name {
            offset,
            len: name.len() as u64,
        }
    }
}

/// The numbers of the inodes: a directory before its entries, entries by name, a whole subtree before the next
/// entry, so that files which are used together lie together.
struct Order {
    ids: Vec<NodeId>,
    inos: Vec<Option<usize>>,
}

impl Order {
    fn of(tree: &Tree) -> Self {
        let mut order = Self {
            ids: Vec::with_capacity(tree.len()),
            inos: vec![None; tree.len()],
        };
        let mut pending = vec![Tree::ROOT];
        while let Some(id) = pending.pop() {
            if order.inos[id.index()].is_some() {
                continue;
            }
            order.inos[id.index()] = Some(order.ids.len());
            order.ids.push(id);
            if let Body::Directory(entries) = &tree.node(id).body {
                pending.extend(entries.values().rev());
            }
        }
        order
    }

    /// The number of a node that the root reaches.
    fn ino(&self, id: NodeId) -> usize {
        self.inos[id.index()].unwrap_or_default()
    }
}
