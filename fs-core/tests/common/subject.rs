//! A volume, driven by operations as data.

use std::collections::BTreeMap;

use monaka_fs_core::{Access, Error, Fd, Follow, Kind, Stat, Time, View};

use super::Clock;
use super::ops::{Op, SLOTS, pattern};

/// What an operation gives.
pub type Outcome = Result<Value, Error>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Nothing,
    Bytes(Vec<u8>),
    /// Offset and number of bytes of a write.
    Written(u64, u64),
    Status(Status),
    Text(String),
    Names(BTreeMap<String, Kind>),
    Truth(bool),
}

/// `Stat` without what differs between filesystems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub kind: Kind,
    pub nlink: u32,
    pub size: u64,
    pub atime: Time,
    pub mtime: Time,
    pub ctime: Time,
}

/// Something that operations can be applied to.
pub trait Subject {
    fn apply(&mut self, op: &Op) -> Outcome;
}

/// A volume under test.
pub struct VolumeSubject {
    pub volume: View<Clock>,
    handles: [Option<Fd>; SLOTS],
}

impl VolumeSubject {
    pub fn new(mut volume: View<Clock>) -> Self {
        let mut handles = [None; SLOTS];
        handles[0] = Some(
            volume
                .open_root(Access::READ | Access::MUTATE_DIRECTORY)
                .unwrap(),
        );
        Self { volume, handles }
    }

    fn fd(&self, slot: usize) -> Result<Fd, Error> {
        self.handles[slot].ok_or(Error::BadDescriptor)
    }

    /// Takes and closes what is in a slot.
    fn vacate(&mut self, slot: usize) {
        if let Some(fd) = self.handles[slot].take() {
            self.volume.close(fd).unwrap();
        }
    }

    fn list(&mut self, fd: Fd) -> Result<BTreeMap<String, Kind>, Error> {
        let mut cursor = self.volume.read_directory(fd)?;
        let mut names = BTreeMap::new();
        while let Some(entry) = self.volume.next_entry(fd, &mut cursor)? {
            let before = names.insert(entry.name.to_owned(), entry.kind);
            assert_eq!(before, None, "an entry is listed once");
        }
        Ok(names)
    }
}

impl Subject for VolumeSubject {
    fn apply(&mut self, op: &Op) -> Outcome {
        match op {
            Op::Open {
                slot,
                dir,
                path,
                follow,
                flags,
                access,
            } => {
                let dir = self.fd(*dir)?;
                let fd = self
                    .volume
                    .open_at(dir, path, follow_of(*follow), *flags, *access)?;
                self.vacate(*slot);
                self.handles[*slot] = Some(fd);
                Ok(Value::Nothing)
            }
            Op::Close { fd } => {
                self.fd(*fd)?;
                self.vacate(*fd);
                Ok(Value::Nothing)
            }
            Op::Read { fd, offset, len } => {
                let mut buf = vec![0xAA; *len];
                let count = self.volume.read(self.fd(*fd)?, *offset, &mut buf)?;
                buf.truncate(count);
                Ok(Value::Bytes(buf))
            }
            Op::Write {
                fd,
                offset,
                seed,
                len,
            } => {
                let written = self
                    .volume
                    .write(self.fd(*fd)?, *offset, &pattern(*seed, *len))?;
                Ok(Value::Written(*offset, written as u64))
            }
            Op::Append { fd, seed, len } => {
                let (offset, written) = self.volume.append(self.fd(*fd)?, &pattern(*seed, *len))?;
                Ok(Value::Written(offset, written as u64))
            }
            Op::WriteZeroes { fd, offset, len } => {
                let written = self.volume.write_zeroes(self.fd(*fd)?, *offset, *len)?;
                Ok(Value::Written(*offset, written))
            }
            Op::SetSize { fd, size } => nothing(self.volume.set_size(self.fd(*fd)?, *size)),
            Op::Stat { fd } => Ok(status(self.volume.stat(self.fd(*fd)?)?)),
            Op::StatAt { dir, path, follow } => Ok(status(self.volume.stat_at(
                self.fd(*dir)?,
                path,
                follow_of(*follow),
            )?)),
            Op::SetTimes { fd, atime, mtime } => {
                nothing(self.volume.set_times(self.fd(*fd)?, *atime, *mtime))
            }
            Op::SetTimesAt {
                dir,
                path,
                follow,
                atime,
                mtime,
            } => {
                let dir = self.fd(*dir)?;
                nothing(
                    self.volume
                        .set_times_at(dir, path, follow_of(*follow), *atime, *mtime),
                )
            }
            Op::CreateDirectory { dir, path } => {
                nothing(self.volume.create_directory_at(self.fd(*dir)?, path))
            }
            Op::RemoveDirectory { dir, path } => {
                nothing(self.volume.remove_directory_at(self.fd(*dir)?, path))
            }
            Op::Unlink { dir, path } => nothing(self.volume.unlink_file_at(self.fd(*dir)?, path)),
            Op::Rename {
                old_dir,
                old,
                new_dir,
                new,
            } => {
                let (old_dir, new_dir) = (self.fd(*old_dir)?, self.fd(*new_dir)?);
                nothing(self.volume.rename_at(old_dir, old, new_dir, new))
            }
            Op::Link {
                old_dir,
                follow,
                old,
                new_dir,
                new,
            } => {
                let (old_dir, new_dir) = (self.fd(*old_dir)?, self.fd(*new_dir)?);
                nothing(
                    self.volume
                        .link_at(old_dir, follow_of(*follow), old, new_dir, new),
                )
            }
            Op::Symlink { target, dir, path } => {
                nothing(self.volume.symlink_at(target, self.fd(*dir)?, path))
            }
            Op::Readlink { dir, path } => {
                let dir = self.fd(*dir)?;
                Ok(Value::Text(self.volume.readlink_at(dir, path)?.to_owned()))
            }
            Op::List { fd } => {
                let fd = self.fd(*fd)?;
                Ok(Value::Names(self.list(fd)?))
            }
            Op::IsSame { a, b } => {
                let (a, b) = (self.fd(*a)?, self.fd(*b)?);
                Ok(Value::Truth(self.volume.ino(a)? == self.volume.ino(b)?))
            }
        }
    }
}

fn follow_of(follow: bool) -> Follow {
    if follow { Follow::Yes } else { Follow::No }
}

fn nothing(result: Result<(), Error>) -> Outcome {
    result.map(|()| Value::Nothing)
}

fn status(stat: Stat) -> Value {
    Value::Status(Status {
        kind: stat.kind,
        nlink: stat.nlink,
        size: stat.size,
        atime: stat.atime,
        mtime: stat.mtime,
        ctime: stat.ctime,
    })
}

/// Everything below the root, as operations on it see it: paths with metadata and content.
pub fn dump(subject: &mut impl Subject) -> BTreeMap<String, (Outcome, Outcome)> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![".".to_owned()];
    while let Some(path) = waiting.pop() {
        let stat = subject.apply(&Op::StatAt {
            dir: 0,
            path: path.clone(),
            follow: false,
        });
        let Ok(Value::Status(status)) = &stat else {
            panic!("{path}: {stat:?}")
        };
        let content = match status.kind {
            Kind::Symlink => subject.apply(&Op::Readlink {
                dir: 0,
                path: path.clone(),
            }),
            kind => content(subject, &path, kind, status.size),
        };
        if let Ok(Value::Names(names)) = &content {
            waiting.extend(names.keys().map(|name| format!("{path}/{name}")));
        }
        found.insert(path, (stat, content));
    }
    found
}

fn content(subject: &mut impl Subject, path: &str, kind: Kind, size: u64) -> Outcome {
    use monaka_fs_core::OpenFlags;
    let fd = SLOTS - 1;
    let access = Access::READ;
    let open = Op::Open {
        slot: fd,
        dir: 0,
        path: path.to_owned(),
        follow: false,
        flags: OpenFlags::empty(),
        access,
    };
    subject.apply(&open)?;
    match kind {
        Kind::Directory => subject.apply(&Op::List { fd }),
        _ => subject.apply(&Op::Read {
            fd,
            offset: 0,
            len: size as usize + 1,
        }),
    }
}
