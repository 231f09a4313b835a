//! A volume with the calls that tests make all the time.

use monaka_fs_core::{Access, Error, Fd, Follow, Limits, OpenFlags, Result, Stat, View};

use super::Clock;

pub const READ: Access = Access::READ;
pub const WRITE: Access = Access::WRITE;
pub const BOTH: Access = Access::READ.union(Access::WRITE);
pub const MUTATE: Access = Access::READ.union(Access::MUTATE_DIRECTORY);

/// A volume, a handle on its root with every right, and its clock. Every call is checked to leave
/// the invariants whole.
pub struct Fs {
    pub volume: View<Clock>,
    pub root: Fd,
    pub clock: Clock,
}

impl Fs {
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub fn with_limits(limits: Limits) -> Self {
        let clock = Clock::new();
        let mut volume = View::new(clock.clone(), limits).unwrap();
        let root = volume.open_root(MUTATE).unwrap();
        Self {
            volume,
            root,
            clock,
        }
    }

    pub fn open_with(&mut self, path: &str, flags: OpenFlags, access: Access) -> Result<Fd> {
        self.volume
            .open_at(self.root, path, Follow::Yes, flags, access)
    }

    /// Opens what exists.
    pub fn open(&mut self, path: &str, access: Access) -> Result<Fd> {
        self.open_with(path, OpenFlags::empty(), access)
    }

    /// Opens a file, which is created if needed.
    pub fn create(&mut self, path: &str) -> Result<Fd> {
        self.open_with(path, OpenFlags::CREATE, BOTH)
    }

    pub fn put(&mut self, path: &str, bytes: &[u8]) {
        let fd = self
            .open_with(path, OpenFlags::CREATE | OpenFlags::TRUNCATE, BOTH)
            .unwrap();
        assert_eq!(self.volume.write(fd, 0, bytes), Ok(bytes.len()));
        self.volume.close(fd).unwrap();
    }

    pub fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        let fd = self.open(path, READ)?;
        let bytes = self.read(fd);
        self.volume.close(fd).unwrap();
        bytes
    }

    /// All bytes of an open file.
    pub fn read(&mut self, fd: Fd) -> Result<Vec<u8>> {
        let mut buf = vec![0xAA; self.volume.stat(fd)?.size as usize + 1];
        let count = self.volume.read(fd, 0, &mut buf)?;
        buf.truncate(count);
        Ok(buf)
    }

    pub fn mkdir(&mut self, path: &str) -> Result<()> {
        self.volume.create_directory_at(self.root, path)
    }

    pub fn rmdir(&mut self, path: &str) -> Result<()> {
        self.volume.remove_directory_at(self.root, path)
    }

    pub fn unlink(&mut self, path: &str) -> Result<()> {
        self.volume.unlink_file_at(self.root, path)
    }

    pub fn symlink(&mut self, target: &str, path: &str) -> Result<()> {
        self.volume.symlink_at(target, self.root, path)
    }

    pub fn link(&mut self, old: &str, new: &str) -> Result<()> {
        self.volume
            .link_at(self.root, Follow::No, old, self.root, new)
    }

    pub fn rename(&mut self, old: &str, new: &str) -> Result<()> {
        self.volume.rename_at(self.root, old, self.root, new)
    }

    pub fn stat(&mut self, path: &str) -> Result<Stat> {
        self.volume.stat_at(self.root, path, Follow::Yes)
    }

    pub fn lstat(&mut self, path: &str) -> Result<Stat> {
        self.volume.stat_at(self.root, path, Follow::No)
    }

    /// The names in a directory, in their order.
    pub fn list(&mut self, path: &str) -> Result<Vec<String>> {
        let fd = self.open_with(path, OpenFlags::DIRECTORY, READ)?;
        let mut cursor = self.volume.read_directory(fd)?;
        let mut names = vec![];
        while let Some(entry) = self.volume.next_entry(fd, &mut cursor)? {
            names.push(entry.name.to_owned());
        }
        self.volume.close(fd)?;
        Ok(names)
    }

    pub fn exists(&mut self, path: &str) -> bool {
        match self.lstat(path) {
            Ok(_) => true,
            Err(Error::NoEntry) => false,
            Err(error) => panic!("{path}: {error}"),
        }
    }
}

impl Drop for Fs {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.volume.check(), Ok(()));
        }
    }
}
