//! What `wasi:filesystem` and `wasi:io` do beyond a call of the filesystem core, without the types
//! of any binding: streams with a position, poll over mixed lists, splices, the rights of an opened
//! file. The two faces of the adapter and the host library translate to it.
//!
//! * A program's misuse is an error code. Nothing here panics, and no length or offset that a
//!   program gives is trusted.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod descriptor;
pub mod directory;
pub mod error;
pub mod poll;
pub mod splice;
pub mod stream;
#[cfg(test)]
mod testing;

use alloc::string::String;
use monaka_fs_core::{Error, Result};

/// A copy of a string, or an error where memory is exhausted.
pub fn to_string(text: &str) -> Result<String> {
    let mut string = String::new();
    string
        .try_reserve_exact(text.len())
        .map_err(|_| Error::InsufficientMemory)?;
    string.push_str(text);
    Ok(string)
}
