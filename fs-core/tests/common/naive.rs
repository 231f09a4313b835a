//! A filesystem as one would first write it: maps, whole copies, recursion, counting instead of
//! counters. It knows no limits.
//!
//! Written from the manual pages and `namei.c`, not from the volume.

use std::collections::{BTreeMap, VecDeque};

use monaka_fs_core::{Access, Error, Kind, OpenFlags, SetTime, Time};

use super::Clock;
use super::ops::{Op, SLOTS, pattern};
use super::subject::{Outcome, Status, Subject, Value};
use monaka_fs_core::Env;

type Id = usize;
const ROOT: Id = 0;

#[derive(Clone, Debug)]
enum Content {
    File(Vec<u8>),
    Directory(BTreeMap<String, Id>),
    Symlink(String),
}

#[derive(Clone, Debug)]
struct Node {
    content: Content,
    /// Where a removed directory was.
    last_parent: Option<Id>,
    atime: Time,
    mtime: Time,
    ctime: Time,
}

/// Nodes are never freed: an id is used once.
pub struct Naive {
    clock: Clock,
    nodes: Vec<Node>,
    handles: [Option<(Id, Access)>; SLOTS],
}

/// Where a path leads: the last directory, the last name unless it is dots, the node if there is
/// one.
struct Place {
    dir: Id,
    name: Option<String>,
    node: Option<Id>,
    slash: bool,
}

impl Naive {
    pub fn new(clock: Clock) -> Self {
        let mut naive = Self {
            clock,
            nodes: vec![],
            handles: [None; SLOTS],
        };
        naive.add(Content::Directory(BTreeMap::new()));
        naive.handles[0] = Some((ROOT, Access::READ | Access::MUTATE_DIRECTORY));
        naive
    }

    fn add(&mut self, content: Content) -> Id {
        let now = self.clock.now();
        self.nodes.push(Node {
            content,
            last_parent: None,
            atime: now,
            mtime: now,
            ctime: now,
        });
        self.nodes.len() - 1
    }

    fn entries(&self, id: Id) -> Option<&BTreeMap<String, Id>> {
        match &self.nodes[id].content {
            Content::Directory(entries) => Some(entries),
            _ => None,
        }
    }

    fn entries_mut(&mut self, id: Id) -> &mut BTreeMap<String, Id> {
        match &mut self.nodes[id].content {
            Content::Directory(entries) => entries,
            other => panic!("{other:?} is no directory"),
        }
    }

    fn kind(&self, id: Id) -> Kind {
        match self.nodes[id].content {
            Content::File(_) => Kind::File,
            Content::Directory(_) => Kind::Directory,
            Content::Symlink(_) => Kind::Symlink,
        }
    }

    fn is_directory(&self, id: Id) -> bool {
        self.kind(id) == Kind::Directory
    }

    fn names_of(&self, id: Id) -> usize {
        let directories = (0..self.nodes.len()).filter_map(|dir| self.entries(dir));
        directories
            .flat_map(|entries| entries.values())
            .filter(|child| **child == id)
            .count()
    }

    fn is_removed(&self, id: Id) -> bool {
        id != ROOT && self.names_of(id) == 0
    }

    fn nlink(&self, id: Id) -> u32 {
        match self.entries(id) {
            Some(_) if self.is_removed(id) => 0,
            Some(entries) => {
                2 + entries
                    .values()
                    .filter(|child| self.is_directory(**child))
                    .count() as u32
            }
            None => self.names_of(id) as u32,
        }
    }

    fn parent_of(&self, id: Id) -> Id {
        let holds = |dir: &Id| {
            self.entries(*dir)
                .is_some_and(|entries| entries.values().any(|child| *child == id))
        };
        match (0..self.nodes.len()).find(holds) {
            _ if id == ROOT => ROOT,
            Some(parent) => parent,
            None => self.nodes[id].last_parent.unwrap(),
        }
    }

    /// Whether `id` is `dir` or somewhere below it.
    fn is_within(&self, id: Id, dir: Id) -> bool {
        id == dir || id != ROOT && self.is_within(self.parent_of(id), dir)
    }

    fn named(&self, dir: Id, name: &str) -> Result<Option<Id>, Error> {
        self.check_len(dir, name)?;
        Ok(self.entries(dir).unwrap().get(name).copied())
    }

    fn check_len(&self, dir: Id, name: &str) -> Result<(), Error> {
        match name.len() {
            ..=255 => Ok(()),
            _ if self.is_removed(dir) => Err(Error::NoEntry),
            _ => Err(Error::NameTooLong),
        }
    }

    fn base(&self, slot: usize) -> Result<Id, Error> {
        let (id, _) = self.handles[slot].ok_or(Error::BadDescriptor)?;
        if self.is_directory(id) {
            Ok(id)
        } else {
            Err(Error::NotDirectory)
        }
    }

    fn base_to_change(&self, slot: usize) -> Result<Id, Error> {
        let id = self.base(slot)?;
        let (_, access) = self.handles[slot].unwrap();
        if access.contains(Access::MUTATE_DIRECTORY) {
            Ok(id)
        } else {
            Err(Error::ReadOnly)
        }
    }

    fn components(path: &str) -> Result<(VecDeque<String>, bool), Error> {
        match path {
            "" => Err(Error::NoEntry),
            path if path.len() > 4095 => Err(Error::NameTooLong),
            path if path.starts_with('/') => Err(Error::NotPermitted),
            path => Ok((split(path), path.ends_with('/'))),
        }
    }

    fn resolve(&self, base: Id, path: &str, follow: bool, create: bool) -> Result<Place, Error> {
        let (components, slash) = Self::components(path)?;
        self.walk(base, components, slash, follow, create, 0)
    }

    fn walk(
        &self,
        dir: Id,
        mut components: VecDeque<String>,
        slash: bool,
        follow: bool,
        create: bool,
        hops: u32,
    ) -> Result<Place, Error> {
        let Some(entries) = self.entries(dir) else {
            return Err(Error::NotDirectory);
        };
        let Some(name) = components.pop_front() else {
            return Ok(Place {
                dir,
                name: None,
                node: Some(dir),
                slash,
            });
        };
        let is_last = components.is_empty();
        if name == "." {
            return self.walk(dir, components, slash, follow, create, hops);
        }
        if name == ".." {
            return self.walk(self.parent_of(dir), components, slash, follow, create, hops);
        }
        if is_last && create && slash {
            return Err(Error::IsDirectory);
        }
        self.check_len(dir, &name)?;
        let node = entries.get(&name).copied();
        match node.map(|node| (node, &self.nodes[node].content)) {
            Some((_, Content::Symlink(target))) if !is_last || follow || slash => {
                if hops == 40 {
                    return Err(Error::Loop);
                }
                let dir = if target.starts_with('/') { ROOT } else { dir };
                let mut spliced = split(target);
                let slash = slash || is_last && target.ends_with('/') && !spliced.is_empty();
                spliced.extend(components);
                self.walk(dir, spliced, slash, follow, create, hops + 1)
            }
            _ if is_last => Ok(Place {
                dir,
                name: Some(name),
                node,
                slash,
            }),
            Some((node, _)) => self.walk(node, components, slash, follow, create, hops),
            None => Err(Error::NoEntry),
        }
    }

    fn existing(&self, base: Id, path: &str, follow: bool) -> Result<Id, Error> {
        let place = self.resolve(base, path, follow, false)?;
        match place.node {
            None => Err(Error::NoEntry),
            Some(node) if place.slash && !self.is_directory(node) => Err(Error::NotDirectory),
            Some(node) => Ok(node),
        }
    }

    /// The directory and the text of the last component, which may be dots.
    fn parent(&self, base: Id, path: &str) -> Result<(Id, String, bool), Error> {
        let (mut components, slash) = Self::components(path)?;
        let last = components.pop_back().unwrap();
        let place = self.walk(base, components, false, true, false, 0)?;
        let dir = place.node.ok_or(Error::NoEntry)?;
        match self.is_directory(dir) {
            false => Err(Error::NotDirectory),
            true => Ok((dir, last, slash)),
        }
    }

    fn vacancy(&self, slot: usize, path: &str, for_directory: bool) -> Result<(Id, String), Error> {
        let (dir, name, slash) = self.parent(self.base_to_change(slot)?, path)?;
        if is_dots(&name) || self.named(dir, &name)?.is_some() {
            return Err(Error::Exist);
        }
        if slash && !for_directory || self.is_removed(dir) {
            return Err(Error::NoEntry);
        }
        Ok((dir, name))
    }

    fn modify(&mut self, id: Id) {
        self.nodes[id].mtime = self.clock.now();
        self.nodes[id].ctime = self.clock.now();
    }

    fn access(&mut self, id: Id) {
        let node = &mut self.nodes[id];
        if node.atime <= node.mtime || node.atime <= node.ctime {
            node.atime = self.clock.now();
        }
    }

    fn create(&mut self, dir: Id, name: String, content: Content) -> Id {
        let id = self.add(content);
        self.entries_mut(dir).insert(name, id);
        self.modify(dir);
        id
    }

    fn remove(&mut self, dir: Id, name: &str) {
        let id = self.entries_mut(dir).remove(name).unwrap();
        self.nodes[id].last_parent = Some(dir);
        self.nodes[id].ctime = self.clock.now();
        self.modify(dir);
    }

    fn file(&mut self, slot: usize, right: Access) -> Result<(Id, &mut Vec<u8>), Error> {
        let (id, access) = self.handles[slot].ok_or(Error::BadDescriptor)?;
        match &mut self.nodes[id].content {
            Content::Directory(_) => Err(Error::IsDirectory),
            Content::File(bytes) if access.contains(right) => Ok((id, bytes)),
            _ => Err(Error::BadDescriptor),
        }
    }

    fn write(&mut self, slot: usize, offset: Option<u64>, bytes: &[u8]) -> Outcome {
        let (id, content) = self.file(slot, Access::WRITE)?;
        let start = offset.map_or(content.len(), |offset| offset as usize);
        if !bytes.is_empty() {
            content.resize(content.len().max(start + bytes.len()), 0);
            content[start..start + bytes.len()].copy_from_slice(bytes);
            self.modify(id);
        }
        Ok(Value::Written(start as u64, bytes.len() as u64))
    }

    fn open(
        &mut self,
        dir: usize,
        path: &str,
        follow: bool,
        flags: OpenFlags,
        access: Access,
    ) -> Result<Id, Error> {
        let creating = flags.contains(OpenFlags::CREATE);
        let changing = flags.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)
            || access.intersects(Access::WRITE | Access::MUTATE_DIRECTORY);
        let base = if changing {
            self.base_to_change(dir)?
        } else {
            self.base(dir)?
        };
        if creating && flags.contains(OpenFlags::DIRECTORY) {
            return Err(Error::Invalid);
        }
        let exclusive = creating && flags.contains(OpenFlags::EXCLUSIVE);
        let place = self.resolve(base, path, follow && !exclusive, creating)?;
        let Some(id) = place.node else {
            let (true, Some(name)) = (creating, place.name) else {
                return Err(Error::NoEntry);
            };
            if self.is_removed(place.dir) {
                return Err(Error::NoEntry);
            }
            return Ok(self.create(place.dir, name, Content::File(vec![])));
        };
        let kind = self.kind(id);
        if exclusive {
            return Err(Error::Exist);
        }
        if creating && kind == Kind::Directory {
            return Err(Error::IsDirectory);
        }
        if (place.slash || flags.contains(OpenFlags::DIRECTORY)) && kind != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        if kind == Kind::Symlink {
            return Err(Error::Loop);
        }
        let truncating = flags.contains(OpenFlags::TRUNCATE);
        if kind == Kind::Directory && (truncating || access.contains(Access::WRITE)) {
            return Err(Error::IsDirectory);
        }
        if truncating {
            self.nodes[id].content = Content::File(vec![]);
            self.modify(id);
        }
        Ok(id)
    }

    fn rename(
        &mut self,
        old_dir: usize,
        old: &str,
        new_dir: usize,
        new: &str,
    ) -> Result<(), Error> {
        let (old_base, new_base) = (self.base_to_change(old_dir)?, self.base_to_change(new_dir)?);
        let (old_dir, old, old_slash) = self.parent(old_base, old)?;
        let (new_dir, new, new_slash) = self.parent(new_base, new)?;
        if is_dots(&old) || is_dots(&new) {
            return Err(Error::Busy);
        }
        let source = self.named(old_dir, &old)?.ok_or(Error::NoEntry)?;
        let target = self.named(new_dir, &new)?;
        let source_is_directory = self.is_directory(source);
        if !source_is_directory && (old_slash || new_slash) {
            return Err(Error::NotDirectory);
        }
        if self.is_within(new_dir, source) {
            return Err(Error::Invalid);
        }
        if target.is_some_and(|target| target != source && self.is_within(old_dir, target)) {
            return Err(Error::NotEmpty);
        }
        if target == Some(source) {
            return Ok(());
        }
        match target.map(|target| self.entries(target)) {
            None if self.is_removed(new_dir) => return Err(Error::NoEntry),
            Some(Some(entries)) if source_is_directory && !entries.is_empty() => {
                return Err(Error::NotEmpty);
            }
            Some(Some(_)) if !source_is_directory => return Err(Error::IsDirectory),
            Some(None) if source_is_directory => return Err(Error::NotDirectory),
            _ => {}
        }
        if target.is_some() {
            self.remove(new_dir, &new);
        }
        self.remove(old_dir, &old);
        self.entries_mut(new_dir).insert(new, source);
        self.modify(new_dir);
        Ok(())
    }

    fn set_times(&mut self, id: Id, atime: SetTime, mtime: SetTime) {
        if (atime, mtime) == (SetTime::Unchanged, SetTime::Unchanged) {
            return;
        }
        let now = self.clock.now();
        let node = &mut self.nodes[id];
        for (place, set) in [(&mut node.atime, atime), (&mut node.mtime, mtime)] {
            match set {
                SetTime::Unchanged => {}
                SetTime::Now => *place = now,
                SetTime::At(time) => *place = time,
            }
        }
        node.ctime = now;
    }

    fn status(&self, id: Id) -> Outcome {
        let node = &self.nodes[id];
        let size = match &node.content {
            Content::File(bytes) => bytes.len() as u64,
            Content::Symlink(target) => target.len() as u64,
            Content::Directory(_) => 0,
        };
        Ok(Value::Status(Status {
            kind: self.kind(id),
            nlink: self.nlink(id),
            size,
            atime: node.atime,
            mtime: node.mtime,
            ctime: node.ctime,
        }))
    }
}

impl Subject for Naive {
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
                let id = self.open(*dir, path, *follow, *flags, *access)?;
                let access = if self.is_directory(id) {
                    *access
                } else {
                    *access - Access::MUTATE_DIRECTORY
                };
                self.handles[*slot] = Some((id, access));
            }
            Op::Close { fd } => drop(self.handles[*fd].take().ok_or(Error::BadDescriptor)?),
            Op::Read { fd, offset, len } => {
                let (id, content) = self.file(*fd, Access::READ)?;
                let bytes = content
                    .iter()
                    .skip(*offset as usize)
                    .take(*len)
                    .copied()
                    .collect();
                self.access(id);
                return Ok(Value::Bytes(bytes));
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
                let (id, content) = match self.file(*fd, Access::WRITE) {
                    Err(Error::IsDirectory | Error::BadDescriptor) => Err(Error::Invalid),
                    file => file,
                }?;
                if content.len() as u64 != *size {
                    content.resize(*size as usize, 0);
                    self.modify(id);
                }
            }
            Op::Stat { fd } => {
                return self.status(self.handles[*fd].ok_or(Error::BadDescriptor)?.0);
            }
            Op::StatAt { dir, path, follow } => {
                return self.status(self.existing(self.base(*dir)?, path, *follow)?);
            }
            Op::SetTimes { fd, atime, mtime } => {
                let (id, access) = self.handles[*fd].ok_or(Error::BadDescriptor)?;
                if self.is_directory(id) && !access.contains(Access::MUTATE_DIRECTORY) {
                    return Err(Error::ReadOnly);
                }
                self.set_times(id, *atime, *mtime);
            }
            Op::SetTimesAt {
                dir,
                path,
                follow,
                atime,
                mtime,
            } => {
                let id = self.existing(self.base_to_change(*dir)?, path, *follow)?;
                self.set_times(id, *atime, *mtime);
            }
            Op::CreateDirectory { dir, path } => {
                let (dir, name) = self.vacancy(*dir, path, true)?;
                self.create(dir, name, Content::Directory(BTreeMap::new()));
            }
            Op::RemoveDirectory { dir, path } => {
                let (dir, name, _) = self.parent(self.base_to_change(*dir)?, path)?;
                match name.as_str() {
                    "." => return Err(Error::Invalid),
                    ".." => return Err(Error::NotEmpty),
                    _ => {}
                }
                let id = self.named(dir, &name)?.ok_or(Error::NoEntry)?;
                match self.entries(id) {
                    None => return Err(Error::NotDirectory),
                    Some(entries) if !entries.is_empty() => return Err(Error::NotEmpty),
                    Some(_) => self.remove(dir, &name),
                }
            }
            Op::Unlink { dir, path } => {
                let (dir, name, slash) = self.parent(self.base_to_change(*dir)?, path)?;
                if is_dots(&name) {
                    return Err(Error::IsDirectory);
                }
                let id = self.named(dir, &name)?.ok_or(Error::NoEntry)?;
                match self.is_directory(id) {
                    true => return Err(Error::IsDirectory),
                    false if slash => return Err(Error::NotDirectory),
                    false => self.remove(dir, &name),
                }
            }
            Op::Rename {
                old_dir,
                old,
                new_dir,
                new,
            } => self.rename(*old_dir, old, *new_dir, new)?,
            Op::Link {
                old_dir,
                follow,
                old,
                new_dir,
                new,
            } => {
                let id = self.existing(self.base_to_change(*old_dir)?, old, *follow)?;
                let (dir, name) = self.vacancy(*new_dir, new, false)?;
                if self.is_directory(id) {
                    return Err(Error::NotPermitted);
                }
                self.entries_mut(dir).insert(name, id);
                self.nodes[id].ctime = self.clock.now();
                self.modify(dir);
            }
            Op::Symlink { target, dir, path } => {
                if target.is_empty() {
                    return Err(Error::NoEntry);
                }
                let (dir, name) = self.vacancy(*dir, path, false)?;
                self.create(dir, name, Content::Symlink(target.clone()));
            }
            Op::Readlink { dir, path } => {
                let id = self.existing(self.base(*dir)?, path, false)?;
                let Content::Symlink(target) = &self.nodes[id].content else {
                    return Err(Error::Invalid);
                };
                let target = target.clone();
                self.access(id);
                return Ok(Value::Text(target));
            }
            Op::List { fd } => {
                let (id, _) = self.handles[*fd].ok_or(Error::BadDescriptor)?;
                let entries = self.entries(id).ok_or(Error::NotDirectory)?;
                let names = entries
                    .iter()
                    .map(|(name, id)| (name.clone(), self.kind(*id)))
                    .collect();
                self.access(id);
                return Ok(Value::Names(names));
            }
            Op::IsSame { a, b } => {
                let id = |slot: usize| {
                    self.handles[slot]
                        .map(|(id, _)| id)
                        .ok_or(Error::BadDescriptor)
                };
                return Ok(Value::Truth(id(*a)? == id(*b)?));
            }
        }
        Ok(Value::Nothing)
    }
}

fn split(path: &str) -> VecDeque<String> {
    path.split('/')
        .filter(|component| !component.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_dots(name: &str) -> bool {
    matches!(name, "." | "..")
}
