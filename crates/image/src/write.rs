//! The writer: one pass over the planned files, checksums on the way.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use monaka_fs_core::CHUNK_BYTES;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::Progress;
use crate::error::PackError;
use crate::layout::{DATA_ALIGN, HEADER_BYTES};
use crate::plan::{Dirent, Inode, Kind, Plan};

const VERSION: u64 = 1;
const MAGIC: &[u8; 8] = b"MONAKAFS";
const FOOTER_MAGIC: &[u8; 8] = b"SFAKANOM";
const READ_ONLY: u8 = 1;
const ZEROS: [u8; DATA_ALIGN as usize] = [0; DATA_ALIGN as usize];

impl Plan {
    /// Writes the image, [`Plan::len`] bytes of it: reads each file once, in stretches, and holds only the index.
    ///
    /// `out` gets many small writes when files are small: hand in a buffered writer.
    pub fn write_to(
        &self,
        out: &mut dyn Write,
        progress: &mut dyn Progress,
    ) -> Result<(), PackError> {
        let header = self.header();
        out.write_all(&header).map_err(PackError::Write)?;
        let checksums = self.write_data(out, progress)?;
        self.write_index(out, &header, &checksums)
            .map_err(PackError::Write)
    }

    fn write_data(
        &self,
        out: &mut dyn Write,
        progress: &mut dyn Progress,
    ) -> Result<Vec<u64>, PackError> {
        let mut checksums = Vec::new();
        let mut block = vec![0; CHUNK_BYTES];
        for inode in &self.inodes {
            let Kind::File { size, host, .. } = &inode.kind else {
                continue;
            };
            let mut file = Contents::open(host, *size)?;
            while let Some(bytes) = file.next_block(&mut block)? {
                checksums.push(xxh3_64(bytes));
                out.write_all(bytes).map_err(PackError::Write)?;
                progress.written(bytes.len() as u64);
            }
            out.write_all(padding(*size, DATA_ALIGN))
                .map_err(PackError::Write)?;
        }
        Ok(checksums)
    }

    fn write_index(&self, out: &mut dyn Write, header: &[u8], checksums: &[u64]) -> io::Result<()> {
        let index = self.index(checksums);
        let mut hash = Xxh3::new();
        hash.update(header);
        hash.update(&index);
        out.write_all(padding(HEADER_BYTES + self.layout.data_len, 8))?;
        out.write_all(&index)?;
        out.write_all(padding(self.layout.index_len, 8))?;
        out.write_all(&hash.digest().to_le_bytes())?;
        out.write_all(FOOTER_MAGIC)
    }

    fn header(&self) -> Vec<u8> {
        let mut header = Fields(Vec::new());
        header.bytes(MAGIC);
        header.u32(VERSION);
        header.u32(0);
        header.u64(self.layout.image_len);
        header.u64(self.layout.data_len);
        header.u64(self.layout.index_off);
        header.u32(self.inodes.len() as u64);
        header.u32(self.dirents.len() as u64);
        header.u32(self.layout.block_count);
        header.u32(self.names.len() as u64);
        header.u64(0);
        header.0
    }

    fn index(&self, checksums: &[u64]) -> Vec<u8> {
        let mut index = Fields(Vec::new());
        self.inodes.iter().for_each(|inode| index.inode(inode));
        self.dirents.iter().for_each(|dirent| index.dirent(dirent));
        checksums.iter().for_each(|&checksum| index.u64(checksum));
        index.bytes(&self.names);
        index.0
    }
}

/// A host file that must have the size that was planned.
struct Contents<'a> {
    path: &'a Path,
    file: File,
    left: u64,
}

impl<'a> Contents<'a> {
    fn open(path: &'a Path, size: u64) -> Result<Self, PackError> {
        let file = File::open(path).map_err(|source| PackError::Read {
            path: path.into(),
            source,
        })?;
        Ok(Self {
            path,
            file,
            left: size,
        })
    }

    /// The next block, whole unless it is the last; `None` at the end of the file.
    fn next_block<'b>(&mut self, block: &'b mut [u8]) -> Result<Option<&'b [u8]>, PackError> {
        let want = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(block.len());
        if want == 0 {
            // One more byte means that the file has grown.
            return if self.fill(&mut block[..1])? == 0 {
                Ok(None)
            } else {
                Err(self.changed())
            };
        }
        let block = &mut block[..want];
        if self.fill(block)? < want {
            return Err(self.changed());
        }
        self.left -= want as u64;
        Ok(Some(block))
    }

    /// Reads until `block` is full or the file ends; gives the bytes read.
    fn fill(&mut self, block: &mut [u8]) -> Result<usize, PackError> {
        let mut filled = 0;
        while filled < block.len() {
            match self.file.read(&mut block[filled..]) {
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

    fn changed(&self) -> PackError {
        PackError::Changed(self.path.into())
    }
}

/// Little-endian fields, one after the other.
struct Fields(Vec<u8>);

impl Fields {
    fn inode(&mut self, inode: &Inode) {
        let (kind, size, start, block) = match &inode.kind {
            Kind::Directory { first, count } => (1, *count, *first, 0),
            Kind::File {
                start, size, block, ..
            } => (2, *size, *start, *block),
            Kind::Symlink { target } => (3, target.len, target.offset, 0),
        };
        self.bytes(&[kind, if inode.read_only { READ_ONLY } else { 0 }]);
        self.bytes(&inode.mode.to_le_bytes());
        self.u32(inode.nlink);
        self.u64(size);
        self.u64(start);
        for _of in ["atime", "mtime", "ctime"] {
            self.u64(inode.mtime.0);
        }
        self.u32(block);
        self.bytes(&[0; 12]);
    }

    fn dirent(&mut self, dirent: &Dirent) {
        self.u32(dirent.ino as u64);
        self.u32(dirent.name.offset);
        self.bytes(&[dirent.name.len as u8]);
        self.bytes(&[0; 7]);
    }

    fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// A number of 32 bits. Whatever is counted takes a byte of the image or more, and an image has at most 2^30.
    fn u32(&mut self, value: u64) {
        debug_assert!(u32::try_from(value).is_ok(), "{value} does not fit");
        self.bytes(&(value as u32).to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// The zeros from `len` to the next multiple of `align`, which is at most 16.
fn padding(len: u64, align: u64) -> &'static [u8] {
    let gap = usize::try_from((align - len % align) % align).unwrap_or(0);
    &ZEROS[..gap]
}
