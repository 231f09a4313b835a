//! The entries of a directory of a volume.

use monaka_fs_core::{Fd, Result};
use monaka_wasi::directory::DirectoryStream;
use wasmtime_wasi::p2::bindings::filesystem::types::DirectoryEntry;

use super::convert;
use crate::metrics::Operation;
use crate::shared::{Core, Shared};

/// A `directory-entry-stream`.
#[derive(Debug)]
pub(super) struct Entries {
    core: Shared,
    stream: DirectoryStream,
}

impl Entries {
    /// The entries that a directory has now. The caller holds the lock of `core`.
    pub(super) fn open_locked(core: Shared, files: &mut Core, directory: Fd) -> Result<Self> {
        let stream = DirectoryStream::open(files, directory)?;
        Ok(Self { core, stream })
    }

    /// The next of them; `None` at the end.
    pub(super) fn next(&self) -> Result<Option<DirectoryEntry>> {
        self.core.operate(Operation::List, |files| {
            Ok(self.stream.next(files)?.map(convert::directory_entry))
        })
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        let _ = self
            .core
            .operate(Operation::Close, |files| self.stream.close(files));
    }
}
