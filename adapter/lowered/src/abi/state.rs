//! The one filesystem of the module.

use super::host::Imports;
use crate::vfs::Vfs;
use core::cell::UnsafeCell;
use monaka_adapter::mount::{Single, mount};

/// Does something with the filesystem, which the first call mounts.
///
/// Not to be called from `operation`.
pub(super) fn with<T>(operation: impl FnOnce(&mut Vfs<Imports>) -> T) -> T {
    // SAFETY: nobody else has a reference. The canonical ABI enters no component
    // from a function that it imports, so that no export but `cabi_realloc` and
    // `scratch` runs while another does, and these two do not come here.
    operation(unsafe { vfs() })
}

/// # Safety
///
/// No other reference to the filesystem is alive as long as this one.
#[inline(never)]
unsafe fn vfs() -> &'static mut Vfs<Imports> {
    // SAFETY: the caller's promise.
    unsafe { &mut *VFS.0.get() }.get_or_insert_with(new)
}

/// Gives the marked times of files the time of now, unless there are no files
/// yet: the program is about to wait.
#[unsafe(export_name = "settle")]
extern "C" fn settle() {
    // SAFETY: as in `with`.
    if let Some(vfs) = unsafe { &mut *VFS.0.get() } {
        vfs.settle();
    }
}

#[cold]
#[inline(never)]
fn new() -> Vfs<Imports> {
    Vfs::new(Imports, mount(Imports))
}

static VFS: Single<UnsafeCell<Option<Vfs<Imports>>>> = Single(UnsafeCell::new(None));
