//! The adapter as a component: each export of the world
//! `monaka:adapter/adapter` is one call of `monaka_wasi` or of the
//! core, between two translations.
//!
//! Unsafe code is in `glue` (handles as the integers that generated proxies
//! pass) and in what wit-bindgen generates.

#![cfg(target_arch = "wasm32")]
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

mod convert;
mod filesystem;
mod glue;
mod io;
mod preopens;
mod state;

/// What wit-bindgen generates from `wit/`.
#[allow(
    clippy::all,
    missing_docs,
    rust_2018_idioms,
    unexpected_cfgs,
    unreachable_pub,
    unsafe_code,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "adapter",
        generate_all,
        std_feature,
        disable_run_ctors_once_workaround: true,
    });

    use super::Adapter;
    export!(Adapter);
}

/// What the exports are functions of.
struct Adapter;
