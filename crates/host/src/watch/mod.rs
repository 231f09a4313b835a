//! Following the changes of a volume.
//!
//! A [`Watch`] is an ordered stream of [`Event`]s, from the moment that it was made. It holds at most as many as it was
//! made for: when it is full, what comes then is lost, and [`Event::Rescan`] says so. A host that keeps something
//! in step with the volume then takes a snapshot with [`Volume::resync`], which is of the very moment from
//! which the events go on.
//!
//! ```
//! use monaka_host::{Event, Kind, Limits, Volume};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let volume = Volume::new(Limits::default())?;
//! let watch = volume.watch(1024)?;
//!
//! volume.write("/settings", b"colour = blue\n")?;
//! let path = String::from("/settings");
//! let created = Event::Created { path: path.clone(), kind: Kind::File };
//! assert_eq!(watch.recv(), Some(created));
//! assert_eq!(watch.recv(), Some(Event::Written { paths: vec![path], range: 0..14 }));
//! assert_eq!(watch.try_recv(), None);
//!
//! drop(volume);
//! assert_eq!(watch.recv(), None, "there will be no more");
//! # Ok(())
//! # }
//! ```
//!
//! # Order
//!
//! An event comes after the change, and before the operation that made it returns. Changes of names are in the order
//! in which they took place, and so are those of one file. All that happens under the locks of the core, so that
//! the path of an event is the one that was true at that moment; the locks of this module are taken after all of
//! the core's (`tree -> file -> watchers -> queue`), and nothing of the core is called under them.
//!
//! # Cost
//!
//! While nobody watches, one load for each change. From the first watch to the last, the names of the whole volume
//! are kept a second time, and changes take a lock that is one for the volume.

mod names;
mod queue;
mod watchers;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use monaka_fs_core::{Ino, Kind, Shared};

use crate::outside::Outside;
use crate::volume::ROOT;
use crate::{ErrorCode, Result, Snapshot, View, Volume};
use queue::Queue;
pub(crate) use watchers::Watchers;

/// Paths that one event has at most. Of a file with more names, [`Event::Linked`] has told that they are the same.
pub const PATHS_MAX: usize = 16;

/// A change of a volume.
///
/// Paths start with `/`, at the root of what is watched. A file that has several names has several paths, of which the
/// oldest [`PATHS_MAX`] are told; what has no name any more has no events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// There is something new: an empty file, an empty directory, a symbolic link.
    Created {
        /// Its path.
        path: String,
        /// What it is.
        kind: Kind,
    },
    /// A file or symbolic link got a further name.
    Linked {
        /// The new path.
        path: String,
        /// One that it had before.
        existing: String,
    },
    /// A name is gone: removed, replaced by a renaming (of which the event follows), or moved to outside of what is
    /// watched, with all that is below it.
    Removed {
        /// The path.
        path: String,
        /// What it was.
        kind: Kind,
    },
    /// A name was moved, and with it all that is below it.
    Renamed {
        /// The path before.
        from: String,
        /// The path now.
        to: String,
        /// What it is.
        kind: Kind,
    },
    /// Bytes of a file were written. Writes that follow each other without a gap may come as one.
    Written {
        /// The paths of the file.
        paths: Vec<String>,
        /// The bytes.
        range: Range<u64>,
    },
    /// A file was cut, or extended by zeros.
    Resized {
        /// The paths of the file.
        paths: Vec<String>,
        /// Its bytes now.
        size: u64,
    },
    /// Times were set.
    Touched {
        /// The paths of it.
        paths: Vec<String>,
    },
    /// Not everything was told: the watch was full, or something that had been elsewhere in the volume came into what
    /// is watched, or a path is longer than a program could give at once
    /// ([`PATH_BYTES_MAX`](monaka_fs_core::PATH_BYTES_MAX)). [`Volume::resync`] makes the events exact again.
    Rescan,
}

/// Follows the changes of a volume or a view. Made by [`Volume::watch`] and [`View::watch`].
///
/// It does not keep the volume: when that is gone, the events end. So they do when the directory is removed that is the
/// root of a view.
pub struct Watch {
    watchers: Arc<Watchers>,
    queue: Arc<Queue>,
}

impl Watch {
    fn of(
        volume: &Shared<monaka_fs_core::Volume<Outside>>,
        root: Ino,
        capacity: usize,
    ) -> Result<Self> {
        let watchers = Arc::clone(volume.env().watchers());
        let queue = Arc::new(Queue::new(root, capacity));
        volume.with_names(|names| watchers.add(Arc::clone(&queue), names))?;
        Ok(Self { watchers, queue })
    }

    /// The next event; waits for it. `None`: there will be no more.
    pub fn recv(&self) -> Option<Event> {
        self.queue.wait(None)
    }

    /// The next event; waits for it so long. `None`: there was none.
    pub fn recv_timeout(&self, timeout: Duration) -> Option<Event> {
        self.queue.wait(Some(timeout))
    }

    /// The next event, if there is one now.
    pub fn try_recv(&self) -> Option<Event> {
        self.queue.take()
    }

    /// As [`Self::recv`], for tasks. An event is not lost when the future is dropped.
    ///
    /// ```
    /// use monaka_host::{Event, Limits, Volume};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let volume = Volume::new(Limits::default())?;
    /// let mut watch = volume.watch(1024)?;
    /// let follower = tokio::spawn(async move {
    ///     let mut created = 0;
    ///     while let Some(event) = watch.recv_async().await {
    ///         created += u32::from(matches!(event, Event::Created { .. }));
    ///     }
    ///     created
    /// });
    /// volume.write("/a", b"")?;
    /// volume.write("/b", b"")?;
    /// drop(volume);
    /// assert_eq!(follower.await?, 2);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn recv_async(&mut self) -> Option<Event> {
        std::future::poll_fn(|context| self.poll_recv(context)).await
    }

    /// As [`Self::recv_async`], for who makes a stream of it (`futures::stream::poll_fn`). The task that polled last
    /// is woken, by a waker that is called under the locks of the volume: it must not run the task itself.
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.queue.poll(context)
    }
}

/// Without what it holds, which may be much.
impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.remove(&self.queue);
    }
}

impl Volume {
    /// Follows all changes from now on. At most `capacity` events wait to be received.
    ///
    /// # Errors
    ///
    /// None that is known.
    pub fn watch(&self, capacity: usize) -> Result<Watch> {
        Watch::of(&self.core, ROOT, capacity)
    }

    /// What the volume holds now (of the watch of a view: what is below the root of that), such that the next events
    /// of the watch are the changes from there on: all that waited is dropped, [`Event::Rescan`] too.
    ///
    /// ```
    /// use monaka_host::{Event, Limits, Volume};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let volume = Volume::new(Limits::default())?;
    /// let watch = volume.watch(1)?;
    /// volume.write("/a", b"")?;
    /// volume.write("/b", b"")?;
    /// watch.recv();
    /// assert_eq!(watch.recv(), Some(Event::Rescan), "there was no room for /b");
    ///
    /// let all = volume.resync(&watch)?;
    /// volume.remove("/b")?;
    /// assert!(matches!(watch.recv(), Some(Event::Removed { path, .. }) if path == "/b"));
    /// # let _ = all;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `Invalid` for a watch of another volume; `InsufficientMemory`. Then the watch asks for a rescan.
    pub fn resync(&self, watch: &Watch) -> Result<Snapshot> {
        if !Arc::ptr_eq(self.core.env().watchers(), &watch.watchers) {
            return Err(ErrorCode::Invalid.into());
        }
        let moment = || watch.queue.restart();
        let snapshot = Snapshot::of(&self.core, watch.queue.root(), moment);
        Ok(snapshot.inspect_err(|_| watch.queue.lose())?)
    }
}

impl View {
    /// As [`Volume::watch`], of what is below the root of the view: paths start there, and of what is elsewhere nothing
    /// is told.
    ///
    /// # Errors
    ///
    /// None that is known.
    pub fn watch(&self, capacity: usize) -> Result<Watch> {
        Watch::of(self.core().volume(), self.root()?, capacity)
    }
}

#[cfg(test)]
mod tests;
