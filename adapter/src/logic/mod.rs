//! What the adapter does beyond the core, without the types of any binding.

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
