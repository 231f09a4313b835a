//! Random sequences of operations on a volume and on a tmpfs of the kernel: every result code is
//! the same, and so are kinds, sizes, links, content, and which operations set the time of last
//! modification.
//!
//! The test changes its root directory to an empty directory on `/dev/shm`, so that `..` and
//! absolute links stop there. It needs root for that; where it may not, it says so and passes.

#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use common::Clock;
use common::ops::{Op, SLOTS, ops, pattern};
use common::subject::{Outcome, Status, Subject, Value, VolumeSubject, dump};
use monaka_fs_core::{Access, Error, Kind, Limits, OpenFlags, SetTime, Time, View};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Timespec, Timestamps};
use rustix::io::Errno;

/// Set to the number that a failed run printed, to repeat it.
const SEED_VARIABLE: &str = "MONAKA_TMPFS_SEED";

#[test]
fn a_volume_behaves_as_tmpfs() {
    let _root = match Root::enter() {
        Ok(root) => root,
        Err(reason) => {
            eprintln!("not compared with tmpfs: {reason}");
            return;
        }
    };
    let seed = match std::env::var(SEED_VARIABLE) {
        Ok(seed) => seed.parse().expect("a seed is a number"),
        Err(_) => rustix::process::getpid().as_raw_nonzero().get() as u64 ^ Clock::START,
    };
    println!("{SEED_VARIABLE}={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        // More than the default, and still in proportion to `PROPTEST_CASES`.
        cases: Config::default().cases.saturating_mul(8),
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let result = runner.run(&ops(60), |ops| {
        compare(&ops).map_err(proptest::test_runner::TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, ops)) => panic!("{reason}\n{ops:#?}\n{SEED_VARIABLE}={seed}"),
        Err(error) => panic!("{error}\n{SEED_VARIABLE}={seed}"),
    }
}

fn compare(ops: &[Op]) -> Result<(), String> {
    let clock = Clock::new();
    let mut volume = VolumeSubject::new(View::new(clock.clone(), Limits::default()).unwrap());
    let mut tmpfs = Tmpfs::new();
    for op in ops {
        clock.tick();
        let (ours, theirs) = (normal(volume.apply(op)), normal(tmpfs.apply(op)));
        if ours != theirs {
            return Err(format!("{op:?}\nvolume: {ours:?}\ntmpfs:  {theirs:?}"));
        }
    }
    let (ours, theirs) = (dump(&mut volume), dump(&mut tmpfs));
    for (path, (stat, content)) in ours {
        let (their_stat, their_content) = theirs
            .get(&path)
            .ok_or(format!("{path} is missing on tmpfs"))?;
        if normal(stat.clone()) != normal(their_stat.clone())
            || normal(content.clone()) != normal(their_content.clone())
        {
            return Err(format!(
                "{path}\nvolume: {stat:?} {content:?}\ntmpfs:  {their_stat:?} {their_content:?}"
            ));
        }
    }
    Ok(())
}

/// An outcome without what clocks decide: of the time of modification there remains whether it was
/// set explicitly, and to what. The size of a directory means nothing.
fn normal(outcome: Outcome) -> Outcome {
    outcome.map(|value| match value {
        Value::Status(status) => Value::Status(Status {
            size: if status.kind == Kind::Directory {
                0
            } else {
                status.size
            },
            atime: Time(0),
            mtime: if status.mtime.0 < 1_000_000 {
                status.mtime
            } else {
                Time(u64::MAX)
            },
            ctime: Time(0),
            ..status
        }),
        value => value,
    })
}

/// An empty directory on tmpfs that is the root of this process, until this is dropped.
struct Root {
    outer: OwnedFd,
    path: String,
}

impl Root {
    fn enter() -> Result<Self, String> {
        const TMPFS_MAGIC: u64 = 0x0102_1994;
        let statfs =
            rustix::fs::statfs("/dev/shm").map_err(|error| format!("/dev/shm: {error}"))?;
        if statfs.f_type as u64 != TMPFS_MAGIC {
            return Err("/dev/shm is no tmpfs".to_owned());
        }
        let path = format!("/dev/shm/monaka-{}", rustix::process::getpid());
        std::fs::create_dir(&path).map_err(|error| format!("{path}: {error}"))?;
        let outer = rustix::fs::open("/", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty());
        let outer = outer.map_err(|error| format!("/: {error}"))?;
        let entered = rustix::process::chroot(&path).and_then(|()| rustix::process::chdir("/"));
        if let Err(error) = entered {
            let _ = std::fs::remove_dir(&path);
            return Err(format!("chroot: {error}"));
        }
        Ok(Self { outer, path })
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        rustix::process::fchdir(&self.outer).unwrap();
        rustix::process::chroot(".").unwrap();
        std::fs::remove_dir(&self.path).unwrap();
    }
}

/// The root directory of this process, driven by operations as data. It is emptied before and
/// after.
struct Tmpfs {
    handles: [Option<(OwnedFd, Access)>; SLOTS],
}

impl Tmpfs {
    fn new() -> Self {
        Self::clear();
        let root =
            rustix::fs::open("/", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
        let now = Timespec {
            tv_sec: 1_700_000_000,
            tv_nsec: 0,
        };
        rustix::fs::futimens(
            &root,
            &Timestamps {
                last_access: now,
                last_modification: now,
            },
        )
        .unwrap();
        let mut handles = [const { None }; SLOTS];
        handles[0] = Some((root, Access::READ | Access::MUTATE_DIRECTORY));
        Self { handles }
    }

    fn clear() {
        for entry in std::fs::read_dir("/").unwrap() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => std::fs::remove_dir_all(entry.path()).unwrap(),
                false => std::fs::remove_file(entry.path()).unwrap(),
            }
        }
    }

    fn fd(&self, slot: usize) -> BorrowedFd<'_> {
        self.handles[slot].as_ref().unwrap().0.as_fd()
    }

    /// The handle as a directory: WASI has no path relative to anything else, nor has Linux.
    fn dir(&self, slot: usize) -> Result<BorrowedFd<'_>, Error> {
        match is_directory(self.fd(slot)) {
            true => Ok(self.fd(slot)),
            false => Err(Error::NotDirectory),
        }
    }

    /// The handle as a file with a right: here the codes of the volume are those of WASI, which
    /// says `is-directory` and `bad-descriptor` where Linux has several.
    fn file(&self, slot: usize, right: Access) -> Result<BorrowedFd<'_>, Error> {
        let (fd, access) = self.handles[slot].as_ref().unwrap();
        match is_directory(fd.as_fd()) {
            true => Err(Error::IsDirectory),
            false if access.contains(right) => Ok(fd.as_fd()),
            false => Err(Error::BadDescriptor),
        }
    }

    fn write(&self, fd: usize, offset: Option<u64>, bytes: &[u8]) -> Outcome {
        let fd = self.file(fd, Access::WRITE)?;
        let offset = match offset {
            Some(offset) => offset,
            None => rustix::fs::fstat(fd).unwrap().st_size as u64,
        };
        let written = rustix::io::pwrite(fd, bytes, offset).map_err(error_of)?;
        Ok(Value::Written(offset, written as u64))
    }

    fn list(&self, fd: usize) -> Outcome {
        let fd = self.dir(fd)?;
        let mut names = BTreeMap::new();
        // A removed directory has no `.` to be opened again.
        let Ok(dir) = Dir::read_from(fd) else {
            return Ok(Value::Names(names));
        };
        for entry in dir {
            let entry = entry.map_err(error_of)?;
            let name = entry.file_name().to_str().unwrap().to_owned();
            if name != "." && name != ".." {
                names.insert(name, kind_of(entry.file_type()));
            }
        }
        Ok(Value::Names(names))
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        Self::clear();
    }
}

impl Subject for Tmpfs {
    fn apply(&mut self, op: &Op) -> Outcome {
        if op.slots().iter().any(|slot| self.handles[*slot].is_none()) {
            return Err(Error::BadDescriptor);
        }
        match op {
            Op::Open {
                slot,
                dir,
                path,
                follow,
                flags,
                access,
            } => {
                let oflags = oflags(*follow, *flags, *access);
                let opened =
                    rustix::fs::openat(self.dir(*dir)?, cstring(path), oflags, Mode::from(0o644));
                self.handles[*slot] = Some((opened.map_err(error_of)?, *access));
            }
            Op::Close { fd } => self.handles[*fd] = None,
            Op::Read { fd, offset, len } => {
                let mut buf = vec![0; *len];
                let count = rustix::io::pread(self.file(*fd, Access::READ)?, &mut buf, *offset)
                    .map_err(error_of)?;
                buf.truncate(count);
                return Ok(Value::Bytes(buf));
            }
            Op::Write {
                fd,
                offset,
                seed,
                len,
            } => return self.write(*fd, Some(*offset), &pattern(*seed, *len)),
            Op::Append { fd, seed, len } => return self.write(*fd, None, &pattern(*seed, *len)),
            Op::WriteZeroes { fd, offset, len } => {
                return self.write(*fd, Some(*offset), &vec![0; *len as usize]);
            }
            Op::SetSize { fd, size } => {
                rustix::fs::ftruncate(self.fd(*fd), *size).map_err(error_of)?;
            }
            Op::Stat { fd } => {
                return Ok(status(rustix::fs::fstat(self.fd(*fd)).map_err(error_of)?));
            }
            Op::StatAt { dir, path, follow } => {
                let flags = if *follow {
                    AtFlags::empty()
                } else {
                    AtFlags::SYMLINK_NOFOLLOW
                };
                let stat = rustix::fs::statat(self.dir(*dir)?, cstring(path), flags);
                return Ok(status(stat.map_err(error_of)?));
            }
            Op::SetTimes { fd, atime, mtime } => {
                rustix::fs::futimens(self.fd(*fd), &timestamps(*atime, *mtime))
                    .map_err(error_of)?;
            }
            Op::SetTimesAt {
                dir,
                path,
                follow,
                atime,
                mtime,
            } => {
                let flags = if *follow {
                    AtFlags::empty()
                } else {
                    AtFlags::SYMLINK_NOFOLLOW
                };
                let times = timestamps(*atime, *mtime);
                if (*atime, *mtime) == (SetTime::Unchanged, SetTime::Unchanged) {
                    // Linux does not even look at the path then.
                    self.apply(&Op::StatAt {
                        dir: *dir,
                        path: path.clone(),
                        follow: *follow,
                    })?;
                    return Ok(Value::Nothing);
                }
                rustix::fs::utimensat(self.dir(*dir)?, cstring(path), &times, flags)
                    .map_err(error_of)?;
            }
            Op::CreateDirectory { dir, path } => {
                rustix::fs::mkdirat(self.dir(*dir)?, cstring(path), Mode::from(0o755))
                    .map_err(error_of)?;
            }
            Op::RemoveDirectory { dir, path } => {
                rustix::fs::unlinkat(self.dir(*dir)?, cstring(path), AtFlags::REMOVEDIR)
                    .map_err(error_of)?;
            }
            Op::Unlink { dir, path } => {
                rustix::fs::unlinkat(self.dir(*dir)?, cstring(path), AtFlags::empty())
                    .map_err(error_of)?;
            }
            Op::Rename {
                old_dir,
                old,
                new_dir,
                new,
            } => {
                let (old_dir, new_dir) = (self.dir(*old_dir)?, self.dir(*new_dir)?);
                rustix::fs::renameat(old_dir, cstring(old), new_dir, cstring(new))
                    .map_err(error_of)?;
            }
            Op::Link {
                old_dir,
                follow,
                old,
                new_dir,
                new,
            } => {
                if !is_directory(self.fd(*new_dir)) {
                    // Linux looks at an empty path before it looks at the handle.
                    let (dir, path) = (*old_dir, old.clone());
                    let follow = *follow;
                    self.apply(&Op::StatAt { dir, path, follow })?;
                }
                let flags = match follow {
                    true => AtFlags::SYMLINK_FOLLOW,
                    false => AtFlags::empty(),
                };
                let (old_dir, new_dir) = (self.dir(*old_dir)?, self.dir(*new_dir)?);
                rustix::fs::linkat(old_dir, cstring(old), new_dir, cstring(new), flags)
                    .map_err(error_of)?;
            }
            Op::Symlink { target, dir, path } => {
                let dir = match target.is_empty() {
                    true => self.fd(*dir),
                    false => self.dir(*dir)?,
                };
                rustix::fs::symlinkat(cstring(target), dir, cstring(path)).map_err(error_of)?;
            }
            Op::Readlink { dir, path } => {
                let target = rustix::fs::readlinkat(self.dir(*dir)?, cstring(path), vec![])
                    .map_err(error_of)?;
                return Ok(Value::Text(target.into_string().unwrap()));
            }
            Op::List { fd } => return self.list(*fd),
            Op::IsSame { a, b } => {
                let inode = |slot: usize| rustix::fs::fstat(self.fd(slot)).unwrap().st_ino;
                return Ok(Value::Truth(inode(*a) == inode(*b)));
            }
        }
        Ok(Value::Nothing)
    }
}

fn is_directory(fd: BorrowedFd<'_>) -> bool {
    kind_of(FileType::from_raw_mode(
        rustix::fs::fstat(fd).unwrap().st_mode,
    )) == Kind::Directory
}

fn cstring(path: &str) -> CString {
    CString::new(path).unwrap()
}

fn oflags(follow: bool, flags: OpenFlags, access: Access) -> OFlags {
    let mut oflags = match (
        access.contains(Access::READ),
        access.contains(Access::WRITE),
    ) {
        (true, true) => OFlags::RDWR,
        (false, true) => OFlags::WRONLY,
        (_, false) => OFlags::RDONLY,
    };
    oflags.set(OFlags::NOFOLLOW, !follow);
    oflags.set(OFlags::CREATE, flags.contains(OpenFlags::CREATE));
    oflags.set(OFlags::DIRECTORY, flags.contains(OpenFlags::DIRECTORY));
    oflags.set(OFlags::EXCL, flags.contains(OpenFlags::EXCLUSIVE));
    oflags.set(OFlags::TRUNC, flags.contains(OpenFlags::TRUNCATE));
    oflags
}

fn timestamps(atime: SetTime, mtime: SetTime) -> Timestamps {
    let timespec = |time| match time {
        SetTime::Unchanged => Timespec {
            tv_sec: 0,
            tv_nsec: rustix::fs::UTIME_OMIT,
        },
        SetTime::Now => Timespec {
            tv_sec: 0,
            tv_nsec: rustix::fs::UTIME_NOW,
        },
        SetTime::At(Time(ns)) => Timespec {
            tv_sec: 0,
            tv_nsec: ns as _,
        },
    };
    Timestamps {
        last_access: timespec(atime),
        last_modification: timespec(mtime),
    }
}

fn status(stat: rustix::fs::Stat) -> Value {
    let time = |seconds: i64, ns: u64| Time(seconds as u64 * 1_000_000_000 + ns);
    Value::Status(Status {
        kind: kind_of(FileType::from_raw_mode(stat.st_mode)),
        nlink: stat.st_nlink as u32,
        size: stat.st_size as u64,
        atime: time(stat.st_atime, stat.st_atime_nsec),
        mtime: time(stat.st_mtime, stat.st_mtime_nsec),
        ctime: time(stat.st_ctime, stat.st_ctime_nsec),
    })
}

fn kind_of(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Symlink,
        other => panic!("made a {other:?}"),
    }
}

/// Each code that Linux can give here, by its name in WASI.
fn error_of(errno: Errno) -> Error {
    match errno {
        Errno::BADF => Error::BadDescriptor,
        Errno::BUSY => Error::Busy,
        Errno::EXIST => Error::Exist,
        Errno::INVAL => Error::Invalid,
        Errno::ISDIR => Error::IsDirectory,
        Errno::LOOP => Error::Loop,
        Errno::NAMETOOLONG => Error::NameTooLong,
        Errno::NOENT => Error::NoEntry,
        Errno::NOTDIR => Error::NotDirectory,
        Errno::NOTEMPTY => Error::NotEmpty,
        Errno::PERM => Error::NotPermitted,
        other => panic!("unexpected {other:?}"),
    }
}
