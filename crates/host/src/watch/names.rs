//! The names of a volume, a second time: from an inode up to the root, where the core has them from the root down.

use std::collections::HashMap;

use monaka_fs_core::{Ino, PATH_BYTES_MAX};

use super::PATHS_MAX;

/// Where each inode is, as of the last change that was told.
#[derive(Debug, Default)]
pub(super) struct Names {
    of: HashMap<Ino, Vec<Place>>,
}

/// A name in a directory.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    dir: Ino,
    name: Box<str>,
}

/// A path that no program could give at once, so that it is not told: without this limit, directories in one another
/// would make events of any size, and take any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Names {
    /// Inodes that have a name.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether an inode has a name anywhere.
    pub(super) fn has(&self, ino: Ino) -> bool {
        self.of.contains_key(&ino)
    }

    pub(super) fn clear(&mut self) {
        self.of = HashMap::new();
    }

    pub(super) fn add(&mut self, dir: Ino, name: &str, ino: Ino) {
        let name = name.into();
        self.of.entry(ino).or_default().push(Place { dir, name });
    }

    pub(super) fn remove(&mut self, dir: Ino, name: &str, ino: Ino) {
        let Some(places) = self.of.get_mut(&ino) else {
            return;
        };
        let found = places
            .iter()
            .position(|place| place.dir == dir && &*place.name == name);
        if let Some(found) = found {
            places.remove(found);
        }
        if places.is_empty() {
            self.of.remove(&ino);
        }
    }

    /// The paths of an inode below a root, of those it got first: at most [`PATHS_MAX`].
    pub(super) fn paths(&self, root: Ino, ino: Ino) -> Result<Vec<String>, TooLong> {
        if ino == root {
            return Ok(vec!["/".into()]);
        }
        let mut paths = Vec::new();
        let mut outside = None;
        for place in self.of.get(&ino).into_iter().flatten() {
            // Of many names, most are in the same directory.
            if paths.len() == PATHS_MAX || outside == Some(place.dir) {
                continue;
            }
            match self.path(root, place.dir, &place.name)? {
                Some(path) => paths.push(path),
                None => outside = Some(place.dir),
            }
        }
        Ok(paths)
    }

    /// The path of a name below a root; `None` where the directory is not below it.
    pub(super) fn path(&self, root: Ino, dir: Ino, name: &str) -> Result<Option<String>, TooLong> {
        let mut names = vec![name];
        let mut len = 1 + name.len();
        let mut above = dir;
        while above != root && len <= PATH_BYTES_MAX {
            // A directory has one name.
            let Some(place) = self.of.get(&above).and_then(|places| places.first()) else {
                return Ok(None);
            };
            names.push(&place.name);
            len += 1 + place.name.len();
            above = place.dir;
        }
        if len > PATH_BYTES_MAX {
            return Err(TooLong);
        }
        let mut path = String::with_capacity(len);
        for name in names.iter().rev() {
            path.push('/');
            path.push_str(name);
        }
        Ok(Some(path))
    }
}
