//! Where inodes are stored: segments that never move, so that growth never copies what is there.

use alloc::vec::Vec;

use super::inode::{Inode, Node};
use crate::{Error, Ino, Result};

/// Inodes of one segment.
const SEGMENT: usize = 256;

/// Inodes by number. A freed number is the next to be used.
///
/// No generation: every reference that lasts (a name, a handle, `..`) keeps its inode alive.
#[derive(Debug)]
pub(crate) struct Slab {
    segments: Vec<Vec<Inode>>,
    vacant: Option<Ino>,
}

impl Slab {
    pub(crate) fn new() -> Self {
        Self {
            segments: Vec::new(),
            vacant: None,
        }
    }

    pub(crate) fn insert(&mut self, inode: Inode) -> Result<Ino> {
        match self.vacant {
            Some(ino) => self.reuse(ino, inode),
            None => self.push(inode),
        }
    }

    pub(crate) fn remove(&mut self, ino: Ino) -> Option<Inode> {
        let vacant = self.vacant;
        let place = self.get_mut(ino)?;
        let inode = core::mem::replace(place, Inode::new(Node::Vacant(vacant), None));
        self.vacant = Some(ino);
        Some(inode)
    }

    pub(crate) fn get(&self, ino: Ino) -> Option<&Inode> {
        let (segment, place) = position(ino);
        let inode = self.segments.get(segment)?.get(place)?;
        (!matches!(inode.node, Node::Vacant(_))).then_some(inode)
    }

    pub(crate) fn get_mut(&mut self, ino: Ino) -> Option<&mut Inode> {
        let (segment, place) = position(ino);
        let inode = self.segments.get_mut(segment)?.get_mut(place)?;
        (!matches!(inode.node, Node::Vacant(_))).then_some(inode)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Ino, &Inode)> {
        let inodes = self.segments.iter().flatten().enumerate();
        inodes
            .filter(|(_, inode)| !matches!(inode.node, Node::Vacant(_)))
            .map(|(index, inode)| (Ino(index as u32), inode))
    }

    fn reuse(&mut self, ino: Ino, inode: Inode) -> Result<Ino> {
        let (segment, place) = position(ino);
        let place = self
            .segments
            .get_mut(segment)
            .and_then(|segment| segment.get_mut(place));
        let place = place.ok_or(Error::Io)?;
        let Node::Vacant(next) = place.node else {
            return Err(Error::Io);
        };
        *place = inode;
        self.vacant = next;
        Ok(ino)
    }

    fn push(&mut self, inode: Inode) -> Result<Ino> {
        if self
            .segments
            .last()
            .is_none_or(|last| last.len() == SEGMENT)
        {
            let mut segment = Vec::new();
            segment
                .try_reserve_exact(SEGMENT)
                .map_err(|_| Error::InsufficientMemory)?;
            self.segments
                .try_reserve(1)
                .map_err(|_| Error::InsufficientMemory)?;
            self.segments.push(segment);
        }
        let full = self
            .segments
            .len()
            .saturating_sub(1)
            .saturating_mul(SEGMENT);
        let last = self.segments.last_mut().ok_or(Error::Io)?;
        let ino =
            u32::try_from(full.saturating_add(last.len())).map_err(|_| Error::InsufficientSpace)?;
        last.push(inode);
        Ok(Ino(ino))
    }
}

fn position(ino: Ino) -> (usize, usize) {
    (ino.0 as usize / SEGMENT, ino.0 as usize % SEGMENT)
}

/// A million small files have to fit in 300 MB of a guest: 88 bytes of each are its inode, where
/// addresses have 32 bits.
#[cfg(not(shuttle))]
const _: () = assert!(size_of::<Inode>() <= if size_of::<usize>() == 4 { 88 } else { 112 });

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Time;
    use crate::tree::Stamps;

    fn inode(change: u64) -> Inode {
        Inode::new(Node::file(Stamps::new(Time(0), change)), None)
    }

    #[test]
    fn numbers_are_given_in_order_and_used_again() {
        let mut slab = Slab::new();
        for i in 0..1000 {
            assert_eq!(slab.insert(inode(u64::from(i))).unwrap(), Ino(i));
        }
        for i in [3, 700, 256] {
            assert_eq!(
                slab.remove(Ino(i)).unwrap().stamps().unwrap().change,
                u64::from(i)
            );
            assert!(slab.get(Ino(i)).is_none() && slab.remove(Ino(i)).is_none());
        }
        assert_eq!(slab.iter().count(), 997);
        let again = [256, 700, 3, 1000].map(Ino);
        assert_eq!([(); 4].map(|()| slab.insert(inode(0)).unwrap()), again);
        assert!(slab.get(Ino(1001)).is_none() && slab.get(Ino(u32::MAX)).is_none());
    }
}
