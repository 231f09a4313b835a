//! The guest side of Monaka: what the modules that are composed into programs
//! share.
//!
//! * `mount` is the volume of a module: the record and the image that composing
//!   puts into its memory.
//!
//! Two faces translate to `monaka_wasi` and to the core, each a module of its own that is composed into
//! programs: `component` exports the world `monaka:adapter/adapter`, `lowered`
//! the functions of the same interfaces below the canonical ABI. Both get their
//! allocator and their panic handler here.
//!
//! What holds everywhere:
//! * A stream, pollable or error that is not a file's belongs to the host, and
//!   every call on it becomes the same call on the host's.
//! * A program's misuse is an error code. Nothing here panics, and no length or
//!   offset that a program gives is trusted.
//! * There is one volume and one thread.
//!
//! Unsafe code is in two modules: `mount`, and `allocator`.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(unsafe_code)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
pub mod mount;

/// A panic is a defect of the adapter: it stops the program at once.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
