//! The calls whose histories are checked, as a volume answers them and as a model of a few lines does.
//!
//! Each is one operation of a view: what a program makes of several is no more atomic here than
//! elsewhere. They share a handful of names in one directory; each thread has one handle, on what it
//! created or opened last.

use std::sync::atomic::{AtomicU64, Ordering};

use monaka_fs_core::{Error, Fd, Gather, Result, Run, Snapshot, Stat};

use super::fs::BOTH;
use super::linear::{Call, Sequential};
use super::shared::{Program, snapshot};

pub const NAMES: [&str; 3] = ["a", "b", "c"];

/// The place of a name in [`NAMES`].
pub type Name = usize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Creates, exclusively.
    Create(Name),
    Open(Name),
    Rename(Name, Name),
    Link(Name, Name),
    Unlink(Name),
    StatAt(Name),
    Snapshot,
    // Through the handle.
    Append(u8),
    Truncate,
    Read,
    Stat,
}

/// An action, and the thread whose handle it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    pub thread: usize,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Failed(Error),
    /// Appended at.
    At(usize),
    Read(Vec<u8>),
    Stat {
        names: usize,
        size: usize,
    },
    /// The files by their names, if any.
    Snapshot([Option<Vec<u8>>; NAMES.len()]),
}

pub type FsCall = Call<Op, Outcome>;

/// A directory of [`NAMES`]. Files are told apart by their place in `files`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Model {
    names: [Option<usize>; NAMES.len()],
    handles: Vec<Option<usize>>,
    files: Vec<Vec<u8>>,
}

impl Model {
    fn handle(&mut self, thread: usize) -> &mut Option<usize> {
        if self.handles.len() <= thread {
            self.handles.resize(thread + 1, None);
        }
        &mut self.handles[thread]
    }

    fn open(&mut self, thread: usize) -> std::result::Result<usize, Error> {
        self.handle(thread).ok_or(Error::BadDescriptor)
    }

    fn stat(&self, file: usize) -> Outcome {
        let is_of_file = |name: &&Option<usize>| **name == Some(file);
        let names = self.names.iter().filter(is_of_file).count();
        let size = self.files[file].len();
        Outcome::Stat { names, size }
    }

    fn act(&mut self, op: &Op) -> Result<Outcome> {
        let named = |name: Name| self.names[name].ok_or(Error::NoEntry);
        match op.action {
            Action::Create(name) => {
                if self.names[name].is_some() {
                    return Err(Error::Exist);
                }
                let file = Some(self.files.len());
                self.files.push(Vec::new());
                self.names[name] = file;
                *self.handle(op.thread) = file;
            }
            Action::Open(name) => {
                let file = named(name)?;
                *self.handle(op.thread) = Some(file);
            }
            Action::Rename(old, new) => {
                let file = named(old)?;
                if self.names[new] != Some(file) {
                    self.names[old] = None;
                    self.names[new] = Some(file);
                }
            }
            Action::Link(old, new) => {
                let file = named(old)?;
                if self.names[new].is_some() {
                    return Err(Error::Exist);
                }
                self.names[new] = Some(file);
            }
            Action::Unlink(name) => {
                named(name)?;
                self.names[name] = None;
            }
            Action::StatAt(name) => return Ok(self.stat(named(name)?)),
            Action::Snapshot => {
                let content = |file: usize| self.files[file].clone();
                return Ok(Outcome::Snapshot(self.names.map(|name| name.map(content))));
            }
            Action::Append(byte) => {
                let file = self.open(op.thread)?;
                self.files[file].push(byte);
                return Ok(Outcome::At(self.files[file].len() - 1));
            }
            Action::Truncate => {
                let file = self.open(op.thread)?;
                self.files[file].clear();
            }
            Action::Read => {
                let file = self.open(op.thread)?;
                return Ok(Outcome::Read(self.files[file].clone()));
            }
            Action::Stat => {
                let file = self.open(op.thread)?;
                return Ok(self.stat(file));
            }
        }
        Ok(Outcome::Done)
    }
}

impl Sequential for Model {
    type Op = Op;
    type Outcome = Outcome;

    fn apply(&mut self, op: &Op) -> Outcome {
        self.act(op).unwrap_or_else(Outcome::Failed)
    }
}

/// A thread of a history: its view of the volume, and its handle.
pub struct Actor {
    thread: usize,
    program: Program,
    handle: Option<Fd>,
    /// Called in the middle of a read.
    pause: fn(),
}

/// What a read gathers, with a pause while the file is locked.
struct Slowly(Vec<u8>, fn());

impl Gather for Slowly {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        (self.1)();
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        self.0.extend_from_slice(bytes);
        true
    }

    fn zeroes(&mut self, count: usize) -> bool {
        self.0.resize(self.0.len() + count, 0);
        true
    }
}

impl Actor {
    pub fn new(thread: usize, program: Program, pause: fn()) -> Self {
        Self {
            thread,
            program,
            handle: None,
            pause,
        }
    }

    /// Does it, and notes when: `clock` counts all starts and ends.
    pub fn call(&mut self, action: Action, clock: &AtomicU64) -> FsCall {
        let called = clock.fetch_add(1, Ordering::SeqCst);
        let outcome = self.act(&action).unwrap_or_else(Outcome::Failed);
        let returned = clock.fetch_add(1, Ordering::SeqCst);
        let op = Op {
            thread: self.thread,
            action,
        };
        Call {
            op,
            outcome,
            called,
            returned,
        }
    }

    fn act(&mut self, action: &Action) -> Result<Outcome> {
        let program = &mut self.program;
        let open = self.handle.ok_or(Error::BadDescriptor);
        match *action {
            Action::Create(name) => {
                let fd = program.create_new(NAMES[name])?;
                self.replace_handle(fd)?;
            }
            Action::Open(name) => {
                let fd = program.open(NAMES[name], BOTH)?;
                self.replace_handle(fd)?;
            }
            Action::Rename(old, new) => program.rename(NAMES[old], NAMES[new])?,
            Action::Link(old, new) => program.link(NAMES[old], NAMES[new])?,
            Action::Unlink(name) => program.unlink(NAMES[name])?,
            Action::StatAt(name) => return Ok(seen(program.stat(NAMES[name])?)),
            Action::Snapshot => return Ok(listed(&snapshot(program.view.volume()))),
            Action::Append(byte) => {
                let (offset, _) = program.view.append(open?, &[byte])?;
                return Ok(Outcome::At(offset as usize));
            }
            Action::Truncate => program.view.set_size(open?, 0)?,
            Action::Read => {
                let mut into = Slowly(Vec::new(), self.pause);
                program.view.gather(open?, 0, usize::MAX, &mut into)?;
                return Ok(Outcome::Read(into.0));
            }
            Action::Stat => return Ok(seen(program.view.stat(open?)?)),
        }
        Ok(Outcome::Done)
    }

    fn replace_handle(&mut self, fd: Fd) -> Result<()> {
        match self.handle.replace(fd) {
            Some(old) => self.program.view.close(old),
            None => Ok(()),
        }
    }
}

fn seen(stat: Stat) -> Outcome {
    Outcome::Stat {
        names: stat.nlink as usize,
        size: stat.size as usize,
    }
}

fn listed(snapshot: &Snapshot) -> Outcome {
    let root = snapshot.inode(snapshot.root()).unwrap();
    Outcome::Snapshot(NAMES.map(|name| {
        let (_, ino, _) = root.entries().find(|entry| entry.0 == name)?;
        match snapshot.inode(ino).unwrap().run(0).unwrap() {
            Run::Data(bytes) => Some(bytes.to_vec()),
            Run::Zero(_) | Run::End => Some(Vec::new()),
        }
    }))
}

/// Actions at random, from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn name(&mut self) -> Name {
        self.below(NAMES.len() as u64) as Name
    }

    /// An action; an append is of `byte`.
    pub fn action(&mut self, byte: u8) -> Action {
        match self.below(16) {
            0..=2 => Action::Create(self.name()),
            3 => Action::Open(self.name()),
            4 | 5 => Action::Rename(self.name(), self.name()),
            6 => Action::Link(self.name(), self.name()),
            7 => Action::Unlink(self.name()),
            8 => Action::StatAt(self.name()),
            9 => Action::Snapshot,
            10 | 11 => Action::Append(byte),
            12 => Action::Truncate,
            13 | 14 => Action::Read,
            _ => Action::Stat,
        }
    }
}
