//! What the measurements of the core share: volumes to measure, and the steps that are measured.

#[allow(missing_docs, reason = "shared with the tests of the core")]
#[path = "../../../fs-core/tests/common/image.rs"]
pub mod image;

use monaka_fs_core::image::Image;
use monaka_fs_core::{Access, Env, Fd, Follow, Limits, OpenFlags, Time, View};

/// Files of the directories and images that are measured.
pub const FILES: usize = 10_000;
/// Every right.
pub const ALL: Access = Access::READ
    .union(Access::WRITE)
    .union(Access::MUTATE_DIRECTORY);

/// A clock that costs nothing: what the host takes to tell the time is not the core's.
#[derive(Debug)]
pub struct StoppedClock;

impl Env for StoppedClock {
    fn now(&self) -> Time {
        Time(1_700_000_000_000_000_000)
    }
}

/// A volume and a handle on its root.
#[derive(Debug)]
pub struct Bench {
    /// The volume.
    pub volume: View<StoppedClock>,
    /// Its root directory, with every right.
    pub root: Fd,
}

impl Bench {
    /// An empty volume.
    pub fn new() -> Self {
        let limits = Limits {
            bytes_max: 1 << 32,
            ..Limits::default()
        };
        let volume = View::new(StoppedClock, limits);
        Self::of(volume.expect("an empty volume fits"))
    }

    /// A volume with `count` files of `len` bytes in its root.
    pub fn with_files(count: usize, len: usize) -> Self {
        let mut bench = Self::new();
        for i in 0..count {
            bench.create(&name(i), &vec![7; len]);
        }
        bench
    }

    /// A volume of an image.
    pub fn mount(bytes: &'static [u8]) -> Self {
        let image = Image::parse(bytes).expect("the image is sound");
        let volume = View::from_image(StoppedClock, Limits::default(), image);
        Self::of(volume.expect("the image fits"))
    }

    fn of(mut volume: View<StoppedClock>) -> Self {
        let root = volume.open_root(ALL).expect("a root");
        Self { volume, root }
    }

    /// Opens a file, which is created if it does not exist.
    pub fn open(&mut self, name: &str) -> Fd {
        let (open, access) = (OpenFlags::CREATE, Access::READ | Access::WRITE);
        let fd = self
            .volume
            .open_at(self.root, name, Follow::Yes, open, access);
        fd.expect("the file opens")
    }

    /// Creates, writes and closes a file.
    pub fn create(&mut self, name: &str, bytes: &[u8]) {
        let fd = self.open(name);
        self.volume.write(fd, 0, bytes).expect("the content fits");
        self.volume.close(fd).expect("the file closes");
    }

    /// Looks a file up and gives its size.
    pub fn stat(&mut self, name: &str) -> u64 {
        let stat = self.volume.stat_at(self.root, name, Follow::Yes);
        stat.expect("the file is there").size
    }

    /// Removes a file.
    pub fn unlink(&mut self, name: &str) {
        self.volume
            .unlink_file_at(self.root, name)
            .expect("the file is there");
    }

    /// Reads the root directory and gives the bytes of all names.
    pub fn list(&mut self) -> usize {
        let mut cursor = self.volume.read_directory(self.root).expect("a directory");
        let mut sum = 0;
        while let Ok(Some(entry)) = self.volume.next_entry(self.root, &mut cursor) {
            sum += entry.name.len();
        }
        sum
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

/// The name of a file.
pub fn name(i: usize) -> String {
    format!("file-{i:06}")
}

/// An image with [`FILES`] files of 100 bytes in 100 directories. It is leaked: a mounted image
/// lives as long as the program.
pub fn many_files() -> &'static [u8] {
    let mut builder = image::Builder::new();
    for i in 0..FILES {
        let dir = format!("dir-{:02}", i % 100);
        if i < 100 {
            builder.directory(&dir);
        }
        builder.file(&format!("{dir}/{}", name(i)), &[7; 100]);
    }
    builder.build().leak()
}

/// Numbers that look random, always the same.
#[derive(Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The first of them is next.
    pub fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// The next one, below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

impl Default for Numbers {
    fn default() -> Self {
        Self::new()
    }
}
