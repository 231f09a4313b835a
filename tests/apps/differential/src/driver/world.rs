//! The live handles.

use super::random::Random;
use super::{Operation, Step};
use crate::wasi::filesystem::preopens::get_directories;
use crate::wasi::filesystem::types::{
    Descriptor, DescriptorType, DirectoryEntryStream, MetadataHashValue,
};
use crate::wasi::io::error::Error;
use crate::wasi::io::poll::Pollable;
use crate::wasi::io::streams::{InputStream, OutputStream};

/// Handles of one kind that live at one time. One more drops another.
const LIVE_MAX: usize = 8;

/// Drops, each at any time.
pub const DROPS: &[Operation] = &[
    |world| world.files.drop_any(&mut world.random),
    |world| world.directories.drop_any(&mut world.random),
    |world| world.inputs.drop_any(&mut world.random),
    |world| world.outputs.drop_any(&mut world.random),
    |world| world.listings.drop_any(&mut world.random),
    |world| world.pollables.drop_any(&mut world.random),
    |world| world.errors.drop_any(&mut world.random),
];

/// Bytes that `blocking-write-and-flush` takes at most, by the WIT.
const BLOCKING_WRITE_MAX: usize = 4096;
/// Bytes that every implementation reads or splices at once if they are there.
const READ_MAX: u64 = 1 << 16;

pub struct World {
    pub random: Random,
    /// Whether it keeps off what the WIT leaves to the host: a stream that is dropped before its pollables
    /// and a blocking write of more than [`BLOCKING_WRITE_MAX`], for which wasmtime traps, and how much a
    /// stream gives of more than [`READ_MAX`].
    strict: bool,
    /// Descriptors of anything but directories.
    pub files: Table<Descriptor>,
    pub directories: Table<Descriptor>,
    pub inputs: Table<InputStream>,
    pub outputs: Table<OutputStream>,
    pub listings: Table<DirectoryEntryStream>,
    /// With what they tell: whether they are ready.
    pub pollables: Table<(Pollable, bool)>,
    pub errors: Table<Error>,
    /// The inodes that metadata hashes told, in the order of their appearance.
    inodes: Vec<u64>,
    /// And the states of them.
    states: Vec<(u64, u64)>,
}

impl World {
    pub fn new(random: Random, strict: bool) -> Self {
        Self {
            random,
            strict,
            files: Table::new('f'),
            directories: Table::new('d'),
            inputs: Table::new('i'),
            outputs: Table::new('o'),
            listings: Table::new('l'),
            pollables: Table::new('p'),
            errors: Table::new('e'),
            inodes: Vec::new(),
            states: Vec::new(),
        }
    }

    /// `preopens.get-directories`, which is also how everything begins.
    pub fn preopen(&mut self) -> Step {
        let mut result = Vec::new();
        for (descriptor, path) in get_directories() {
            let name = self.directories.insert(descriptor, &mut self.random);
            result.push(format!("{path} {name}"));
        }
        Some(("get-directories()".into(), result.join(", ")))
    }

    /// A descriptor to do something with data: of a file, but for a few.
    pub fn file(&mut self) -> Option<(String, &Descriptor)> {
        match self.random.chance(95) {
            true => self.files.any(&mut self.random),
            false => self.directories.any(&mut self.random),
        }
    }

    /// A descriptor to do something with paths: of a directory, but for a few.
    pub fn directory(&mut self) -> Option<(String, &Descriptor)> {
        match self.random.chance(97) {
            true => self.directories.any(&mut self.random),
            false => self.files.any(&mut self.random),
        }
    }

    /// Takes a descriptor in, and tells its name.
    pub fn insert(&mut self, descriptor: Descriptor) -> String {
        let random = &mut self.random;
        match descriptor.get_type() {
            Ok(DescriptorType::Directory) => self.directories.insert(descriptor, random),
            Ok(_) => self.files.insert(descriptor, random),
            Err(code) => format!("a descriptor whose type is {}", code.name()),
        }
    }

    /// Takes the pollable of a stream in, and tells its name; or only uses it.
    pub fn subscribed(&mut self, pollable: Pollable) -> String {
        match self.strict {
            true => pollable.ready().to_string(),
            false => self.pollables.insert((pollable, true), &mut self.random),
        }
    }

    /// Bytes of one blocking write.
    pub fn blocking_write_max(&self) -> usize {
        match self.strict {
            true => BLOCKING_WRITE_MAX,
            false => usize::MAX,
        }
    }

    /// Bytes of one read of a stream, or one splice.
    pub fn read_max(&self) -> u64 {
        match self.strict {
            true => READ_MAX,
            false => u64::MAX,
        }
    }

    /// Which of the inodes and of the states seen so far this is.
    pub fn state(&mut self, hash: MetadataHashValue) -> String {
        let inode = number(&mut self.inodes, hash.lower);
        let state = number(&mut self.states, (hash.lower, hash.upper));
        format!("inode {inode} state {state}")
    }

    /// Drops any handle, or tells that there are none left.
    pub fn drop_any(&mut self) -> Step {
        let first = self.random.index(DROPS.len());
        (0..DROPS.len()).find_map(|i| DROPS[(first + i) % DROPS.len()](self))
    }
}

/// The place of an item in the list, at the end of it if it is new.
fn number<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    let known = list.iter().position(|known| *known == item);
    known.unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// Handles of one kind, by their names in the trace.
pub struct Table<T> {
    kind: char,
    next: u32,
    live: Vec<(u32, T)>,
}

impl<T> Table<T> {
    fn new(kind: char) -> Self {
        Self {
            kind,
            next: 0,
            live: Vec::new(),
        }
    }

    /// Takes a handle in, and tells its name, and which one had to go for it.
    pub fn insert(&mut self, handle: T, random: &mut Random) -> String {
        let mut dropped = String::new();
        if self.live.len() >= LIVE_MAX {
            let (number, _) = self.live.swap_remove(random.index(LIVE_MAX));
            dropped = format!(" (drops {}{number})", self.kind);
        }
        let number = self.next;
        self.next += 1;
        self.live.push((number, handle));
        format!("{}{number}{dropped}", self.kind)
    }

    pub fn any(&self, random: &mut Random) -> Option<(String, &T)> {
        if self.live.is_empty() {
            return None;
        }
        let (number, handle) = &self.live[random.index(self.live.len())];
        Some((format!("{}{number}", self.kind), handle))
    }

    pub fn drop_any(&mut self, random: &mut Random) -> Step {
        if self.live.is_empty() {
            return None;
        }
        let (number, handle) = self.live.swap_remove(random.index(self.live.len()));
        drop(handle);
        Some((format!("drop({}{number})", self.kind), "ok".into()))
    }
}
