//! The handles that a program holds.

use alloc::vec::Vec;
use monaka_fs_core::{Error, Fd, Result};
use monaka_wasi::directory::DirectoryStream;
use monaka_wasi::stream::{FileInput, FileOutput};

/// Marks a handle of this module: the canonical ABI ends handles of a host at
/// 2^28.
pub const VIRTUAL: u32 = 1 << 30;

const INDEX_BITS: u32 = 18;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = (1 << (30 - INDEX_BITS)) - 1;

/// Handles open at one time. A further one is `InsufficientMemory`.
pub const HANDLES_MAX: u32 = INDEX_MASK;

/// The handle of a pollable for which there is no place: the index that no
/// place has.
pub const READY: u32 = VIRTUAL | INDEX_MASK;

/// Whether a handle is one of this module, not the host's.
pub fn is_virtual(handle: u32) -> bool {
    handle & VIRTUAL != 0
}

/// What a handle stands for.
#[derive(Debug)]
pub enum Resource {
    /// A `descriptor`. None is the root of a volume that could not be mounted:
    /// there, everything fails.
    Descriptor(Option<Fd>),
    /// A `directory-entry-stream`.
    Directory(DirectoryStream),
    /// An `input-stream`.
    Input(FileInput),
    /// An `output-stream`.
    Output(FileOutput),
    /// An `error` of a stream.
    Error(Error),
    /// A `pollable`, always ready.
    Pollable,
}

/// The kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the resources")]
pub enum Kind {
    Descriptor,
    Directory,
    Input,
    Output,
    Error,
    Pollable,
}

impl Resource {
    fn kind(&self) -> Kind {
        match self {
            Self::Descriptor(_) => Kind::Descriptor,
            Self::Directory(_) => Kind::Directory,
            Self::Input(_) => Kind::Input,
            Self::Output(_) => Kind::Output,
            Self::Error(_) => Kind::Error,
            Self::Pollable => Kind::Pollable,
        }
    }
}

/// Resources by handle: an index of 18 bits and a generation of 12, so that a
/// handle is noticed to be stale until its place was used 4096 times more.
#[derive(Debug, Default)]
pub struct Table {
    slots: Vec<Slot>,
    /// The first of the list of vacant slots; behind the last slot if there is none.
    vacant: u32,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Open(Resource),
    /// The next vacant slot.
    Vacant(u32),
}

impl Table {
    /// Makes sure that the next `insert` finds room.
    pub fn reserve(&mut self) -> Result<()> {
        if self.is_full() {
            if self.slots.len() >= HANDLES_MAX as usize {
                return Err(Error::InsufficientMemory);
            }
            self.slots
                .try_reserve(1)
                .map_err(|_| Error::InsufficientMemory)?;
        }
        Ok(())
    }

    /// Gives a resource a handle; the caller has reserved room for it.
    pub fn insert(&mut self, resource: Resource) -> u32 {
        let index = self.vacant;
        let generation = match self.slots.get_mut(index as usize) {
            Some(slot) => {
                if let Content::Vacant(next) = slot.content {
                    self.vacant = next;
                }
                slot.content = Content::Open(resource);
                slot.generation
            }
            None => {
                self.slots.push(Slot {
                    generation: 0,
                    content: Content::Open(resource),
                });
                self.vacant = self.slots.len() as u32;
                0
            }
        };
        VIRTUAL | generation << INDEX_BITS | index
    }

    /// What a handle stands for; none if it is stale, made up or the host's.
    #[inline]
    pub fn get(&self, handle: u32) -> Option<&Resource> {
        let slot = self.slots.get((handle & INDEX_MASK) as usize)?;
        match &slot.content {
            Content::Open(resource) if slot.is_of(handle) => Some(resource),
            _ => None,
        }
    }

    /// Takes a resource of this kind out. The handle is stale from now on.
    pub fn remove(&mut self, handle: u32, kind: Kind) -> Option<Resource> {
        if self.get(handle)?.kind() != kind {
            return None;
        }
        let index = handle & INDEX_MASK;
        let slot = self.slots.get_mut(index as usize)?;
        let vacant = Content::Vacant(self.vacant);
        let Content::Open(resource) = core::mem::replace(&mut slot.content, vacant) else {
            return None;
        };
        slot.generation = slot.generation.wrapping_add(1) & GENERATION_MASK;
        self.vacant = index;
        Some(resource)
    }

    fn is_full(&self) -> bool {
        self.vacant as usize >= self.slots.len()
    }
}

impl Slot {
    /// Whether the marks and the generation of a handle are those of this slot.
    fn is_of(&self, handle: u32) -> bool {
        handle >> INDEX_BITS == VIRTUAL >> INDEX_BITS | self.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(table: &mut Table, resource: Resource) -> u32 {
        table.reserve().unwrap();
        table.insert(resource)
    }

    fn error(table: &Table, handle: u32) -> Option<Error> {
        match table.get(handle) {
            Some(Resource::Error(error)) => Some(*error),
            _ => None,
        }
    }

    #[test]
    fn a_handle_is_marked_and_leads_to_its_resource() {
        let mut table = Table::default();
        let loops = insert(&mut table, Resource::Error(Error::Loop));
        let busy = insert(&mut table, Resource::Error(Error::Busy));
        assert!(loops != busy && is_virtual(loops) && is_virtual(busy));
        assert!(loops >> 31 == 0 && busy >> 31 == 0);
        assert_eq!(error(&table, loops), Some(Error::Loop));
        assert_eq!(error(&table, busy), Some(Error::Busy));
    }

    /// A handle of the host is below 2^28, so no bit of the mark can be missing.
    #[test]
    fn what_is_no_handle_leads_nowhere() {
        let mut table = Table::default();
        let handle = insert(&mut table, Resource::Pollable);
        for wrong in [
            0,
            1,
            handle & !VIRTUAL,
            handle | 1 << 31,
            handle + 1,
            handle | 1 << INDEX_BITS,
            READY,
            u32::MAX,
        ] {
            assert!(table.get(wrong).is_none(), "{wrong:#x}");
            assert!(table.remove(wrong, Kind::Pollable).is_none(), "{wrong:#x}");
        }
        assert!(table.get(handle).is_some());
    }

    #[test]
    fn a_removed_handle_is_stale_though_its_place_is_used_again() {
        let mut table = Table::default();
        let stale = insert(&mut table, Resource::Error(Error::Loop));
        assert!(table.remove(stale, Kind::Error).is_some());
        assert!(table.get(stale).is_none());
        assert!(table.remove(stale, Kind::Error).is_none());

        let fresh = insert(&mut table, Resource::Error(Error::Busy));
        assert_eq!(fresh & INDEX_MASK, stale & INDEX_MASK);
        assert!(table.get(stale).is_none() && table.remove(stale, Kind::Error).is_none());
        assert_eq!(error(&table, fresh), Some(Error::Busy));
    }

    #[test]
    fn a_handle_is_removed_as_what_it_is_only() {
        let mut table = Table::default();
        let handle = insert(&mut table, Resource::Error(Error::Loop));
        for kind in [
            Kind::Descriptor,
            Kind::Directory,
            Kind::Input,
            Kind::Output,
            Kind::Pollable,
        ] {
            assert!(table.remove(handle, kind).is_none(), "{kind:?}");
        }
        assert!(table.remove(handle, Kind::Error).is_some());
    }

    #[test]
    fn generations_come_round_and_stay_within_the_handle() {
        let mut table = Table::default();
        let first = insert(&mut table, Resource::Pollable);
        let mut handle = first;
        for _ in 0..=GENERATION_MASK {
            assert_eq!(handle >> 30, 1);
            table.remove(handle, Kind::Pollable).unwrap();
            handle = insert(&mut table, Resource::Pollable);
        }
        assert_eq!(handle, first);
    }

    #[test]
    fn places_are_used_again_before_there_are_more() {
        let mut table = Table::default();
        let handles: Vec<u32> = (0..10)
            .map(|_| insert(&mut table, Resource::Pollable))
            .collect();
        for handle in handles.iter().rev().step_by(2) {
            table.remove(*handle, Kind::Pollable).unwrap();
        }
        let mut indices: Vec<u32> = (0..5)
            .map(|_| insert(&mut table, Resource::Pollable) & INDEX_MASK)
            .collect();
        indices.sort_unstable();
        assert_eq!(indices, [1, 3, 5, 7, 9]);
        assert_eq!(insert(&mut table, Resource::Pollable) & INDEX_MASK, 10);
    }

    #[test]
    fn the_table_is_limited_and_ready_is_no_place_of_it() {
        let mut table = Table::default();
        let mut last = 0;
        for _ in 0..HANDLES_MAX {
            last = insert(&mut table, Resource::Pollable);
        }
        assert_eq!(table.reserve(), Err(Error::InsufficientMemory));
        assert!(last != READY && table.get(READY).is_none());
        table.remove(last, Kind::Pollable).unwrap();
        assert_eq!(table.reserve(), Ok(()));
    }
}
