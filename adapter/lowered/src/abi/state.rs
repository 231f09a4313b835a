//! The one filesystem of the module.

use super::host::Imports;
use crate::vfs::Vfs;
use core::arch::wasm32::unreachable;
use core::cell::RefCell;
use monaka_adapter::mount::{Single, mount};

/// Does something with the filesystem, which the first call mounts.
pub(super) fn with<T>(operation: impl FnOnce(&mut Vfs<Imports>) -> T) -> T {
    // No export that comes here is entered while another runs. It would be a
    // defect of the glue.
    let Ok(mut vfs) = VFS.0.try_borrow_mut() else {
        unreachable()
    };
    operation(vfs.get_or_insert_with(new))
}

#[cold]
#[inline(never)]
fn new() -> Vfs<Imports> {
    Vfs::new(Imports, mount(Imports))
}

static VFS: Single<RefCell<Option<Vfs<Imports>>>> = Single(RefCell::new(None));
