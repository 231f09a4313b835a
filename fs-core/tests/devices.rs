//! Files and directories whose content the host makes.

#![cfg(feature = "std")]

mod common;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use common::WallClock;
use monaka_fs_core::device::{
    DEVICE_WRITE_BYTES_MAX, Device, DeviceDirectory, OpenDevice, Synthetic,
};
use monaka_fs_core::{
    Access, Error, Fd, Follow, Found, Gather, Limits, OpenFlags, Result, SYNTHETIC_DEPTH_MAX,
    Scope, SetTime, Shared, View, Volume,
};

const BOTH: Access = Access::READ.union(Access::WRITE);

/// A setting: reads give its text, each write sets it. Only digits are taken.
#[derive(Clone, Debug, Default)]
struct Setting(Arc<Mutex<String>>);

impl Device for Setting {
    fn open(&self, access: Access, _truncate: bool) -> Result<Arc<dyn OpenDevice>> {
        if access.contains(Access::FILE_INTEGRITY_SYNC) {
            return Err(Error::Access);
        }
        let text = self.0.lock().unwrap().clone();
        Ok(Arc::new(OpenSetting(self.clone(), text)))
    }
}

#[derive(Debug)]
struct OpenSetting(Setting, String);

impl OpenDevice for OpenSetting {
    fn size(&self) -> u64 {
        self.1.len() as u64
    }

    fn gather(&self, offset: u64, len_max: usize, into: &mut dyn Gather) -> Result<Found> {
        let rest = self.1.as_bytes().get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(len_max);
        into.reserve(len)?;
        into.data(&rest[..len]);
        let end = len == rest.len();
        Ok(Found { len, end })
    }

    fn write(&self, offset: Option<u64>, bytes: &[u8]) -> Result<usize> {
        if offset.is_some_and(|offset| offset != 0) || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(Error::Invalid);
        }
        *self.0.0.lock().unwrap() = String::from_utf8(bytes.to_vec()).unwrap();
        Ok(bytes.len())
    }

    fn set_size(&self, size: u64) -> Result<()> {
        match size {
            0 => Ok(()),
            _ => Err(Error::Unsupported),
        }
    }
}

struct Lab {
    volume: Shared<Volume<WallClock>>,
    view: View<WallClock>,
    root: Fd,
}

impl Lab {
    fn new() -> Self {
        let volume = Shared::new(Volume::new(WallClock, Limits::default()).unwrap());
        Self::of(volume, false)
    }

    fn of(volume: Shared<Volume<WallClock>>, read_only: bool) -> Self {
        let scope = Scope {
            read_only,
            ..Scope::default()
        };
        let mut view = View::of(volume.clone(), &scope).unwrap();
        let root = view.open_root(Access::READ | Access::MUTATE_DIRECTORY);
        let root = root.unwrap();
        Self { volume, view, root }
    }

    fn open(&mut self, path: &str, open: OpenFlags, access: Access) -> Result<Fd> {
        self.view
            .open_at(self.root, path, Follow::Yes, open, access)
    }

    fn get(&mut self, path: &str) -> Result<String> {
        let fd = self.open(path, OpenFlags::empty(), Access::READ)?;
        let text = self.text(fd);
        self.view.close(fd)?;
        text
    }

    fn text(&mut self, fd: Fd) -> Result<String> {
        let mut bytes = Vec::new();
        self.view.gather(fd, 0, 1 << 20, &mut bytes)?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    fn names(&mut self, path: &str) -> Vec<String> {
        let fd = self.open(path, OpenFlags::DIRECTORY, Access::READ).unwrap();
        let mut cursor = self.view.read_directory(fd).unwrap();
        let mut names = Vec::new();
        while let Some(entry) = self.view.next_entry(fd, &mut cursor).unwrap() {
            names.push(entry.name.to_owned());
        }
        self.view.close(fd).unwrap();
        names
    }
}

fn file(device: &Setting) -> Synthetic {
    Synthetic::File(Arc::new(device.clone()))
}

#[test]
fn a_setting_is_read_and_written() {
    let (mut lab, setting) = (Lab::new(), Setting::default());
    lab.volume.mount("/level", file(&setting)).unwrap();
    assert_eq!(lab.get("level").unwrap(), "");
    let truncating = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let fd = lab.open("level", truncating, Access::WRITE).unwrap();
    assert_eq!(lab.view.write(fd, 0, b"42"), Ok(2));
    assert_eq!(*setting.0.lock().unwrap(), "42");
    assert_eq!(lab.get("level").unwrap(), "42");
    assert_eq!(
        lab.view.write(fd, 0, b"high"),
        Err(Error::Invalid),
        "the write that is wrong is the one that fails"
    );
    assert_eq!(lab.view.append(fd, b"7"), Ok((0, 1)));
    assert_eq!(lab.view.set_size(fd, 0), Ok(()));
    assert_eq!(lab.view.set_size(fd, 5), Err(Error::Unsupported));
    assert_eq!(lab.view.write_zeroes(fd, 0, 1), Err(Error::Unsupported));
    assert_eq!(*setting.0.lock().unwrap(), "7");
    assert_eq!(lab.view.check(), Ok(()));
}

#[test]
fn one_open_sees_one_state() {
    let (mut lab, setting) = (Lab::new(), Setting::default());
    *setting.0.lock().unwrap() = "1".into();
    lab.volume.mount("level", file(&setting)).unwrap();
    let fd = lab.open("level", OpenFlags::empty(), Access::READ).unwrap();
    let second = lab.view.dup(fd, Access::READ).unwrap();
    *setting.0.lock().unwrap() = "234".into();
    assert_eq!(lab.text(fd).unwrap(), "1");
    assert_eq!(
        lab.text(second).unwrap(),
        "1",
        "a stream is of the same open"
    );
    assert_eq!(lab.view.stat(fd).unwrap().size, 1);
    assert_eq!(lab.get("level").unwrap(), "234");
}

#[test]
fn devices_refuse_what_changes_their_names() {
    let (mut lab, setting) = (Lab::new(), Setting::default());
    let tree = vec![("level".to_owned(), file(&setting))];
    lab.volume.mount("sys", Synthetic::Directory(tree)).unwrap();
    let (view, root) = (&mut lab.view, lab.root);
    let refused = Err(Error::ReadOnly);
    assert_eq!(view.unlink_file_at(root, "sys/level"), refused);
    assert_eq!(view.rename_at(root, "sys/level", root, "x"), refused);
    assert_eq!(view.rename_at(root, "sys", root, "x"), refused);
    assert_eq!(view.create_directory_at(root, "sys/new"), refused);
    let linked = view.link_at(root, Follow::No, "sys/level", root, "x");
    assert_eq!(linked, refused);
    let now = SetTime::Now;
    let touched = view.set_times_at(root, "sys/level", Follow::No, now, now);
    assert_eq!(touched, refused);
    assert_eq!(lab.volume.unmount("sys/level"), Err(Error::NotPermitted));
    let snapshot = lab.volume.snapshot().unwrap();
    let inode = snapshot.inode(snapshot.root()).unwrap();
    assert_eq!(inode.entries().count(), 0, "nor are they in a snapshot");
}

#[test]
fn a_read_only_view_does_not_write_to_devices() {
    let (lab, setting) = (Lab::new(), Setting::default());
    lab.volume.mount("level", file(&setting)).unwrap();
    let mut lab = Lab::of(lab.volume.clone(), true);
    assert_eq!(lab.get("level").unwrap(), "");
    let refused = lab.open("level", OpenFlags::empty(), BOTH);
    assert_eq!(refused, Err(Error::ReadOnly));
    let refused = lab.open("level", OpenFlags::TRUNCATE, Access::READ);
    assert_eq!(refused, Err(Error::ReadOnly));
}

#[test]
fn an_open_that_the_host_refuses_leaves_nothing() {
    let (mut lab, setting) = (Lab::new(), Setting::default());
    lab.volume.mount("level", file(&setting)).unwrap();
    let before = lab.volume.usage();
    let access = Access::READ | Access::FILE_INTEGRITY_SYNC;
    let refused = lab.open("level", OpenFlags::empty(), access);
    assert_eq!(refused, Err(Error::Access));
    assert_eq!(lab.volume.usage(), before);
    assert_eq!(lab.view.check(), Ok(()));
}

#[test]
fn a_write_of_any_length_comes_in_bounded_pieces() {
    let (mut lab, setting) = (Lab::new(), Setting::default());
    lab.volume.mount("level", file(&setting)).unwrap();
    let fd = lab.open("level", OpenFlags::empty(), BOTH).unwrap();
    let bytes = vec![b'1'; DEVICE_WRITE_BYTES_MAX + 1];
    assert_eq!(lab.view.write(fd, 0, &bytes), Ok(DEVICE_WRITE_BYTES_MAX));
}

#[test]
fn what_is_unmounted_stays_open() {
    let (mut lab, setting) = (Lab::new(), Setting::default());
    *setting.0.lock().unwrap() = "1".into();
    let before = lab.volume.usage();
    let tree = vec![("level".to_owned(), file(&setting))];
    lab.volume.mount("sys", Synthetic::Directory(tree)).unwrap();
    let fd = lab
        .open("sys/level", OpenFlags::empty(), Access::READ)
        .unwrap();
    lab.volume.unmount("/sys").unwrap();
    assert_eq!(lab.get("sys/level"), Err(Error::NoEntry));
    assert_eq!(lab.text(fd).unwrap(), "1");
    lab.view.close(fd).unwrap();
    assert_eq!(lab.volume.usage(), before);
    assert_eq!(lab.view.check(), Ok(()));
    assert_eq!(lab.volume.unmount("/sys"), Err(Error::NoEntry));
}

#[test]
fn what_cannot_be_mounted_leaves_nothing() {
    let (lab, setting) = (Lab::new(), Setting::default());
    let before = lab.volume.usage();
    let device = || file(&setting);
    for name in ["", ".", "..", "a/b", "a\0b"] {
        let tree = vec![("fine".to_owned(), device()), (name.to_owned(), device())];
        let refused = lab.volume.mount("sys", Synthetic::Directory(tree));
        assert_eq!(refused, Err(Error::Invalid), "{name:?}");
    }
    let twice = vec![("a".to_owned(), device()), ("a".to_owned(), device())];
    let refused = lab.volume.mount("sys", Synthetic::Directory(twice));
    assert_eq!(refused, Err(Error::Exist));
    let nested = |depth| {
        (1..depth).fold(device(), |below, _| {
            Synthetic::Directory(vec![("d".to_owned(), below)])
        })
    };
    let refused = lab.volume.mount("sys", nested(SYNTHETIC_DEPTH_MAX + 1));
    assert_eq!(refused, Err(Error::Loop));
    assert_eq!(lab.volume.mount("no/sys", device()), Err(Error::NoEntry));
    assert_eq!(lab.volume.mount("..", device()), Err(Error::Exist));
    assert_eq!(lab.volume.usage(), before);
    lab.volume
        .mount("sys", nested(SYNTHETIC_DEPTH_MAX))
        .unwrap();
    assert_eq!(lab.volume.mount("sys", device()), Err(Error::Exist));
    assert_eq!(lab.view.check(), Ok(()));
}

/// A directory with the numbers up to a count, each a file that tells how often it was listed, and one
/// directory of its own that has none.
#[derive(Debug)]
struct Numbers {
    count: AtomicU32,
    listed: AtomicU32,
    broken: AtomicBool,
    volume: Option<Shared<Volume<WallClock>>>,
}

impl DeviceDirectory for Numbers {
    fn entries(&self) -> Result<Vec<(String, Synthetic)>> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Error::Io);
        }
        if let Some(volume) = &self.volume {
            // The host may use its volume: no lock is held.
            volume.snapshot().unwrap();
        }
        let listed = self.listed.fetch_add(1, Ordering::SeqCst) + 1;
        let count = self.count.load(Ordering::SeqCst);
        let number = |number: u32| {
            let setting = Setting(Arc::new(Mutex::new(listed.to_string())));
            (number.to_string(), file(&setting))
        };
        let below = ("below".to_owned(), Synthetic::Directory(Vec::new()));
        Ok((0..count).map(number).chain([below]).collect())
    }
}

#[test]
fn a_directory_is_made_when_it_is_looked_at() {
    let mut lab = Lab::new();
    let numbers = Arc::new(Numbers {
        count: AtomicU32::new(2),
        listed: AtomicU32::new(0),
        broken: AtomicBool::new(false),
        volume: Some(lab.volume.clone()),
    });
    lab.volume
        .mount("numbers", Synthetic::Dynamic(numbers.clone()))
        .unwrap();
    assert_eq!(numbers.listed.load(Ordering::SeqCst), 0, "not before");
    assert_eq!(lab.names("numbers"), ["0", "1", "below"]);
    let root = lab.root;
    let ino = |lab: &mut Lab, path| {
        lab.view
            .stat_at(root, path, Follow::No)
            .map(|stat| stat.ino)
    };
    let first = ino(&mut lab, "numbers/0").unwrap();
    numbers.count.store(3, Ordering::SeqCst);
    assert!(
        ino(&mut lab, "numbers/2").is_ok(),
        "a path finds what is new"
    );
    assert_eq!(
        ino(&mut lab, "numbers/0").unwrap(),
        first,
        "it stays the same"
    );
    let before = numbers.listed.load(Ordering::SeqCst);
    let text = lab.get("numbers/../numbers/./0").unwrap();
    assert_eq!(
        text.parse::<u32>().unwrap(),
        before + 1,
        "made once for a path"
    );
    let fd = lab
        .open("numbers/0", OpenFlags::empty(), Access::READ)
        .unwrap();
    numbers.count.store(0, Ordering::SeqCst);
    assert_eq!(ino(&mut lab, "numbers/0"), Err(Error::NoEntry));
    assert_eq!(lab.names("numbers"), ["below"]);
    assert!(!lab.text(fd).unwrap().is_empty(), "what is open stays open");
    lab.view.close(fd).unwrap();
    assert_eq!(lab.view.check(), Ok(()));

    numbers.broken.store(true, Ordering::SeqCst);
    assert_eq!(ino(&mut lab, "numbers/0"), Err(Error::Io));
    lab.volume.unmount("numbers").unwrap();
    assert_eq!(lab.volume.usage().inodes, 1);
    assert_eq!(lab.view.check(), Ok(()));
}
