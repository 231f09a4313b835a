//! The file that is being written: a user who interrupts the tool finds nothing of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// What a shell says of a program that ends by Ctrl-C.
const INTERRUPTED: i32 = 130;

static PATH: Mutex<Option<PathBuf>> = Mutex::new(None);
static HANDLER: Once = Once::new();

/// A temporary file that is removed when the tool is interrupted or terminated, for as long as this lives.
pub(crate) struct Unfinished;

impl Unfinished {
    /// There is one at a time. `create` makes the file; an interrupt waits until it is known.
    pub(crate) fn create<T, E>(
        create: impl FnOnce() -> Result<T, E>,
        path: impl FnOnce(&T) -> &Path,
    ) -> Result<(T, Self), E> {
        HANDLER.call_once(watch);
        let mut unfinished = lock();
        let file = create()?;
        *unfinished = Some(path(&file).into());
        Ok((file, Self))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        *lock() = None;
    }
}

/// Waits for an interrupt on a thread of its own. Where there is none to be had, one leaves the file behind, which is
/// no reason to do nothing. `SIGHUP` keeps its meaning: `nohup` sets it.
#[cfg(unix)]
fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                interrupted();
            }
        });
    }
}

#[cfg(not(unix))]
fn watch() {}

/// What an interrupt does. It keeps the lock until the end, so that no file appears after it.
#[cfg_attr(not(unix), allow(dead_code, reason = "nothing is watched there"))]
fn interrupted() {
    let unfinished = lock();
    if let Some(path) = unfinished.as_deref() {
        let _gone = fs::remove_file(path);
    }
    process::exit(INTERRUPTED);
}

fn lock() -> MutexGuard<'static, Option<PathBuf>> {
    PATH.lock().unwrap_or_else(PoisonError::into_inner)
}
