//! The table of open handles.

use alloc::vec::Vec;

use crate::device::held;
use crate::quota::Quota;
use crate::sync::Lock;
use crate::tree::{File, Inode, Tree};
use crate::{Access, Error, Fd, Ino, Kind, Result};

/// What a handle is open on, and what it may do.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) ino: Ino,
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    /// The inode refuses changes.
    pub(crate) read_only: bool,
    /// What the inode is charged to.
    pub(crate) quota: Option<Quota>,
    /// The device, if it is one, as it was opened; `None` until it is.
    pub(crate) device: Option<held::Open>,
    file: Held,
}

impl Handle {
    pub(crate) fn new(ino: Ino, inode: &Inode, access: Access) -> Self {
        Self {
            ino,
            kind: inode.kind(),
            access,
            read_only: inode.read_only,
            quota: inode.quota.clone(),
            device: None,
            file: Held::of(inode),
        }
    }

    /// The same, on a device that has been opened.
    pub(crate) fn with_device(self, device: Option<held::Open>) -> Self {
        Self { device, ..self }
    }

    /// Does something with the file that this is open on.
    #[inline]
    pub(crate) fn with_file<T>(
        &self,
        tree: &Lock<Tree>,
        act: impl FnOnce(&File) -> Result<T>,
    ) -> Result<T> {
        self.file.with(tree, self.ino, act)
    }
}

/// How a handle comes to its file. On a host it holds the file itself, so that content is reached
/// without the lock of the tree.
#[cfg(any(feature = "std", shuttle))]
#[derive(Debug)]
struct Held(Option<crate::sync::Shared<File>>);

#[cfg(any(feature = "std", shuttle))]
impl Held {
    fn of(inode: &Inode) -> Self {
        Self(inode.file().ok().cloned())
    }

    #[inline]
    fn with<T>(
        &self,
        _tree: &Lock<Tree>,
        _ino: Ino,
        act: impl FnOnce(&File) -> Result<T>,
    ) -> Result<T> {
        act(self.0.as_ref().ok_or(Error::BadDescriptor)?)
    }
}

/// In a guest there is nobody to wait for, and the file stays where it is.
#[cfg(not(any(feature = "std", shuttle)))]
#[derive(Debug)]
struct Held;

#[cfg(not(any(feature = "std", shuttle)))]
impl Held {
    fn of(_inode: &Inode) -> Self {
        Self
    }

    #[inline]
    fn with<T>(
        &self,
        tree: &Lock<Tree>,
        ino: Ino,
        act: impl FnOnce(&File) -> Result<T>,
    ) -> Result<T> {
        let tree = tree.read()?;
        act(tree.inode(ino)?.file()?)
    }
}

/// Handles by index; a slot counts its uses, so that a stale `Fd` is noticed.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    slots: Vec<Slot>,
    /// Indices of vacant slots. Its capacity is that of `slots`: closing never allocates.
    vacant: Vec<u32>,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    handle: Option<Handle>,
}

impl Handles {
    /// Handles open.
    pub(crate) fn len(&self) -> u32 {
        self.slots.len().saturating_sub(self.vacant.len()) as u32
    }

    /// Makes sure that the next `open` succeeds.
    pub(crate) fn reserve(&mut self, handles_max: u32) -> Result<()> {
        if self.len() >= handles_max {
            return Err(Error::InsufficientMemory);
        }
        if self.vacant.is_empty() {
            self.slots
                .try_reserve(1)
                .map_err(|_| Error::InsufficientMemory)?;
            let wanted = self.slots.capacity();
            self.vacant
                .try_reserve(wanted)
                .map_err(|_| Error::InsufficientMemory)?;
        }
        Ok(())
    }

    /// Takes a slot; the caller has reserved it.
    pub(crate) fn open(&mut self, handle: Handle) -> Fd {
        if let Some(index) = self.vacant.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
        {
            slot.handle = Some(handle);
            return Fd {
                index,
                generation: slot.generation,
            };
        }
        let index = self.slots.len() as u32;
        self.slots.push(Slot {
            generation: 0,
            handle: Some(handle),
        });
        Fd {
            index,
            generation: 0,
        }
    }

    /// Gives the slot back and tells what the handle was open on.
    pub(crate) fn close(&mut self, fd: Fd) -> Result<Handle> {
        let slot = self
            .slots
            .get_mut(fd.index as usize)
            .ok_or(Error::BadDescriptor)?;
        if slot.generation != fd.generation {
            return Err(Error::BadDescriptor);
        }
        let handle = slot.handle.take().ok_or(Error::BadDescriptor)?;
        slot.generation = slot.generation.wrapping_add(1);
        self.vacant.push(fd.index);
        Ok(handle)
    }

    pub(crate) fn get(&self, fd: Fd) -> Result<&Handle> {
        match self.slots.get(fd.index as usize) {
            Some(slot) if slot.generation == fd.generation => {
                slot.handle.as_ref().ok_or(Error::BadDescriptor)
            }
            _ => Err(Error::BadDescriptor),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Handle> {
        self.slots.iter().filter_map(|slot| slot.handle.as_ref())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn handle() -> Handle {
        use crate::Time;
        use crate::tree::{Node, Stamps};

        let inode = Inode::new(Node::file(Stamps::new(Time(0), 0)), None);
        Handle::new(Ino(7), &inode, Access::READ)
    }

    #[test]
    fn a_stale_handle_is_noticed() {
        let mut handles = Handles::default();
        handles.reserve(2).unwrap();
        let stale = handles.open(handle());
        assert_eq!(handles.get(stale).unwrap().ino, Ino(7));
        handles.close(stale).unwrap();
        assert!(handles.get(stale).is_err() && handles.close(stale).is_err());
        handles.reserve(2).unwrap();
        let fresh = handles.open(handle());
        assert_eq!(fresh.index, stale.index);
        assert!(handles.get(stale).is_err() && handles.get(fresh).is_ok());
    }

    #[test]
    fn the_table_is_limited() {
        let mut handles = Handles::default();
        for _ in 0..2 {
            handles.reserve(2).unwrap();
            handles.open(handle());
        }
        assert_eq!(handles.reserve(2), Err(Error::InsufficientMemory));
        assert_eq!(handles.len(), 2);
        assert_eq!(handles.iter().count(), 2);
    }
}
