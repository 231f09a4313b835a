//! The adapter below the canonical ABI, for the fused link: a core module whose
//! exports are the functions of `wasi:filesystem` and `wasi:io` as a program
//! sees them after `canon lower`. Generated glue puts them in the place of the
//! host's.
//!
//! * [`vfs`] is one method per function of WIT, on Rust's types: it finds what a
//!   handle stands for and calls `monaka_wasi` or the core.
//! * [`table`] is the handles, [`segments`] where the bytes of a read are.
//! * [`layout`] is the canonical layout of results, [`convert`] what values
//!   become in it.
//! * `abi` is the exports and imports, for wasm only.
//!
//! # What the exports are
//!
//! Each is named `<interface>#<function>`, without a version, and has the flat
//! signature of the canonical ABI's lowering, but with the pointer for the
//! result, where there is one, in front. Addresses are those of this module's
//! memory, except:
//!
//! * a `list<u8>` that is written is in the program's memory; the import
//!   `monaka` `copy-in` copies from there, straight to where the bytes stay.
//! * a `list<u8>` that was read is an array of [`segments::Segment`]: the glue
//!   copies from there, straight to the program.
//!
//! Strings of parameters are in an area of the glue's own, lists of handles in
//! `scratch`. What a result points to is valid until the next call.
//!
//! # Handles
//!
//! A handle of this module has bit 30 set, which no host's has. It is checked
//! for its kind and generation at each use: what a program makes up, keeps too
//! long or confuses is a bad descriptor, a closed stream, or ready, and no trap.
//!
//! # Size
//!
//! The module is added to every program. What most of the fifty exports begin and
//! end with (find the filesystem, a descriptor, a string; give a code) is out of
//! line: copied into each of them it took 10 KB. The face is compiled for size,
//! the core, where the time goes, for speed.
//!
//! Unsafe code is in `abi`, and in [`layout`] where a result of the host is a
//! union.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(unsafe_code)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod abi;
pub mod convert;
pub mod layout;
pub mod segments;
pub mod table;
pub mod vfs;
