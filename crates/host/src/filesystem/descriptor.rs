//! An open file or directory of a volume.

use monaka_fs_core::{Error, Fd, Result};
use wasmtime_wasi::p2::FsResult;

use super::convert;
use crate::metrics::{Call, Operation};
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
        let fd = core.operate(Operation::Open, open)?;
        Ok(Self {
            core: core.clone(),
            fd,
        })
    }

    /// Opens from it; what is opened is of the same view.
    pub(super) fn open_from(
        &self,
        path: &str,
        open: impl FnOnce(&mut Core, Fd) -> Result<Fd>,
    ) -> FsResult<Self> {
        let fd = self.with((Operation::Open, path), open)?;
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
    pub(super) fn with<'a, T>(
        &self,
        call: impl Into<Call<'a>>,
        operation: impl FnOnce(&mut Core, Fd) -> Result<T>,
    ) -> FsResult<T> {
        let result = self.core.operate(call, |files| operation(files, self.fd));
        result.map_err(|error: Error| convert::error_code(error).into())
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        let _ = self
            .core
            .operate(Operation::Close, |files| files.close(self.fd));
    }
}
