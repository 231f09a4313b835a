//! Directories that the host makes: they are made anew before a path leads through them.

use super::View;
use crate::walk::Start;
use crate::{Env, Follow, Ino, Result};

#[cfg(any(feature = "std", shuttle))]
impl<E: Env> View<E> {
    /// Makes the directories on the way of a path anew. A path that leads nowhere is told by who
    /// resolves it.
    pub(super) fn refresh(&self, start: Start, path: &str, follow: Follow) -> Result<()> {
        use alloc::vec::Vec;

        if !self.volume.has_dynamic() {
            return Ok(());
        }
        let mut fresh: Vec<Ino> = Vec::new();
        while let Some(stale) = self.stale(start, path, follow, &fresh)? {
            self.volume.remake(stale)?;
            fresh.push(stale);
        }
        Ok(())
    }

    /// The first directory on the way that is still to be made anew.
    fn stale(
        &self,
        start: Start,
        path: &str,
        follow: Follow,
        fresh: &[Ino],
    ) -> Result<Option<Ino>> {
        let tree = self.volume.tree.read()?;
        Ok(crate::walk::stale(&tree, start, path, follow, fresh))
    }

    /// Makes one directory anew, if the host makes it.
    pub(super) fn refresh_directory(&self, ino: Ino) -> Result<()> {
        match self.volume.has_dynamic() {
            true => self.volume.remake(ino),
            false => Ok(()),
        }
    }
}

/// In a guest there are none.
#[cfg(not(any(feature = "std", shuttle)))]
impl<E: Env> View<E> {
    pub(super) fn refresh(&self, _start: Start, _path: &str, _follow: Follow) -> Result<()> {
        Ok(())
    }

    pub(super) fn refresh_directory(&self, _ino: Ino) -> Result<()> {
        Ok(())
    }
}
