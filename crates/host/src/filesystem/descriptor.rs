//! An open file or directory of a volume.

use monaka_fs_core::{Error, Fd, Result};
use wasmtime_wasi::p2::FsResult;

use super::convert;
use crate::shared::{Core, Shared};

/// A handle of the core, which it gives back when dropped.
#[derive(Debug)]
pub(super) struct Descriptor {
    core: Shared,
    fd: Fd,
}

impl Descriptor {
    /// Takes over what `open` opens.
    pub(super) fn open(core: &Shared, open: impl FnOnce(&mut Core) -> Result<Fd>) -> Result<Self> {
        let fd = open(&mut core.lock())?;
        Ok(Self {
            core: core.clone(),
            fd,
        })
    }

    /// Opens from it; what is opened is of the same view.
    pub(super) fn open_from(
        &self,
        open: impl FnOnce(&mut Core, Fd) -> Result<Fd>,
    ) -> FsResult<Self> {
        let fd = self.with(open)?;
        Ok(Self {
            core: self.core.clone(),
            fd,
        })
    }

    pub(super) fn core(&self) -> &Shared {
        &self.core
    }

    pub(super) fn fd(&self) -> Fd {
        self.fd
    }

    /// Does something with it, under the lock.
    pub(super) fn with<T>(
        &self,
        operation: impl FnOnce(&mut Core, Fd) -> Result<T>,
    ) -> FsResult<T> {
        let result = operation(&mut self.core.lock(), self.fd);
        result.map_err(|error: Error| convert::error_code(error).into())
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        let _ = self.core.lock().close(self.fd);
    }
}
