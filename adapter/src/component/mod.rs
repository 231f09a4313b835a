//! The adapter as a component: each export is one call of [`crate::logic`] or
//! of the core, between two translations.

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
        path: "../wit",
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
