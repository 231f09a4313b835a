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

/// Gives the marked times of files the time of now, unless there are no files
/// yet: the program is about to wait.
#[unsafe(export_name = "settle")]
extern "C" fn settle() {
    if let Ok(mut vfs) = VFS.0.try_borrow_mut()
        && let Some(vfs) = &mut *vfs
    {
        vfs.settle();
    }
}

#[cold]
#[inline(never)]
fn new() -> Vfs<Imports> {
    Vfs::new(Imports, mount(Imports))
}

static VFS: Single<RefCell<Option<Vfs<Imports>>>> = Single(RefCell::new(None));
