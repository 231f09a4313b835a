//! An image written in memory, straight from the description of the format.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::new_without_default,
    reason = "not every user uses all of it"
)]

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

/// The time of every inode.
pub const TIME: u64 = 1_600_000_000_000_000_000;

/// A tree to be written. Paths have no `/` at the start.
#[derive(Debug)]
pub struct Builder {
    inodes: Vec<Inode>,
}

#[derive(Debug)]
struct Inode {
    content: Content,
    read_only: bool,
    names: u32,
}

#[derive(Debug)]
enum Content {
    Directory(BTreeMap<String, usize>),
    File(Vec<u8>),
    Symlink(String),
}

impl Builder {
    pub fn new() -> Self {
        let mut builder = Self { inodes: vec![] };
        builder.add(Content::Directory(BTreeMap::new()));
        builder.inodes[0].names = 0;
        builder
    }

    pub fn directory(&mut self, path: &str) -> &mut Self {
        self.put(path, Content::Directory(BTreeMap::new()))
    }

    pub fn file(&mut self, path: &str, bytes: &[u8]) -> &mut Self {
        self.put(path, Content::File(bytes.to_vec()))
    }

    pub fn symlink(&mut self, path: &str, target: &str) -> &mut Self {
        self.put(path, Content::Symlink(target.to_owned()))
    }

    pub fn link(&mut self, old: &str, new: &str) -> &mut Self {
        let ino = self.find(old);
        self.inodes[ino].names += 1;
        self.name(new, ino);
        self
    }

    /// Flags what is there and everything below.
    pub fn read_only(&mut self, path: &str) -> &mut Self {
        let mut waiting = vec![self.find(path)];
        while let Some(ino) = waiting.pop() {
            self.inodes[ino].read_only = true;
            if let Content::Directory(entries) = &self.inodes[ino].content {
                waiting.extend(entries.values());
            }
        }
        self
    }

    fn put(&mut self, path: &str, content: Content) -> &mut Self {
        let ino = self.add(content);
        self.name(path, ino);
        self
    }

    fn add(&mut self, content: Content) -> usize {
        self.inodes.push(Inode {
            content,
            read_only: false,
            names: 1,
        });
        self.inodes.len() - 1
    }

    fn name(&mut self, path: &str, ino: usize) {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let dir = self.find(dir);
        let Content::Directory(entries) = &mut self.inodes[dir].content else {
            panic!("{path}")
        };
        assert_eq!(entries.insert(name.to_owned(), ino), None, "{path}");
    }

    fn find(&self, path: &str) -> usize {
        path.split('/')
            .filter(|name| !name.is_empty())
            .fold(0, |dir, name| match &self.inodes[dir].content {
                Content::Directory(entries) => entries[name],
                _ => panic!("{path}"),
            })
    }

    fn nlink(&self, inode: &Inode) -> u32 {
        match &inode.content {
            Content::Directory(entries) => {
                let is_directory =
                    |ino: &&usize| matches!(self.inodes[**ino].content, Content::Directory(_));
                2 + entries.values().filter(is_directory).count() as u32
            }
            _ => inode.names,
        }
    }

    /// The bytes of the image.
    pub fn build(&self) -> Vec<u8> {
        let (mut data, mut names) = (vec![], vec![]);
        let (mut inodes, mut dirents, mut blocks) = (vec![], vec![], vec![]);
        for inode in &self.inodes {
            let block = blocks.len() as u32 / 8;
            let (kind, size, start) = match &inode.content {
                Content::Directory(entries) => {
                    let start = dirents.len() / 16;
                    for (name, ino) in entries {
                        dirents.extend((*ino as u32).to_le_bytes());
                        dirents.extend((names.len() as u32).to_le_bytes());
                        dirents.extend((name.len() as u64).to_le_bytes());
                        names.extend(name.as_bytes());
                    }
                    (1, entries.len(), start)
                }
                Content::File(bytes) => {
                    let start = 64 + data.len();
                    data.extend(bytes);
                    data.resize(data.len().next_multiple_of(16), 0);
                    blocks.extend(
                        bytes
                            .chunks(65536)
                            .flat_map(|block| xxh3_64(block).to_le_bytes()),
                    );
                    (2, bytes.len(), start)
                }
                Content::Symlink(target) => {
                    let start = names.len();
                    names.extend(target.as_bytes());
                    (3, target.len(), start)
                }
            };
            inodes.extend([kind, u8::from(inode.read_only)]);
            inodes.extend(0o644_u16.to_le_bytes());
            inodes.extend(self.nlink(inode).to_le_bytes());
            for word in [
                size as u64,
                start as u64,
                TIME,
                TIME,
                TIME,
                u64::from(block),
                0,
            ] {
                inodes.extend(word.to_le_bytes());
            }
        }
        assemble(&data, &inodes, &dirents, &blocks, &names)
    }
}

/// Header, sections and footer around them.
fn assemble(data: &[u8], inodes: &[u8], dirents: &[u8], blocks: &[u8], names: &[u8]) -> Vec<u8> {
    let index = [inodes, dirents, blocks, names].concat();
    let index_off = (64 + data.len()).next_multiple_of(8);
    let footer_off = (index_off + index.len()).next_multiple_of(8);
    let mut image = b"MONAKAFS".to_vec();
    image.extend(1_u64.to_le_bytes());
    for word in [footer_off + 16, data.len(), index_off] {
        image.extend((word as u64).to_le_bytes());
    }
    for count in [
        inodes.len() / 64,
        dirents.len() / 16,
        blocks.len() / 8,
        names.len(),
    ] {
        image.extend((count as u32).to_le_bytes());
    }
    image.extend([0; 8]);
    let sum = xxh3_64(&[&image, index.as_slice()].concat());
    image.extend(data);
    image.resize(index_off, 0);
    image.extend(index);
    image.resize(footer_off, 0);
    image.extend(sum.to_le_bytes());
    image.extend(b"SFAKANOM");
    image
}

/// Gives a changed image the checksum that its index has now, so that what is behind the checksum
/// is tested too.
pub fn reseal(image: &mut [u8]) {
    let word = |at: usize| {
        image
            .get(at..at + 8)
            .map(|word| u64::from_le_bytes(word.try_into().unwrap()) as usize)
    };
    let count = |at: usize| {
        image
            .get(at..at + 4)
            .map(|word| u32::from_le_bytes(word.try_into().unwrap()) as usize)
    };
    let sealed = || {
        let index_off = word(32)?;
        let len = (count(40)?.checked_mul(64)?)
            .checked_add(count(44)?.checked_mul(16)?)?
            .checked_add(count(48)?.checked_mul(8)?)?
            .checked_add(count(52)?)?;
        let index = image.get(index_off..index_off.checked_add(len)?)?;
        Some(xxh3_64(&[&image[..64], index].concat()))
    };
    let footer = image.len().checked_sub(16);
    if let (Some(sum), Some(footer)) = (sealed(), footer) {
        image[footer..footer + 8].copy_from_slice(&sum.to_le_bytes());
    }
}

/// A tree with everything in it.
pub fn sample() -> Builder {
    let mut builder = Builder::new();
    let large: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    builder
        .file("empty", b"")
        .file("hello", b"hello, world\n")
        .directory("etc")
        .file("etc/large", &large)
        .symlink("etc/up", "../hello")
        .directory("etc/deep")
        .directory("etc/deep/er")
        .link("hello", "etc/deep/er/again")
        .directory("fixed")
        .file("fixed/file", b"unchangeable")
        .directory("fixed/dir")
        .symlink("fixed/link", "/hello")
        .read_only("fixed");
    builder
}
