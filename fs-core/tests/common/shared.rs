//! Programs that share a volume.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use monaka_fs_core::{
    Access, Change, Env, Fd, Follow, Ino, Kind, Limits, OpenFlags, Quota, Result, Scope, Shared,
    Snapshot, Stat, Time, Usage, View, Volume,
};

use super::fs::{BOTH, MUTATE, READ};

/// A clock that shows another time each time it is asked.
#[derive(Debug, Default)]
pub struct Ticks {
    /// Asking has a price: times are marked, and settled later.
    pub costly: bool,
    /// Asking lets other threads go on: it is done in the middle of most operations.
    pub yields: AtomicBool,
    asked: AtomicU64,
    follower: Mutex<Follower>,
}

impl Env for Ticks {
    fn now(&self) -> Time {
        if self.yields.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        Time(1 + self.asked.fetch_add(1, Ordering::Relaxed))
    }

    fn is_costly(&self) -> bool {
        self.costly
    }

    fn changed(&self, change: Change<'_>) {
        self.follower.lock().unwrap().hear(change);
    }
}

/// What somebody knows who only hears of changes: all names, and the sizes of files. It is what is there
/// only if changes are told in the order in which they are made.
#[derive(Clone, Debug, Default)]
struct Follower {
    names: BTreeMap<(Ino, String), Ino>,
    sizes: BTreeMap<Ino, u64>,
}

impl Follower {
    fn hear(&mut self, change: Change<'_>) {
        match change {
            Change::Added { dir, name, ino, .. } => {
                // Numbers are used again.
                if !self.names.values().any(|named| *named == ino) {
                    self.sizes.insert(ino, 0);
                }
                self.add(dir, name, ino);
            }
            Change::Removed { dir, name, ino, .. } => self.remove(dir, name, ino),
            Change::Renamed {
                old_dir,
                old_name,
                new_dir,
                new_name,
                ino,
                ..
            } => {
                self.remove(old_dir, old_name, ino);
                self.add(new_dir, new_name, ino);
            }
            Change::Written { ino, offset, len } => {
                let size = self.sizes.entry(ino).or_default();
                *size = (*size).max(offset + len);
            }
            Change::Resized { ino, size } => drop(self.sizes.insert(ino, size)),
            _ => {}
        }
    }

    fn add(&mut self, dir: Ino, name: &str, ino: Ino) {
        let before = self.names.insert((dir, name.to_owned()), ino);
        assert_eq!(before, None, "{name} is there");
    }

    fn remove(&mut self, dir: Ino, name: &str, ino: Ino) {
        let removed = self.names.remove(&(dir, name.to_owned()));
        assert_eq!(removed, Some(ino), "{name} is not there");
    }

    /// Compares with what is in a directory and below it; gives how many names that are.
    fn compare(&self, program: &mut Program, path: &str) -> usize {
        let dir = program.stat(path).unwrap().ino;
        let names = program.list(path).unwrap();
        let mut count = names.len();
        for name in names {
            let path = format!("{path}/{name}");
            let stat = program.stat(&path).unwrap();
            assert_eq!(self.names.get(&(dir, name)), Some(&stat.ino), "{path}");
            match stat.kind {
                Kind::File => assert_eq!(self.sizes.get(&stat.ino), Some(&stat.size), "{path}"),
                Kind::Directory => count += self.compare(program, &path),
                Kind::Symlink => {}
            }
        }
        count
    }
}

pub type SharedVolume = Shared<Volume<Ticks>>;

pub fn volume(limits: Limits) -> SharedVolume {
    Shared::new(Volume::new(Ticks::default(), limits).unwrap())
}

/// A volume whose clock is costly.
pub fn marking_volume() -> SharedVolume {
    let env = Ticks {
        costly: true,
        ..Ticks::default()
    };
    Shared::new(Volume::new(env, Limits::default()).unwrap())
}

/// A snapshot, which is what was told until its moment.
pub fn snapshot(volume: &SharedVolume) -> Snapshot {
    let mut told = Follower::default();
    let moment = || told = volume.env().follower.lock().unwrap().clone();
    let snapshot = volume.snapshot_at(moment).unwrap();
    let mut names = BTreeMap::new();
    let mut waiting = vec![snapshot.root()];
    while let Some(dir) = waiting.pop() {
        for (name, ino, kind) in snapshot.inode(dir).unwrap().entries() {
            let size = snapshot.inode(ino).unwrap().stat().size;
            match kind {
                Kind::File => assert_eq!(told.sizes.get(&ino), Some(&size), "{name}"),
                Kind::Directory => waiting.push(ino),
                Kind::Symlink => {}
            }
            names.insert((dir, name.to_owned()), ino);
        }
    }
    assert_eq!(names, told.names);
    snapshot
}

/// Nobody has a view of the volume any more: nothing is open, every invariant holds, what is counted is
/// what is there, and what was told is what happened.
pub fn check_idle(volume: &SharedVolume, quotas: &[&Quota]) {
    {
        // Its own reading changes nothing that is told.
        let follower = volume.env().follower.lock().unwrap();
        let found = follower.compare(&mut Program::of(volume), ".");
        assert_eq!(follower.names.len(), found);
    }
    assert_eq!(volume.check_all(Some(&BTreeMap::new())), Ok(()));
    assert_eq!(volume.usage(), volume.recount(None).unwrap());
    for quota in quotas {
        assert_eq!(quota.usage(), volume.recount(Some(quota)).unwrap());
    }
}

/// As [`check_idle`], and the root directory is all there is.
pub fn check_empty(volume: &SharedVolume, quotas: &[&Quota]) {
    check_idle(volume, quotas);
    let empty = Usage {
        inodes: 1,
        ..Usage::default()
    };
    assert_eq!(volume.usage(), empty);
}

/// One program: a view, and a handle on its root with every right.
pub struct Program {
    pub view: View<Ticks>,
    pub root: Fd,
}

impl Program {
    pub fn of(volume: &SharedVolume) -> Self {
        Self::within(volume, &Scope::default())
    }

    pub fn with_quota(volume: &SharedVolume, quota: &Quota) -> Self {
        Self::try_with_quota(volume, quota).unwrap()
    }

    /// Where there may be no handle left.
    pub fn try_with_quota(volume: &SharedVolume, quota: &Quota) -> Result<Self> {
        let scope = Scope {
            quota: Some(quota.clone()),
            ..Scope::default()
        };
        Self::try_with_view(View::of(volume.clone(), &scope)?)
    }

    pub fn within(volume: &SharedVolume, scope: &Scope<'_>) -> Self {
        Self::with_view(View::of(volume.clone(), scope).unwrap())
    }

    pub fn with_view(view: View<Ticks>) -> Self {
        Self::try_with_view(view).unwrap()
    }

    /// Where there may be no handle left.
    pub fn try_with_view(mut view: View<Ticks>) -> Result<Self> {
        let root = view.open_root(MUTATE)?;
        Ok(Self { view, root })
    }

    pub fn open_with(&mut self, path: &str, flags: OpenFlags, access: Access) -> Result<Fd> {
        self.view
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

    /// Opens a file that must not exist.
    pub fn create_new(&mut self, path: &str) -> Result<Fd> {
        self.open_with(path, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, BOTH)
    }

    /// Makes a file of these bytes.
    pub fn put(&mut self, path: &str, bytes: &[u8]) {
        let fd = self.create(path).unwrap();
        assert_eq!(self.view.write(fd, 0, bytes), Ok(bytes.len()));
        self.view.close(fd).unwrap();
    }

    /// All bytes of an open file, as one read gives them.
    pub fn read(&mut self, fd: Fd) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.view.gather(fd, 0, usize::MAX, &mut bytes)?;
        Ok(bytes)
    }

    /// All bytes of the file at a path.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        let fd = self.open(path, READ)?;
        let bytes = self.read(fd);
        self.view.close(fd).unwrap();
        bytes
    }

    pub fn mkdir(&mut self, path: &str) -> Result<()> {
        self.view.create_directory_at(self.root, path)
    }

    pub fn rmdir(&mut self, path: &str) -> Result<()> {
        self.view.remove_directory_at(self.root, path)
    }

    pub fn unlink(&mut self, path: &str) -> Result<()> {
        self.view.unlink_file_at(self.root, path)
    }

    pub fn link(&mut self, old: &str, new: &str) -> Result<()> {
        self.view
            .link_at(self.root, Follow::No, old, self.root, new)
    }

    pub fn rename(&mut self, old: &str, new: &str) -> Result<()> {
        self.view.rename_at(self.root, old, self.root, new)
    }

    pub fn stat(&mut self, path: &str) -> Result<Stat> {
        self.view.stat_at(self.root, path, Follow::No)
    }

    /// The names in a directory, in their order.
    pub fn list(&mut self, path: &str) -> Result<Vec<String>> {
        let fd = self.open_with(path, OpenFlags::DIRECTORY, READ)?;
        let mut cursor = self.view.read_directory(fd)?;
        let mut names = vec![];
        while let Some(entry) = self.view.next_entry(fd, &mut cursor)? {
            names.push(entry.name.to_owned());
        }
        self.view.close(fd)?;
        Ok(names)
    }
}
