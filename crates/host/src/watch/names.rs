//! The names of a volume, a second time: from an inode up to the root, where the core has them from the root down.

use std::collections::HashMap;

use monaka_fs_core::Ino;

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

    /// All paths of an inode below a root.
    pub(super) fn paths(&self, root: Ino, ino: Ino) -> Vec<String> {
        if ino == root {
            return vec!["/".into()];
        }
        let places = self.of.get(&ino).map_or(&[][..], Vec::as_slice);
        let paths = places
            .iter()
            .filter_map(|place| self.path(root, place.dir, &place.name));
        paths.collect()
    }

    /// The path of a name below a root; `None` where the directory is not below it.
    pub(super) fn path(&self, root: Ino, dir: Ino, name: &str) -> Option<String> {
        let mut names = vec![name];
        let mut above = dir;
        while above != root {
            // A directory has one name.
            let place = self.of.get(&above)?.first()?;
            names.push(&place.name);
            above = place.dir;
        }
        let mut path = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
        for name in names.iter().rev() {
            path.push('/');
            path.push_str(name);
        }
        Some(path)
    }
}
