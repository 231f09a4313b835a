//! The writer: one pass over the outlined files, checksums on the way.

use std::hash::Hash;
use std::io::{self, Write};

use monaka_fs_core::CHUNK_BYTES;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::Progress;
use crate::error::WriteError;
use crate::layout::{DATA_ALIGN, HEADER_BYTES};
use crate::outline::{Dirent, Inode, Kind, Outline};
use crate::source::{Content, Run, Source};

const VERSION: u64 = 1;
const MAGIC: &[u8; 8] = b"MONAKAFS";
const FOOTER_MAGIC: &[u8; 8] = b"SFAKANOM";
const READ_ONLY: u8 = 1;
const ZEROS: [u8; DATA_ALIGN as usize] = [0; DATA_ALIGN as usize];

impl<Id: Copy + Eq + Hash> Outline<Id> {
    /// Writes the image, [`Outline::len`] bytes of it, front to back: asks `source`, the one that the outline is of,
    /// for the content of each file once, and holds only the index.
    ///
    /// `out` gets many small writes when files are small: hand in a buffered writer.
    pub fn write<S: Source<Id = Id>>(
        &self,
        source: &S,
        out: &mut dyn Write,
        progress: &mut dyn Progress,
    ) -> Result<(), WriteError<S::Error>> {
        let header = self.header();
        out.write_all(&header).map_err(WriteError::Write)?;
        let checksums = self.write_data(source, out, progress)?;
        self.write_index(out, &header, &checksums)
            .map_err(WriteError::Write)
    }

    fn write_data<S: Source<Id = Id>>(
        &self,
        source: &S,
        out: &mut dyn Write,
        progress: &mut dyn Progress,
    ) -> Result<Vec<u64>, WriteError<S::Error>> {
        let mut data = Data::new(out);
        for inode in &self.inodes {
            if let Kind::File { size, .. } = inode.kind {
                let content = source.open(inode.id).map_err(WriteError::Source)?;
                write_file(content, size, &mut data, progress)?;
            }
        }
        Ok(data.checksums)
    }
}

/// A file to its end, which must be where it was planned.
fn write_file<C: Content>(
    mut content: C,
    planned: u64,
    data: &mut Data<'_>,
    progress: &mut dyn Progress,
) -> Result<(), WriteError<C::Error>> {
    let changed = |longer| WriteError::Changed { planned, longer };
    let mut left = planned;
    while let Some(run) = content.next_run().map_err(WriteError::Source)? {
        left = left.checked_sub(run.len()).ok_or(changed(true))?;
        data.run(run).map_err(WriteError::Write)?;
        progress.written(run.len());
    }
    match left {
        0 => data.end_file(planned).map_err(WriteError::Write),
        _ => Err(changed(false)),
    }
}

impl<Id> Outline<Id> {
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

/// The data section: contents as they come, and a checksum for each block of a file.
struct Data<'a> {
    out: &'a mut dyn Write,
    checksums: Vec<u64>,
    /// The checksum of a block of zeros, once there was one.
    zeros: Option<u64>,
    block: Xxh3,
    block_len: usize,
}

impl<'a> Data<'a> {
    fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            checksums: Vec::new(),
            zeros: None,
            block: Xxh3::new(),
            block_len: 0,
        }
    }

    fn run(&mut self, run: Run<'_>) -> io::Result<()> {
        match run {
            Run::Bytes(bytes) => self.bytes(bytes),
            Run::Hole(len) => self.hole(len),
        }
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.block_len));
            match now.len() {
                CHUNK_BYTES => self.checksums.push(xxh3_64(now)),
                len => self.part(now, len),
            }
            bytes = later;
        }
        Ok(())
    }

    /// A stretch that leaves the block open, or fills one that was.
    fn part(&mut self, bytes: &[u8], len: usize) {
        self.block.update(bytes);
        self.block_len += len;
        if self.block_len == CHUNK_BYTES {
            self.end_block();
        }
    }

    fn hole(&mut self, mut len: u64) -> io::Result<()> {
        static ZEROS: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];
        while len > 0 {
            let now = usize::try_from(len)
                .unwrap_or(usize::MAX)
                .min(CHUNK_BYTES - self.block_len);
            match now {
                // Sparse files are long: their blocks need not be summed one by one.
                CHUNK_BYTES => {
                    self.out.write_all(&ZEROS)?;
                    let zeros = *self.zeros.get_or_insert_with(|| xxh3_64(&ZEROS));
                    self.checksums.push(zeros);
                }
                _ => self.bytes(&ZEROS[..now])?,
            }
            len -= now as u64;
        }
        Ok(())
    }

    /// The end of a file of `size` bytes.
    fn end_file(&mut self, size: u64) -> io::Result<()> {
        if self.block_len > 0 {
            self.end_block();
        }
        self.out.write_all(padding(size, DATA_ALIGN))
    }

    fn end_block(&mut self) {
        self.checksums.push(self.block.digest());
        self.block.reset();
        self.block_len = 0;
    }
}

/// Little-endian fields, one after the other.
struct Fields(Vec<u8>);

impl Fields {
    fn inode<Id>(&mut self, inode: &Inode<Id>) {
        let (kind, size, start, block) = match inode.kind {
            Kind::Directory { first, count } => (1, count, first, 0),
            Kind::File { start, size, block } => (2, size, start, block),
            Kind::Symlink { target } => (3, target.len, target.offset, 0),
        };
        self.bytes(&[kind, if inode.read_only { READ_ONLY } else { 0 }]);
        self.bytes(&inode.mode.to_le_bytes());
        self.u32(inode.nlink);
        self.u64(size);
        self.u64(start);
        for time in [inode.atime, inode.mtime, inode.ctime] {
            self.u64(time.0);
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

    /// A number of 32 bits, which the outline has seen to.
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
