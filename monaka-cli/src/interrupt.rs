//! Ctrl-C and SIGTERM: a user who interrupts the tool finds nothing half-written.
//!
//! One thread waits for them, from the first time that somebody asks for it. An interrupt removes the file that is
//! being written and ends the tool, unless there is something to finish before: then that is told first, and the
//! next interrupt ends the tool.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// What a shell says of a program that ends by Ctrl-C.
const INTERRUPTED: i32 = 130;

static PENDING: Mutex<Pending> = Mutex::new(Pending {
    unfinished: None,
    stop: None,
});
static HANDLER: Once = Once::new();

/// What an interrupt has to see to.
struct Pending {
    /// The file to remove.
    unfinished: Option<PathBuf>,
    /// What is asked to stop by the first interrupt.
    #[cfg_attr(not(feature = "run"), allow(dead_code, reason = "no server"))]
    stop: Option<Box<dyn FnOnce() + Send>>,
}

/// A temporary file that is removed when the tool is interrupted or terminated, for as long as this lives.
pub(crate) struct Unfinished;

impl Unfinished {
    /// There is one at a time. `create` makes the file; an interrupt waits until it is known.
    pub(crate) fn create<T, E>(
        create: impl FnOnce() -> Result<T, E>,
        path: impl FnOnce(&T) -> &Path,
    ) -> Result<(T, Self), E> {
        watch();
        let mut pending = lock();
        let file = create()?;
        pending.unfinished = Some(path(&file).into());
        Ok((file, Self))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        lock().unfinished = None;
    }
}

/// From here on an interrupt ends the tool with the exit code that says so, whatever runs.
pub(crate) fn watch() {
    HANDLER.call_once(start);
}

/// From here on the first interrupt calls `stop`, and the next one ends the tool.
#[cfg(feature = "run")]
pub(crate) fn stop_first(stop: impl FnOnce() + Send + 'static) {
    watch();
    lock().stop = Some(Box::new(stop));
}

/// Waits for interrupts on a thread of its own. Where there is none to be had, one leaves the file behind, which is
/// no reason to do nothing. `SIGHUP` keeps its meaning: `nohup` sets it.
#[cfg(unix)]
fn start() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            for _signal in signals.forever() {
                interrupted();
            }
        });
    }
}

#[cfg(not(unix))]
fn start() {}

/// What an interrupt does. It keeps the lock until the end, so that no file appears after it.
#[cfg_attr(not(unix), allow(dead_code, reason = "nothing is watched there"))]
fn interrupted() {
    let mut pending = lock();
    if let Some(stop) = pending.stop.take() {
        return stop();
    }
    if let Some(path) = pending.unfinished.as_deref() {
        let _gone = fs::remove_file(path);
    }
    process::exit(INTERRUPTED);
}

fn lock() -> MutexGuard<'static, Pending> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}
