//! One directory: names in order of creation, and an index over them.
//!
//! A slot is never moved to another serial, and a serial is never used again: it is the cookie of a
//! directory stream. A removed entry leaves a tombstone; when half of the slots are dead they are
//! compacted, which changes the places of slots but not their serials. An entry that is renamed
//! within its directory, or replaced, keeps its slot, so that a stream sees it exactly once.

use alloc::string::String;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::Name;
#[cfg(any(feature = "std", shuttle))]
use crate::device::held;
use crate::{Cursor, DirEntry, Error, Ino, Kind, Result, text};

/// Tombstones that are not worth compacting.
const DEAD_MIN: usize = 16;
/// Dead bytes of names that are not worth compacting.
const DEAD_BYTES_MIN: usize = 4096;
/// Slots of an empty directory whose memory is kept.
const KEPT_MAX: usize = 64;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) ino: Ino,
    pub(crate) kind: Kind,
}

/// The entries of a directory, without `.` and `..`.
#[derive(Debug)]
pub(crate) struct Directory {
    parent: Ino,
    /// Who makes the entries, where the host does, each time that they are looked at.
    #[cfg(any(feature = "std", shuttle))]
    source: Option<held::Directory>,
    /// Which question to it the entries are the answer of.
    #[cfg(any(feature = "std", shuttle))]
    asked: u64,
    slots: Vec<Slot>,
    /// The text of all names, also of those that are gone since the last compaction.
    names: String,
    /// Places in `slots` of the live entries, by the hash of their names.
    index: HashTable<u32>,
    /// The place of the first live slot, or a smaller one.
    first: usize,
    next_serial: u64,
    /// Bytes of `names` that no live entry uses.
    names_dead: usize,
}

/// 16 bytes: a million files have a million of these.
#[derive(Clone, Copy, Debug)]
struct Slot {
    serial_low: u32,
    serial_high: u16,
    name_len: u8,
    kind: Option<Kind>,
    name_start: u32,
    ino: Ino,
}

/// Serials have 48 bits: a million creations per second for nine years.
const SERIAL_MAX: u64 = (1 << 48) - 1;

impl Directory {
    pub(crate) fn new(parent: Ino) -> Self {
        Self {
            parent,
            #[cfg(any(feature = "std", shuttle))]
            source: None,
            #[cfg(any(feature = "std", shuttle))]
            asked: 0,
            slots: Vec::new(),
            names: String::new(),
            index: HashTable::new(),
            first: 0,
            next_serial: 0,
            names_dead: 0,
        }
    }

    /// What `..` leads to.
    pub(crate) fn parent(&self) -> Ino {
        self.parent
    }

    pub(crate) fn set_parent(&mut self, parent: Ino) {
        self.parent = parent;
    }

    #[cfg(any(feature = "std", shuttle))]
    pub(crate) fn source(&self) -> Option<&held::Directory> {
        self.source.as_ref()
    }

    #[cfg(any(feature = "std", shuttle))]
    pub(crate) fn set_source(&mut self, source: Option<held::Directory>) {
        self.source = source;
    }

    /// Whether the answer to this question is newer than the entries, which are taken to be it then.
    #[cfg(any(feature = "std", shuttle))]
    pub(crate) fn is_news(&mut self, asked: u64) -> bool {
        let is_news = asked > self.asked;
        self.asked = self.asked.max(asked);
        is_news
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Makes room for entries whose number and bytes of names are known.
    pub(crate) fn reserve(&mut self, entries: usize, names_len: usize) -> Result<()> {
        let Self {
            slots,
            names,
            index,
            ..
        } = self;
        slots
            .try_reserve_exact(entries)
            .map_err(|_| Error::InsufficientMemory)?;
        names
            .try_reserve_exact(names_len)
            .map_err(|_| Error::InsufficientMemory)?;
        let reserved = index.try_reserve(entries, |&place| hash_at(slots, names, place));
        reserved.map_err(|_| Error::InsufficientMemory)
    }

    pub(crate) fn lookup(&self, name: Name<'_>) -> Option<Entry> {
        self.slots.get(self.find(name)? as usize)?.entry()
    }

    /// Adds an entry; the caller has checked that the name is free.
    pub(crate) fn insert(&mut self, name: Name<'_>, entry: Entry) -> Result<()> {
        self.slots
            .try_reserve(1)
            .map_err(|_| Error::InsufficientMemory)?;
        self.reserve_name(name)?;
        self.reserve_index()?;
        if self.slots.len() > u32::MAX as usize || self.next_serial >= SERIAL_MAX {
            return Err(Error::InsufficientSpace);
        }
        self.insert_reserved(name, entry);
        Ok(())
    }

    /// Adds an entry for which there is room.
    pub(crate) fn insert_reserved(&mut self, name: Name<'_>, entry: Entry) {
        let Self {
            slots,
            names,
            index,
            ..
        } = self;
        let (place, name_start) = (slots.len() as u32, names.len() as u32);
        names.push_str(name.as_str());
        slots.push(Slot::new(self.next_serial, name_start, name, entry));
        index.insert_unique(hash(name.as_str()), place, |&place| {
            hash_at(slots, names, place)
        });
        self.next_serial = self.next_serial.saturating_add(1);
    }

    /// Lets an existing name stand for something else.
    pub(crate) fn replace(&mut self, name: Name<'_>, entry: Entry) {
        let place = self.find(name);
        if let Some(slot) = place.and_then(|place| self.slots.get_mut(place as usize)) {
            slot.ino = entry.ino;
            slot.kind = Some(entry.kind);
        }
    }

    /// Gives an existing entry a name that is free.
    pub(crate) fn rename(&mut self, old: Name<'_>, new: Name<'_>) -> Result<()> {
        let name_start = self.reserve_name(new)?;
        self.reserve_index()?;
        let place = self.unindex(old).ok_or(Error::NoEntry)?;
        let Self {
            slots,
            names,
            index,
            ..
        } = self;
        names.push_str(new.as_str());
        if let Some(slot) = slots.get_mut(place as usize) {
            self.names_dead = self.names_dead.saturating_add(usize::from(slot.name_len));
            slot.name_start = name_start;
            slot.name_len = new.as_str().len() as u8;
        }
        index.insert_unique(hash(new.as_str()), place, |&place| {
            hash_at(slots, names, place)
        });
        self.compact_if_worthwhile();
        Ok(())
    }

    /// Takes an entry out. Never fails: compaction is put off where memory is short.
    pub(crate) fn remove(&mut self, name: Name<'_>) -> Option<Entry> {
        let place = self.unindex(name)? as usize;
        let slot = self.slots.get_mut(place)?;
        let entry = slot.entry()?;
        slot.kind = None;
        self.names_dead = self.names_dead.saturating_add(usize::from(slot.name_len));
        self.drop_dead_ends();
        self.compact_if_worthwhile();
        Some(entry)
    }

    /// A stream over the entries that are there now.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor {
            next: 0,
            end: self.next_serial,
            place: 0,
        }
    }

    /// The first live entry at or after the cursor, which moves behind it.
    pub(crate) fn next(&self, cursor: &mut Cursor) -> Option<DirEntry<'_>> {
        let start = self.place_of(cursor);
        for (place, slot) in self.slots.iter().enumerate().skip(start) {
            if slot.serial() >= cursor.end {
                break;
            }
            let Some(entry) = slot.entry() else { continue };
            cursor.next = slot.serial().saturating_add(1);
            cursor.place = place.saturating_add(1) as u32;
            return Some(DirEntry {
                name: slot.name(&self.names),
                ino: entry.ino,
                kind: entry.kind,
            });
        }
        cursor.next = cursor.end;
        None
    }

    /// The place of the first slot whose serial is not below the cursor's: where the cursor left
    /// it, unless a compaction moved it.
    fn place_of(&self, cursor: &Cursor) -> usize {
        let place = cursor.place as usize;
        let serial_at = |place: usize| self.slots.get(place).map(|slot| slot.serial());
        let before = place.checked_sub(1).and_then(serial_at);
        let follows = before.is_none_or(|serial| serial < cursor.next);
        let place = if follows && serial_at(place).is_some_and(|serial| serial >= cursor.next) {
            place
        } else {
            self.slots
                .partition_point(|slot| slot.serial() < cursor.next)
        };
        place.max(self.first)
    }

    fn find(&self, name: Name<'_>) -> Option<u32> {
        let name = name.as_str();
        let matches = |&place: &u32| text::equal(name_at(&self.slots, &self.names, place), name);
        self.index.find(hash(name), matches).copied()
    }

    /// Takes a name out of the index and gives its place.
    fn unindex(&mut self, name: Name<'_>) -> Option<u32> {
        let Self {
            slots,
            names,
            index,
            ..
        } = self;
        let name = name.as_str();
        let found = index.find_entry(hash(name), |&place| {
            text::equal(name_at(slots, names, place), name)
        });
        Some(found.ok()?.remove().0)
    }

    fn reserve_index(&mut self) -> Result<()> {
        let Self {
            slots,
            names,
            index,
            ..
        } = self;
        let reserved = index.try_reserve(1, |&place| hash_at(slots, names, place));
        reserved.map_err(|_| Error::InsufficientMemory)
    }

    /// Room for the text of a name, and where it will start.
    fn reserve_name(&mut self, name: Name<'_>) -> Result<u32> {
        let len = name.as_str().len();
        self.names
            .try_reserve(len)
            .map_err(|_| Error::InsufficientMemory)?;
        let end = u32::try_from(self.names.len().saturating_add(len));
        end.map_err(|_| Error::InsufficientSpace)?;
        Ok(self.names.len() as u32)
    }

    /// Drops tombstones at the end, with the text of their names where it is at the end too, and
    /// skips those at the start.
    fn drop_dead_ends(&mut self) {
        while let Some(slot) = self.slots.pop_if(|slot| slot.kind.is_none()) {
            let (start, len) = (slot.name_start as usize, usize::from(slot.name_len));
            if start.saturating_add(len) == self.names.len() {
                self.names.truncate(start);
                self.names_dead = self.names_dead.saturating_sub(len);
            }
        }
        let dead = self
            .slots
            .iter()
            .skip(self.first)
            .take_while(|slot| slot.kind.is_none());
        self.first = self
            .first
            .saturating_add(dead.count())
            .min(self.slots.len());
        if self.slots.is_empty() {
            self.clear();
        }
    }

    /// The last entry is gone. A directory that was large gives its memory back; a small one keeps
    /// it for the next file.
    fn clear(&mut self) {
        self.names.clear();
        self.names_dead = 0;
        self.first = 0;
        if self.slots.capacity() > KEPT_MAX {
            self.slots = Vec::new();
            self.names = String::new();
            self.index = HashTable::new();
        }
    }

    fn compact_if_worthwhile(&mut self) {
        let live = self.len();
        let dead = self.slots.len().saturating_sub(live);
        let names_live = self.names.len().saturating_sub(self.names_dead);
        let slots_half_dead = dead > DEAD_MIN && dead > live;
        let names_half_dead = self.names_dead > DEAD_BYTES_MIN && self.names_dead > names_live;
        if (slots_half_dead || names_half_dead)
            && let Ok(compacted) = self.compacted(names_live)
        {
            *self = compacted;
        }
    }

    /// A copy without tombstones. An error where memory for it is short: then the directory goes on
    /// as it is.
    fn compacted(&self, names_live: usize) -> Result<Self> {
        let mut compacted = Self {
            next_serial: self.next_serial,
            ..Self::new(self.parent)
        };
        compacted.reserve(self.len(), names_live)?;
        let Self {
            slots,
            names,
            index,
            ..
        } = &mut compacted;
        for slot in self.slots.iter().filter(|slot| slot.kind.is_some()) {
            let name = slot.name(&self.names);
            let (place, name_start) = (slots.len() as u32, names.len() as u32);
            names.push_str(name);
            slots.push(Slot {
                name_start,
                ..*slot
            });
            index.insert_unique(hash(name), place, |&place| hash_at(slots, names, place));
        }
        Ok(compacted)
    }
}

impl Directory {
    pub(crate) fn entries(&self) -> impl Iterator<Item = DirEntry<'_>> {
        let mut cursor = self.cursor();
        core::iter::from_fn(move || self.next(&mut cursor))
    }
}

/// For tests.
impl Directory {
    /// Whether slots, names and index agree; if not, what is wrong.
    pub(crate) fn check(&self) -> core::result::Result<(), &'static str> {
        let live = self.slots.iter().filter(|slot| slot.kind.is_some());
        if live.clone().count() != self.len() {
            return Err("directory index length");
        }
        if !self.slots.is_sorted_by(|a, b| a.serial() < b.serial()) {
            return Err("directory serials");
        }
        if self
            .slots
            .iter()
            .take(self.first)
            .any(|slot| slot.kind.is_some())
        {
            return Err("directory first slot");
        }
        let names_live: usize = live.clone().map(|slot| usize::from(slot.name_len)).sum();
        if names_live.saturating_add(self.names_dead) != self.names.len() {
            return Err("directory names");
        }
        for slot in live {
            let name = slot.name(&self.names);
            let found = self.find(Name::from_component(name).map_err(|_| "name")?);
            if found
                .and_then(|place| self.slots.get(place as usize))
                .map(Slot::serial)
                != Some(slot.serial())
            {
                return Err("directory index");
            }
        }
        Ok(())
    }
}

impl Slot {
    fn new(serial: u64, name_start: u32, name: Name<'_>, entry: Entry) -> Self {
        Self {
            serial_low: serial as u32,
            serial_high: (serial >> 32) as u16,
            name_len: name.as_str().len() as u8,
            kind: Some(entry.kind),
            name_start,
            ino: entry.ino,
        }
    }

    fn serial(&self) -> u64 {
        u64::from(self.serial_high) << 32 | u64::from(self.serial_low)
    }

    /// `None` for a tombstone.
    fn entry(&self) -> Option<Entry> {
        self.kind.map(|kind| Entry {
            ino: self.ino,
            kind,
        })
    }

    fn name<'a>(&self, names: &'a str) -> &'a str {
        let start = self.name_start as usize;
        let end = start.saturating_add(usize::from(self.name_len));
        names.get(start..end).unwrap_or_default()
    }
}

fn name_at<'a>(slots: &[Slot], names: &'a str, place: u32) -> &'a str {
    slots
        .get(place as usize)
        .map_or("", |slot| slot.name(names))
}

fn hash_at(slots: &[Slot], names: &str, place: u32) -> u64 {
    hash(name_at(slots, names, place))
}

/// Of the names in one directory. It is not xxh3, which multiplies to 128 bits: a call, in wasm.
fn hash(name: &str) -> u64 {
    FixedState::default().hash_one(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::format;

    fn name(name: &str) -> Name<'_> {
        Name::from_component(name).unwrap()
    }

    fn file(ino: u32) -> Entry {
        Entry {
            ino: Ino(ino),
            kind: Kind::File,
        }
    }

    fn directory(count: u32) -> Directory {
        let mut directory = Directory::new(Ino(0));
        for i in 0..count {
            directory.insert(name(&format!("{i}")), file(i)).unwrap();
        }
        directory
    }

    #[test]
    fn a_slot_has_16_bytes() {
        assert_eq!(size_of::<Slot>(), 16);
    }

    #[test]
    fn compaction_moves_slots_but_no_stream() {
        let mut directory = directory(100);
        let mut cursor = directory.cursor();
        for i in 0..50 {
            assert_eq!(directory.next(&mut cursor).unwrap().ino, Ino(i));
        }
        for i in (0..100).filter(|i| i % 10 != 5) {
            assert_eq!(directory.remove(name(&format!("{i}"))), Some(file(i)));
        }
        assert!(
            directory.slots.len() < 50,
            "compacted: {}",
            directory.slots.len()
        );
        assert_eq!(directory.check(), Ok(()));
        for i in [55, 65, 75, 85, 95] {
            assert_eq!(directory.next(&mut cursor).unwrap().ino, Ino(i));
        }
        assert_eq!(directory.next(&mut cursor), None);
    }

    #[test]
    fn text_of_old_names_is_given_back() {
        let mut directory = directory(1);
        let long = "n".repeat(200);
        directory.rename(name("0"), name(&long)).unwrap();
        for i in 0..1000 {
            let (old, new) = (format!("{long}{i}"), format!("{long}{}", i + 1));
            if i == 0 {
                directory.rename(name(&long), name(&old)).unwrap();
            }
            directory.rename(name(&old), name(&new)).unwrap();
            assert_eq!(directory.check(), Ok(()));
        }
        assert!(
            directory.names.len() < 3 * DEAD_BYTES_MIN,
            "{}",
            directory.names.len()
        );
        assert_eq!(directory.entries().count(), 1);
    }

    #[test]
    fn an_emptied_directory_gives_its_memory_back() {
        let mut directory = directory(1000);
        for i in 0..1000 {
            directory.remove(name(&format!("{i}")));
        }
        assert!(directory.slots.capacity() <= KEPT_MAX);
        assert!(directory.names.capacity() <= KEPT_MAX * 4);
        directory.insert(name("new"), file(7)).unwrap();
        assert_eq!(directory.lookup(name("new")), Some(file(7)));
        assert_eq!(directory.check(), Ok(()));
    }

    /// A serial that was used again would let a stream meet an entry twice.
    #[test]
    fn serials_are_not_used_again() {
        let mut directory = directory(1);
        let mut cursor = directory.cursor();
        directory.next(&mut cursor);
        directory.remove(name("0"));
        directory.insert(name("0"), file(9)).unwrap();
        assert_eq!(directory.next(&mut cursor), None);
        directory.next_serial = SERIAL_MAX;
        assert_eq!(
            directory.insert(name("1"), file(1)),
            Err(Error::InsufficientSpace)
        );
    }
}
