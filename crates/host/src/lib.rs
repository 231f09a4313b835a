//! One filesystem in memory for any number of WebAssembly programs in one wasmtime process.
//!
//! A [`Volume`] is the filesystem. Each program sees it through a [`View`], and each store that
//! runs a program holds a [`Ctx`] of one, in a [`State`] or in the host's own type. [`add_to_linker_async`] and
//! [`add_to_linker_sync`] link all of wasmtime-wasi, but for `wasi:filesystem`, which is the volume's.
//!
//! ```
//! use monaka_host::{Limits, State, Volume};
//! use wasmtime::component::Linker;
//! use wasmtime::{Engine, Store};
//! use wasmtime_wasi::WasiCtx;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let volume = Volume::new(Limits::default())?;
//! let engine = Engine::default();
//! let mut linker = Linker::<State>::new(&engine);
//! monaka_host::add_to_linker_sync(&mut linker)?;
//!
//! let view = volume.view().build()?;
//! let wasi = WasiCtx::builder().inherit_stdio().build();
//! let store = Store::new(&engine, State::new(wasi, &view));
//! assert_eq!(store.data().files().operations(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! A host whose stores hold more (http, limits, its own) keeps a `State` beside that, as the example there shows; one
//! that has a `WasiCtx` and a table already implements [`MonakaView`] for its type.
//!
//! # Layers
//!
//! * [`Volume`], [`View`]: the filesystem and what one program sees of it. All semantics are those of
//!   `monaka_fs_core`.
//! * [`load`], [`snapshot`]: from directories and images, and back to images.
//! * [`files`]: what a host does with files itself. [`synthetic`]: its state as files. [`watch`]: the changes
//!   that programs make. [`metrics`]: what they hold and do.
//! * [`Ctx`]: what a store holds; [`MonakaView`]: how a host function finds it; [`State`]: both, ready made.
//! * `filesystem`: `wasi:filesystem`, as the traits of wasmtime-wasi ask for it: look up, call,
//!   convert. The synchronous one is the asynchronous one, which never waits for files of a volume.
//! * `stream`: files as the streams of wasmtime-wasi.
//!
//! # Invariants
//!
//! * What a program does is an error code to it. It traps where wasmtime-wasi traps: for a handle of
//!   a resource that is not there.
//! * Each descriptor, directory stream and stream gives its handle back when it is dropped, by the
//!   program or with its store.
//! * No lock is held while anything waits.
//! * A descriptor of a directory that the host preopens (`WasiCtxBuilder::preopened_dir`) stays
//!   wasmtime-wasi's: its table entry tells the two apart, and its calls are handed on.
//!
//! # Unsafe code
//!
//! All of it is in `backing`: the core borrows an image for as long as it lives, and the volume owns the bytes,
//! mapped or not.

#![deny(unsafe_code)]

mod backing;
mod ctx;
mod error;
pub mod files;
mod filesystem;
mod link;
pub mod load;
pub mod metrics;
mod outside;
mod shared;
pub mod snapshot;
mod state;
mod stream;
pub mod synthetic;
mod view;
mod volume;
pub mod watch;

pub use ctx::{Ctx, MonakaCtxView, MonakaView};
pub use error::{Error, ErrorCode, Result};
pub use files::Entry;
pub use link::{
    add_to_linker_async, add_to_linker_sync, replace_filesystem_async, replace_filesystem_sync,
};
pub use load::LoadError;
pub use metrics::{Metrics, Operation};
pub use monaka_fs_core::{Ino, Kind, Limits, Quota, Stat, Time, Usage};
pub use snapshot::Snapshot;
pub use state::State;
pub use view::{HANDLES_MAX, View, ViewBuilder};
pub use volume::Volume;
pub use watch::{Event, Watch};
