//! The module's exports and imports.

#![allow(
    unsafe_code,
    reason = "exported symbols, imports, and addresses that come as integers"
)]

mod filesystem;
mod host;
mod io;
mod memory;
mod state;
