//! Reading an image.

use alloc::vec::Vec;

use xxhash_rust::xxh3::Xxh3;

use super::layout::{
    DATA_ALIGN, DIRENT_BYTES, FLAG_READ_ONLY, FOOTER_BYTES, HEADER_BYTES, INODE_BYTES,
    KIND_DIRECTORY, KIND_FILE, KIND_SYMLINK, MAGIC, MAGIC_END, RawDirent, RawFooter, RawHeader,
    RawInode, SUM_BYTES, VERSION,
};
use crate::tree::Name;
use crate::{CHUNK_BYTES, Ino, Kind, PATH_BYTES_MAX, Time, text};

/// A validated image: every record of it is sound, and they make up one tree.
///
/// The contents of files are not looked at before they are read: see [`FileContent`].
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    bytes: &'a [u8],
    inodes: &'a [[u8; INODE_BYTES]],
    dirents: &'a [[u8; DIRENT_BYTES]],
    sums: &'a [[u8; SUM_BYTES]],
    names: &'a str,
    data_end: usize,
}

/// Why bytes are not an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The bytes do not start or end as an image does.
    #[error("not a Monaka image")]
    Magic,
    /// A version that this reader does not know.
    #[error("image of the unknown version {0}")]
    Version(u32),
    /// The bytes are fewer or more than the header says.
    #[error("image of the wrong length")]
    Length,
    /// The header contradicts itself.
    #[error("damaged image header")]
    Header,
    /// The index does not match its checksum.
    #[error("damaged image index")]
    Checksum,
    /// The record of this inode makes no sense.
    #[error("damaged image inode {0}")]
    Inode(u32),
    /// An entry of the directory with this inode makes no sense.
    #[error("damaged entry of image directory {0}")]
    Dirent(u32),
    /// No memory to check the image with.
    #[error("not enough memory to read the image")]
    Memory,
}

/// A block of a file that does not match its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("damaged block {block}")]
pub struct Damaged {
    /// The index of the block within the file.
    pub block: u64,
}

/// One inode of an image.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The permission bits.
    pub mode: u16,
    /// Names of a file or symlink; 2 plus the subdirectories of a directory.
    pub nlink: u32,
    /// The inode, and what is below it, refuses changes.
    pub read_only: bool,
    /// Last access.
    pub atime: Time,
    /// Last change of content.
    pub mtime: Time,
    /// Last change of content or metadata.
    pub ctime: Time,
    /// What it is and holds.
    pub content: Content<'a>,
}

/// What an inode of an image holds.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// The bytes of a file.
    File(FileContent<'a>),
    /// The entries of a directory, sorted by name.
    Directory(Entries<'a>),
    /// The target of a symbolic link.
    Symlink(&'a str),
}

/// The bytes of a file in an image, and the checksums of their 64 KiB blocks.
#[derive(Clone, Copy, Debug)]
pub struct FileContent<'a> {
    bytes: &'a [u8],
    sums: &'a [[u8; SUM_BYTES]],
}

/// A directory entry of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The name.
    pub name: &'a str,
    /// The inode that it names.
    pub ino: Ino,
}

/// The entries of a directory of an image.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    dirents: &'a [[u8; DIRENT_BYTES]],
    names: &'a str,
}

impl<'a> Image<'a> {
    /// Checks the header, the index checksum and every record once; never panics, never reads the
    /// data section.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let image = Self::split(bytes)?;
        image.check_records()?;
        Ok(image)
    }

    /// Inodes: their numbers are 0, the root, up to this.
    pub fn inode_count(&self) -> u32 {
        self.inodes.len() as u32
    }

    /// Bytes of the whole image.
    pub fn image_len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The inode of this number.
    pub fn record(&self, ino: Ino) -> Option<Record<'a>> {
        self.parse_record(ino.0).ok()
    }

    /// The type of the inode of this number.
    pub fn kind(&self, ino: Ino) -> Option<Kind> {
        match RawInode(self.inodes.get(ino.0 as usize)?).kind() {
            KIND_DIRECTORY => Some(Kind::Directory),
            KIND_FILE => Some(Kind::File),
            KIND_SYMLINK => Some(Kind::Symlink),
            _ => None,
        }
    }

    /// Finds the sections and checks the header and the checksum of the index.
    fn split(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let raw_header = bytes.first_chunk().ok_or(ImageError::Magic)?;
        let header = RawHeader(raw_header);
        if header.magic() != MAGIC {
            return Err(ImageError::Magic);
        }
        if header.version() != VERSION {
            return Err(ImageError::Version(header.version()));
        }
        if header.image_len() != bytes.len() as u64 {
            return Err(ImageError::Length);
        }
        if !header.reserved_is_zero() {
            return Err(ImageError::Header);
        }
        let (image, index) = Self::sections(bytes, header).ok_or(ImageError::Header)?;
        let footer = RawFooter(bytes.last_chunk().ok_or(ImageError::Length)?);
        if footer.magic() != MAGIC_END {
            return Err(ImageError::Magic);
        }
        let mut sum = Xxh3::new();
        sum.update(raw_header);
        sum.update(index);
        if sum.digest() != footer.sum() {
            return Err(ImageError::Checksum);
        }
        Ok(image)
    }

    /// The sections, and the bytes of the index; `None` where the header contradicts itself or the
    /// names are no UTF-8.
    fn sections(bytes: &'a [u8], header: RawHeader<'_>) -> Option<(Self, &'a [u8])> {
        let data_end = HEADER_BYTES.checked_add(usize::try_from(header.data_len()).ok()?)?;
        let index_off = usize::try_from(header.index_off()).ok()?;
        if index_off != data_end.checked_next_multiple_of(8)? {
            return None;
        }
        let section = |count: u32, each: usize| (count as usize).checked_mul(each);
        let inodes_len = section(header.inode_count(), INODE_BYTES)?;
        let dirents_len = section(header.dirent_count(), DIRENT_BYTES)?;
        let sums_len = section(header.block_count(), SUM_BYTES)?;
        let names_len = header.names_len() as usize;

        let rest = bytes.get(index_off..)?;
        let (inodes, rest) = rest.split_at_checked(inodes_len)?;
        let (dirents, rest) = rest.split_at_checked(dirents_len)?;
        let (sums, rest) = rest.split_at_checked(sums_len)?;
        let (names, _) = rest.split_at_checked(names_len)?;
        let index_len = inodes_len
            .checked_add(dirents_len)?
            .checked_add(sums_len)?
            .checked_add(names_len)?;
        let index_end = index_off.checked_add(index_len)?;
        let footer_off = index_end.checked_next_multiple_of(8)?;
        if footer_off.checked_add(FOOTER_BYTES)? != bytes.len() {
            return None;
        }
        let image = Self {
            bytes,
            inodes: inodes.as_chunks().0,
            dirents: dirents.as_chunks().0,
            sums: sums.as_chunks().0,
            names: core::str::from_utf8(names).ok()?,
            data_end,
        };
        Some((image, bytes.get(index_off..index_end)?))
    }

    fn parse_record(&self, ino: u32) -> Result<Record<'a>, ImageError> {
        let raw = self.inodes.get(ino as usize).map(RawInode);
        let raw = raw.ok_or(ImageError::Inode(ino))?;
        let content = match raw.kind() {
            KIND_FILE => self.file(raw).map(Content::File),
            KIND_DIRECTORY => self.directory(raw).map(Content::Directory),
            KIND_SYMLINK => self.symlink(raw).map(Content::Symlink),
            _ => None,
        };
        let content = content.ok_or(ImageError::Inode(ino))?;
        if raw.flags() & !FLAG_READ_ONLY != 0
            || raw.mode() & !0o7777 != 0
            || !raw.reserved_is_zero()
        {
            return Err(ImageError::Inode(ino));
        }
        Ok(Record {
            mode: raw.mode(),
            nlink: raw.nlink(),
            read_only: raw.flags() & FLAG_READ_ONLY != 0,
            atime: Time(raw.atime()),
            mtime: Time(raw.mtime()),
            ctime: Time(raw.ctime()),
            content,
        })
    }

    fn file(&self, raw: RawInode<'_>) -> Option<FileContent<'a>> {
        let start = usize::try_from(raw.start()).ok()?;
        let size = usize::try_from(raw.size()).ok()?;
        let end = start.checked_add(size)?;
        if start < HEADER_BYTES || !start.is_multiple_of(DATA_ALIGN) || end > self.data_end {
            return None;
        }
        let block = raw.block() as usize;
        let block_end = block.checked_add(size.div_ceil(CHUNK_BYTES))?;
        Some(FileContent {
            bytes: self.bytes.get(start..end)?,
            sums: self.sums.get(block..block_end)?,
        })
    }

    fn directory(&self, raw: RawInode<'_>) -> Option<Entries<'a>> {
        let start = usize::try_from(raw.start()).ok()?;
        let end = start.checked_add(usize::try_from(raw.size()).ok()?)?;
        Some(Entries {
            dirents: self.dirents.get(start..end)?,
            names: self.names,
        })
    }

    fn symlink(&self, raw: RawInode<'_>) -> Option<&'a str> {
        let start = usize::try_from(raw.start()).ok()?;
        let end = start.checked_add(usize::try_from(raw.size()).ok()?)?;
        let target = self.names.get(start..end)?;
        let valid = !target.is_empty() && target.len() <= PATH_BYTES_MAX;
        (valid && !text::contains(target, 0)).then_some(target)
    }

    /// Checks every record, and that they make up one tree.
    fn check_records(&self) -> Result<(), ImageError> {
        let mut tree = Shape::new(self.inodes.len())?;
        let mut dirents_len = 0_usize;
        for ino in 0..self.inode_count() {
            let record = self.parse_record(ino)?;
            if let Content::Directory(entries) = record.content {
                dirents_len = dirents_len.saturating_add(entries.len());
                // Directories that share entries could make the work as large as the square of the
                // image.
                if dirents_len > self.dirents.len() {
                    return Err(ImageError::Inode(ino));
                }
                self.check_directory(ino, &record, entries, &mut tree)?;
            }
        }
        self.check_links(&tree)?;
        tree.check_reach()
    }

    fn check_directory(
        &self,
        ino: u32,
        record: &Record<'_>,
        entries: Entries<'_>,
        tree: &mut Shape,
    ) -> Result<(), ImageError> {
        let mut before = "";
        let mut subdirs = 0_u32;
        for raw in entries.dirents.iter().map(RawDirent) {
            let damaged = ImageError::Dirent(ino);
            let name = entries
                .name(raw)
                .filter(|name| Name::is_valid(name) && text::compare(name, before).is_gt());
            let name = name.ok_or(damaged)?;
            let child = self
                .inodes
                .get(raw.ino() as usize)
                .map(RawInode)
                .ok_or(damaged)?;
            let inherits = !record.read_only || child.flags() & FLAG_READ_ONLY != 0;
            if raw.ino() == 0 || !raw.reserved_is_zero() || !inherits {
                return Err(damaged);
            }
            tree.add_name(raw.ino());
            if child.kind() == KIND_DIRECTORY {
                tree.set_parent(raw.ino(), ino);
                subdirs = subdirs.saturating_add(1);
            }
            before = name;
        }
        match record.nlink == subdirs.saturating_add(2) {
            true => Ok(()),
            false => Err(ImageError::Inode(ino)),
        }
    }

    /// Every inode but the root has the names it claims, a directory one; the root is a directory
    /// without a name.
    fn check_links(&self, tree: &Shape) -> Result<(), ImageError> {
        if self.kind(Ino(0)) != Some(Kind::Directory) {
            return Err(ImageError::Inode(0));
        }
        for ((ino, names), raw) in (0..).zip(&tree.names).zip(self.inodes) {
            let raw = RawInode(raw);
            let sound = match raw.kind() {
                KIND_DIRECTORY => *names == u32::from(ino != 0),
                _ => *names == raw.nlink() && *names > 0,
            };
            if !sound {
                return Err(ImageError::Inode(ino));
            }
        }
        Ok(())
    }
}

impl<'a> FileContent<'a> {
    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The blocks in order, each compared with its checksum.
    pub fn blocks(&self) -> impl Iterator<Item = Result<&'a [u8], Damaged>> + use<'a> {
        let blocks = self.bytes.chunks(CHUNK_BYTES).zip(self.sums);
        blocks.zip(0..).map(|((bytes, sum), block)| {
            match crate::sum::sum(bytes) == u64::from_le_bytes(*sum) {
                true => Ok(bytes),
                false => Err(Damaged { block }),
            }
        })
    }

    /// The bytes as they are, damaged or not.
    pub fn bytes_unverified(&self) -> &'a [u8] {
        self.bytes
    }

    /// The checksums of the blocks: xxh3-64, little-endian.
    pub fn sums(&self) -> &'a [[u8; 8]] {
        self.sums
    }
}

impl<'a> Entries<'a> {
    /// The number of entries that are left.
    pub fn len(&self) -> usize {
        self.dirents.len()
    }

    /// Whether no entry is left.
    pub fn is_empty(&self) -> bool {
        self.dirents.is_empty()
    }

    /// Bytes of the names of all entries that are left.
    pub(crate) fn names_len(&self) -> usize {
        let lens = self.dirents.iter().map(|raw| RawDirent(raw).name_len());
        lens.map(usize::from).sum()
    }

    fn name(&self, raw: RawDirent<'_>) -> Option<&'a str> {
        let start = raw.name_off() as usize;
        self.names
            .get(start..start.checked_add(usize::from(raw.name_len()))?)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let (first, rest) = self.dirents.split_first()?;
        self.dirents = rest;
        let raw = RawDirent(first);
        Some(Entry {
            name: self.name(raw)?,
            ino: Ino(raw.ino()),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.dirents.len(), Some(self.dirents.len()))
    }
}

/// How the inodes hang together.
struct Shape {
    /// The names that each inode has.
    names: Vec<u32>,
    /// The directory that holds each directory.
    parents: Vec<u32>,
}

impl Shape {
    fn new(count: usize) -> Result<Self, ImageError> {
        let zeros = || {
            let mut zeros = Vec::new();
            zeros
                .try_reserve_exact(count)
                .map_err(|_| ImageError::Memory)?;
            zeros.resize(count, 0);
            Ok(zeros)
        };
        Ok(Self {
            names: zeros()?,
            parents: zeros()?,
        })
    }

    fn add_name(&mut self, ino: u32) {
        if let Some(names) = self.names.get_mut(ino as usize) {
            *names = names.saturating_add(1);
        }
    }

    fn set_parent(&mut self, ino: u32, parent: u32) {
        if let Some(place) = self.parents.get_mut(ino as usize) {
            *place = parent;
        }
    }

    fn parent(&self, ino: u32) -> u32 {
        self.parents.get(ino as usize).copied().unwrap_or(0)
    }

    /// Every directory leads up to the root. The caller has checked that each has one parent, so
    /// what does not is a circle.
    fn check_reach(mut self) -> Result<(), ImageError> {
        for start in 0..self.parents.len() as u32 {
            if self.parent(start) == 0 {
                continue;
            }
            let mut at = start;
            let mut steps = 0_usize;
            while at != 0 {
                at = self.parent(at);
                steps = steps.saturating_add(1);
                if steps > self.parents.len() {
                    return Err(ImageError::Inode(start));
                }
            }
            // The whole way up is known now, so that no part of it is walked again.
            let mut at = start;
            while at != 0 {
                let parent = self.parent(at);
                self.set_parent(at, 0);
                at = parent;
            }
        }
        Ok(())
    }
}
