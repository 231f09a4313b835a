//! `wasi:filesystem/preopens`: the root of the volume.

use super::Adapter;
use super::bindings::exports::wasi::filesystem::preopens::{Descriptor, Guest};
use super::filesystem;
use super::state;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use monaka_fs_core::Access;

impl Guest for Adapter {
    fn get_directories() -> Vec<(Descriptor, String)> {
        let access = if state::config().root_read_only {
            Access::READ
        } else {
            Access::READ | Access::MUTATE_DIRECTORY
        };
        let root = filesystem::Descriptor::root(access);
        vec![(Descriptor::new(root), String::from("/"))]
    }
}
