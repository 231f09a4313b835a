//! All watches of a volume: what the core tells, as events with paths.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use monaka_fs_core::{Change, DirEntry, Ino, Kind};

use super::Event;
use super::names::{Names, TooLong};
use super::queue::Queue;

/// The watches of a volume.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    /// Whether there is any. It is set while the tree of the core is locked, so that no change of a name misses it.
    /// A write may: it took place before the watch was there.
    watched: AtomicBool,
    state: Mutex<State>,
}

/// Changed under the lock of the tree or of the file that changes, so in their order.
#[derive(Debug, Default)]
struct State {
    /// Kept while there are queues.
    names: Names,
    queues: Vec<Arc<Queue>>,
}

impl Watchers {
    /// Follows changes from now on. The names are all there are, and none of them changes meanwhile.
    pub(super) fn add(
        &self,
        queue: Arc<Queue>,
        names: &mut dyn Iterator<Item = (Ino, DirEntry<'_>)>,
    ) {
        let mut state = self.lock();
        if state.queues.is_empty() {
            names.for_each(|(dir, entry)| state.names.add(dir, entry.name, entry.ino));
        }
        state.queues.push(queue);
        self.watched.store(true, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, queue: &Arc<Queue>) {
        let mut state = self.lock();
        state.queues.retain(|other| !Arc::ptr_eq(other, queue));
        if state.queues.is_empty() {
            state.names.clear();
            self.watched.store(false, Ordering::Relaxed);
        }
    }

    /// The volume is gone.
    pub(crate) fn end(&self) {
        self.lock().queues.iter().for_each(|queue| queue.end());
    }

    /// The core tells a change.
    #[inline]
    pub(crate) fn changed(&self, change: Change<'_>) {
        if self.watched.load(Ordering::Relaxed) {
            self.tell(change);
        }
    }

    #[cold]
    fn tell(&self, change: Change<'_>) {
        let state = &mut *self.lock();
        for queue in &state.queues {
            tell(queue, &state.names, change);
        }
        state.names.follow(change);
    }

    /// Inodes whose names are kept.
    #[cfg(test)]
    pub(super) fn known(&self) -> usize {
        self.lock().names.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn follow(&mut self, change: Change<'_>) {
        match change {
            Change::Added { dir, name, ino, .. } => self.add(dir, name, ino),
            Change::Removed { dir, name, ino, .. } => self.remove(dir, name, ino),
            Change::Renamed {
                old_dir,
                old_name,
                new_dir,
                new_name,
                ino,
                ..
            } => {
                self.remove(old_dir, old_name, ino);
                self.add(new_dir, new_name, ino);
            }
            _ => {}
        }
    }
}

/// Tells one watch of a change that the names do not have yet.
fn tell(queue: &Queue, names: &Names, change: Change<'_>) {
    if tell_paths(queue, names, change) == Err(TooLong) {
        queue.lose();
    }
}

fn tell_paths(queue: &Queue, names: &Names, change: Change<'_>) -> Result<(), TooLong> {
    let root = queue.root();
    let path = |dir, name| names.path(root, dir, name);
    match change {
        Change::Added {
            dir,
            name,
            ino,
            kind,
        } => {
            if let Some(path) = path(dir, name)? {
                added(queue, names, path, ino, kind)?;
            }
        }
        Change::Removed { ino, kind, .. } if ino == root => {
            let path = "/".into();
            queue.push(Event::Removed { path, kind });
            queue.end();
        }
        Change::Removed {
            dir, name, kind, ..
        } => {
            if let Some(path) = path(dir, name)? {
                queue.push(Event::Removed { path, kind });
            }
        }
        Change::Renamed {
            old_dir,
            old_name,
            new_dir,
            new_name,
            kind,
            ..
        } => match (path(old_dir, old_name)?, path(new_dir, new_name)?) {
            (Some(from), Some(to)) => queue.push(Event::Renamed { from, to, kind }),
            (Some(path), None) => queue.push(Event::Removed { path, kind }),
            // It may hold anything.
            (None, Some(_)) => queue.lose(),
            (None, None) => {}
        },
        Change::Written { ino, offset, len } => {
            let range = offset..offset.saturating_add(len);
            queue.push_written(ino, range, || names.paths(root, ino))?;
        }
        Change::Resized { ino, size } => {
            push_at(queue, names, ino, |paths| Event::Resized { paths, size })?;
        }
        Change::Touched { ino } => push_at(queue, names, ino, |paths| Event::Touched { paths })?,
        // A change that this does not know.
        _ => queue.lose(),
    }
    Ok(())
}

/// A name was added that a watch sees.
fn added(queue: &Queue, names: &Names, path: String, ino: Ino, kind: Kind) -> Result<(), TooLong> {
    let existing = names.paths(queue.root(), ino)?.into_iter().next();
    match existing {
        Some(existing) => queue.push(Event::Linked { path, existing }),
        None if names.has(ino) => queue.lose(),
        None => queue.push(Event::Created { path, kind }),
    }
    Ok(())
}

/// Something changed at all paths of an inode that a watch sees.
fn push_at(
    queue: &Queue,
    names: &Names,
    ino: Ino,
    event: impl FnOnce(Vec<String>) -> Event,
) -> Result<(), TooLong> {
    let paths = names.paths(queue.root(), ino)?;
    if !paths.is_empty() {
        queue.push(event(paths));
    }
    Ok(())
}
