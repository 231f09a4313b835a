//! The image: a directory tree as one range of bytes, read in place.
//!
//! Little-endian. All offsets count from the first byte of the image. A writer that knows the sizes
//! of all files can write it front to back in one pass: what depends on content (checksums) comes
//! after the data.
//!
//! ```text
//! header, 64 bytes
//!   0   8  magic "MONAKAFS"
//!   8   4  version, 1
//!  12   4  reserved, 0
//!  16   8  image_len: bytes of the whole image
//!  24   8  data_len: bytes of the data section, which starts at 64
//!  32   8  index_off: where the index starts (64 + data_len, rounded up to 8)
//!  40   4  inode_count (at least 1)
//!  44   4  dirent_count
//!  48   4  block_count: data checksums
//!  52   4  names_len: bytes of the names section
//!  56   8  reserved, 0
//! data: the contents of all files, each starting at a multiple of 16, the gaps zero
//! index, in this order, from index_off:
//!   inodes   64 bytes each, inode_count; record i describes Ino(i); record 0 is the root directory
//!   dirents  16 bytes each, dirent_count; those of one directory are adjacent and sorted by name bytes
//!   blocks   8 bytes each, block_count: xxh3-64 of each 64 KiB block of each file, file after file in
//!            inode order, the last block of a file being short
//!   names    UTF-8 of all names and symlink targets
//! footer, 16 bytes, at the next multiple of 8
//!   0   8  xxh3-64 of the header followed by the index (the four parts above, without padding)
//!   8   8  magic "SFAKANOM"
//!
//! inode record, 64 bytes
//!   0   1  kind: 1 directory, 2 file, 3 symlink
//!   1   1  flags: bit 0 = read-only (the subtree refuses changes)
//!   2   2  mode: permission bits, 07777
//!   4   4  nlink: names of a file or symlink; of a directory 2 + its subdirectories
//!   8   8  size: bytes of a file or of a symlink's target; number of entries of a directory
//!  16   8  start: of a file, offset of its data from the image start; of a symlink, offset of its target in names;
//!          of a directory, index of its first dirent
//!  24   8  atime, ns since 1970     32  8  mtime     40  8  ctime
//!  48   4  block: of a file, index of its first checksum in blocks
//!  52  12  reserved, 0
//!
//! dirent, 16 bytes
//!   0   4  ino      4  4  name offset in names      8  1  name length (1..=255)      9  7  reserved, 0
//! ```

mod layout;
mod read;

pub use read::{Content, Damaged, Entries, Entry, FileContent, Image, ImageError, Record};
