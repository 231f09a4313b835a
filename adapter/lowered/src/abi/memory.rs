//! Memory that others fill: the glue with parameters, the host with results.
//! And what they find there.

use crate::layout::List;
use alloc::alloc::{Layout, alloc, realloc};
use alloc::vec::Vec;
use core::arch::wasm32::unreachable;
use core::cell::RefCell;
use core::{ptr, slice};
use monaka_adapter::mount::Single;
use monaka_fs_core::{PATH_BYTES_MAX, Source};

#[link(wasm_import_module = "monaka")]
unsafe extern "C" {
    #[link_name = "copy-in"]
    fn copy_in(to: *mut u8, program_address: u32, len: usize);
}

/// Bytes in the program's memory.
pub(super) struct ProgramBytes {
    /// Where. The glue has checked that they are inside of that memory.
    pub(super) address: u32,
}

impl Source for ProgramBytes {
    fn copy_to(&self, at: usize, to: &mut [u8]) {
        // SAFETY: it writes as many bytes as `to` has.
        unsafe { copy_in(to.as_mut_ptr(), self.at(at), to.len()) }
    }

    fn append_to(&self, at: usize, len: usize, to: &mut Vec<u8>) {
        if to.try_reserve(len).is_err() {
            return;
        }
        // SAFETY: there is room for `len` bytes behind the end, and they are set
        // before the length says so.
        unsafe {
            copy_in(
                to.spare_capacity_mut().as_mut_ptr().cast(),
                self.at(at),
                len,
            );
            to.set_len(to.len().wrapping_add(len));
        }
    }
}

impl ProgramBytes {
    fn at(&self, offset: usize) -> u32 {
        self.address.wrapping_add(offset as u32)
    }
}

/// A buffer of at least so many bytes, aligned to 8, until the next call; null
/// if there is no memory.
#[unsafe(export_name = "scratch")]
extern "C" fn scratch(bytes: usize) -> *mut u64 {
    let Ok(mut buffer) = SCRATCH.0.try_borrow_mut() else {
        return ptr::null_mut();
    };
    match buffer.try_reserve_exact(bytes.div_ceil(8)) {
        Ok(()) => buffer.as_mut_ptr(),
        Err(_) => ptr::null_mut(),
    }
}

/// Its length stays 0: what is in it is not Rust's.
static SCRATCH: Single<RefCell<Vec<u64>>> = Single(RefCell::new(Vec::new()));

/// The canonical ABI's allocator, for lists that the host returns.
#[unsafe(export_name = "cabi_realloc")]
extern "C" fn cabi_realloc(
    old: *mut u8,
    old_size: usize,
    align: usize,
    new_size: usize,
) -> *mut u8 {
    let layout = |size| Layout::from_size_align(size, align);
    let (Ok(old_layout), Ok(new_layout)) = (layout(old_size), layout(new_size)) else {
        unreachable()
    };
    let memory = match (old_size, new_size) {
        (_, 0) => return ptr::without_provenance_mut(align),
        // SAFETY: the size is not 0.
        (0, _) => unsafe { alloc(new_layout) },
        // SAFETY: the host gives back what it got here, with the layout it had.
        _ => unsafe { realloc(old, old_layout, new_size) },
    };
    if memory.is_null() {
        unreachable()
    }
    memory
}

/// A path or the target of a symbolic link, which the glue put into an area of
/// its own, behind what Rust has, and cut behind [`PATH_BYTES_MAX`]. One that is too long stays too long for
/// the core, whatever it was. One that is no UTF-8 traps, as the canonical ABI
/// says.
///
/// # Safety
///
/// The bytes are there, and nothing else uses them until the call ends.
#[inline(never)]
pub(super) unsafe fn string<'a>(address: *mut u8, len: usize) -> &'a str {
    if len == 0 {
        return "";
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { slice::from_raw_parts_mut(address, len) };
    if len > PATH_BYTES_MAX {
        bytes.fill(b'.');
    }
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => unreachable(),
    }
}

/// Numbers that the glue put into `scratch`.
///
/// # Safety
///
/// They are there, and nothing else uses them until the call ends.
pub(super) unsafe fn numbers<'a>(address: *const u32, len: usize) -> &'a [u32] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(address, len) }
}

/// The list whose items these are, until the volume is used again.
pub(super) fn list<T>(items: &[T]) -> List {
    List {
        address: items.as_ptr().expose_provenance() as u32,
        len: items.len() as u32,
    }
}
