//! `wasi:filesystem/preopens`: the root of the volume.

use super::Adapter;
use super::bindings::exports::wasi::filesystem::preopens::{Descriptor, Guest};
use super::filesystem;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use monaka_adapter::mount;

impl Guest for Adapter {
    fn get_directories() -> Vec<(Descriptor, String)> {
        let root = filesystem::Descriptor::root(mount::root_access());
        vec![(Descriptor::new(root), String::from("/"))]
    }
}
