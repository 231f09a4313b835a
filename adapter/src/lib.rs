//! The guest side of Monaka: `wasi:filesystem` and `wasi:io` over the
//! filesystem core, as a WebAssembly module that is composed into a program.
//!
//! * [`logic`] is what the adapter does, on the types of the core: streams with
//!   a position, poll over mixed lists, splices, the rights of an opened file.
//!   It knows nothing of how it is called.
//! * `component` is how it is called: the exports and imports of the world
//!   `monaka:adapter/adapter`, generated from `wit/`, each translated to one
//!   call of `logic` or of the core. Another face (lowered functions on
//!   integer handles) would sit beside it.
//!
//! What holds everywhere:
//! * A stream, pollable or error that is not a file's belongs to the host, and
//!   every call on it becomes the same call on the host's.
//! * A program's misuse is an error code. Nothing here panics, and no length or
//!   offset that a program gives is trusted.
//! * There is one volume and one thread; `component::state` holds it.
//!
//! Unsafe code is in three modules: `component::state` (the volume, and the
//! image that composing puts into memory), `component::glue` (handles as the
//! integers that generated proxies pass) and `allocator`.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(unsafe_code)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
mod component;
pub mod logic;

/// A panic is a defect of the adapter: it stops the program at once.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
