//! What an image will be: every inode numbered and placed, before any content is read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use monaka_fs_core::{NAME_BYTES_MAX, PATH_BYTES_MAX, Time};

use crate::error::{Unsound, WriteError};
use crate::layout::{Layout, Sizes};
use crate::source::{Body, Node, Source};

/// The index of an image that can be written: its exact size is known, its content not read yet.
#[derive(Debug)]
pub struct Outline<Id> {
    pub(crate) inodes: Vec<Inode<Id>>,
    pub(crate) dirents: Vec<Dirent>,
    pub(crate) names: Vec<u8>,
    pub(crate) layout: Layout,
    totals: Totals,
}

/// A record of the index, and the inode of the source that it stands for.
#[derive(Debug)]
pub(crate) struct Inode<Id> {
    pub(crate) id: Id,
    pub(crate) kind: Kind,
    pub(crate) read_only: bool,
    pub(crate) mode: u16,
    pub(crate) nlink: u64,
    pub(crate) atime: Time,
    pub(crate) mtime: Time,
    pub(crate) ctime: Time,
}

#[derive(Clone, Copy, Debug)]
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
    },
    Symlink {
        target: Name,
    },
}

#[derive(Clone, Copy, Debug)]
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

impl<Id: Copy + Eq + Hash> Outline<Id> {
    /// Asks a source for all its inodes, and places them: a directory before its entries, entries sorted by the bytes
    /// of their names, a whole subtree before the next entry, so that files which are used together lie together.
    pub fn of<S: Source<Id = Id>>(source: &S) -> Result<Self, WriteError<S::Error>> {
        let mut outliner = Outliner::default();
        let mut pending = vec![source.root()];
        while let Some(id) = pending.pop() {
            if outliner.inos.contains_key(&id) {
                continue;
            }
            let node = source.node(id).map_err(WriteError::Source)?;
            let entries = outliner.place(id, node)?;
            pending.extend(entries.iter().rev());
        }
        outliner.finish()
    }
}

impl<Id> Outline<Id> {
    /// Bytes of the image, exactly.
    pub fn len(&self) -> u64 {
        self.layout.image_len
    }

    /// Whether the root directory is all there is.
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

    /// Bytes of content of all files, holes included.
    pub fn bytes(&self) -> u64 {
        self.totals.bytes
    }

    /// What counts against the limit on inodes of a volume: the root and every name, further names of one inode
    /// included.
    pub fn inodes(&self) -> u64 {
        1 + self.dirents.len() as u64
    }
}

/// An outline that grows inode by inode, in the order of their numbers.
struct Outliner<Id> {
    inodes: Vec<Inode<Id>>,
    /// The entries of all directories so far; those they name may have no number yet.
    entries: Vec<(Id, Name)>,
    names: Vec<u8>,
    inos: HashMap<Id, usize>,
    sizes: Sizes,
    totals: Totals,
}

impl<Id> Default for Outliner<Id> {
    fn default() -> Self {
        Self {
            inodes: Vec::new(),
            entries: Vec::new(),
            names: Vec::new(),
            inos: HashMap::new(),
            sizes: Sizes::default(),
            totals: Totals::default(),
        }
    }
}

impl<Id: Copy + Eq + Hash> Outliner<Id> {
    /// The next inode; gives what is in it, sorted by name.
    fn place(&mut self, id: Id, node: Node<'_, Id>) -> Result<Vec<Id>, Unsound> {
        if node.mode & !0o7777 != 0 {
            return Err(Unsound::Mode(node.mode));
        }
        let mut children = Vec::new();
        let kind = match node.body {
            Body::Directory(entries) => {
                self.totals.directories += u64::from(!self.inodes.is_empty());
                let first = self.entries.len() as u64;
                children = self.directory(entries)?;
                let count = children.len() as u64;
                Kind::Directory { first, count }
            }
            Body::File(size) => {
                self.totals.files += 1;
                self.totals.bytes = self.totals.bytes.saturating_add(size);
                let (start, block) = self.sizes.file(size);
                Kind::File { start, size, block }
            }
            Body::Symlink(target) => {
                self.totals.symlinks += 1;
                let target = self.name(valid_target(&target)?);
                Kind::Symlink { target }
            }
        };
        self.inos.insert(id, self.inodes.len());
        self.inodes.push(Inode {
            id,
            kind,
            read_only: node.read_only,
            mode: node.mode,
            nlink: 0,
            atime: node.atime,
            mtime: node.mtime,
            ctime: node.ctime,
        });
        Ok(children)
    }

    fn directory(&mut self, mut entries: Vec<(Cow<'_, str>, Id)>) -> Result<Vec<Id>, Unsound> {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some([(name, _), _]) = entries.array_windows().find(|[(a, _), (b, _)]| a == b) {
            return Err(Unsound::Twice(name.to_string()));
        }
        for (name, id) in &entries {
            let name = self.name(valid_name(name)?);
            self.entries.push((*id, name));
        }
        Ok(entries.into_iter().map(|(_, id)| id).collect())
    }

    fn name(&mut self, name: &str) -> Name {
        let offset = self.names.len() as u64;
        self.names.extend_from_slice(name.as_bytes());
        Name {
            offset,
            len: name.len() as u64,
        }
    }

    fn finish<E>(mut self) -> Result<Outline<Id>, WriteError<E>> {
        self.sizes.inodes = self.inodes.len() as u64;
        self.sizes.dirents = self.entries.len() as u64;
        self.sizes.names = self.names.len() as u64;
        let layout = Layout::of(&self.sizes);
        if !self.sizes.fit() {
            return Err(WriteError::TooLarge {
                len: layout.image_len,
            });
        }
        let numbered = |(id, name): &(Id, Name)| Dirent {
            ino: self.inos.get(id).copied().unwrap_or_default(),
            name: *name,
        };
        let mut outline = Outline {
            dirents: self.entries.iter().map(numbered).collect(),
            inodes: self.inodes,
            names: self.names,
            layout,
            totals: self.totals,
        };
        outline.count_links()?;
        Ok(outline)
    }
}

impl<Id> Outline<Id> {
    /// Counts the names of every inode. A directory is named by its entry, by its own `.` and by the `..` of its
    /// subdirectories; the root by its `..`, where others have an entry.
    fn count_links(&mut self) -> Result<(), Unsound> {
        for dirent in &self.dirents {
            self.inodes[dirent.ino].nlink += 1;
        }
        self.check_directories()?;
        for ino in 0..self.inodes.len() {
            if let Kind::Directory { first, count } = self.inodes[ino].kind {
                let entries = &self.dirents[first as usize..(first + count) as usize];
                let directories = entries.iter().filter(|entry| self.is_directory(entry.ino));
                let dots = 1 + directories.count() as u64 + u64::from(ino == 0);
                self.inodes[ino].nlink += dots;
            }
        }
        Ok(())
    }

    /// Directories make up one tree, and what is below a read-only one is read-only. Only names are counted yet.
    fn check_directories(&self) -> Result<(), Unsound> {
        if !self.is_directory(0) {
            return Err(Unsound::Root);
        }
        for inode in &self.inodes {
            let Kind::Directory { first, count } = inode.kind else {
                continue;
            };
            for entry in &self.dirents[first as usize..(first + count) as usize] {
                let child = &self.inodes[entry.ino];
                if self.is_directory(entry.ino) && (child.nlink > 1 || entry.ino == 0) {
                    return Err(Unsound::Directory(self.text(entry.name)));
                }
                if inode.read_only && !child.read_only {
                    return Err(Unsound::Writable(self.text(entry.name)));
                }
            }
        }
        Ok(())
    }

    fn is_directory(&self, ino: usize) -> bool {
        matches!(self.inodes[ino].kind, Kind::Directory { .. })
    }

    fn text(&self, name: Name) -> String {
        let bytes = &self.names[name.offset as usize..(name.offset + name.len) as usize];
        String::from_utf8_lossy(bytes).into_owned()
    }
}

fn valid_name(name: &str) -> Result<&str, Unsound> {
    let is_valid = !matches!(name, "" | "." | "..")
        && name.len() <= NAME_BYTES_MAX
        && !name.contains(['/', '\0']);
    match is_valid {
        true => Ok(name),
        false => Err(Unsound::Name(name.into())),
    }
}

fn valid_target(target: &str) -> Result<&str, Unsound> {
    let is_valid = !target.is_empty() && target.len() <= PATH_BYTES_MAX && !target.contains('\0');
    match is_valid {
        true => Ok(target),
        false => Err(Unsound::Target(target.into())),
    }
}
