//! Putting the filesystem into a linker.

use wasmtime::Result;
use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::p2::bindings::sync::filesystem::types as sync_types;

use crate::MonakaView;
use crate::filesystem::Filesystem;

/// Adds all of WASI 0.2 for stores that are used asynchronously: `wasi:filesystem` over a volume, the
/// rest by wasmtime-wasi.
///
/// # Errors
///
/// Where the linker has any of it already.
pub fn add_to_linker_async<T: WasiView + MonakaView>(linker: &mut Linker<T>) -> Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    replace_filesystem_async(linker)
}

/// As [`add_to_linker_async`], for stores that are used synchronously.
///
/// # Errors
///
/// Where the linker has any of it already.
pub fn add_to_linker_sync<T: WasiView + MonakaView>(linker: &mut Linker<T>) -> Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    replace_filesystem_sync(linker)
}

/// Replaces `wasi:filesystem` in a linker, or adds it, and touches nothing else. Shadowing is off in
/// the linker afterwards.
///
/// # Errors
///
/// None that a linker of wasmtime is known to give.
pub fn replace_filesystem_async<T: WasiView + MonakaView>(linker: &mut Linker<T>) -> Result<()> {
    shadowing(linker, |linker| {
        preopens::add_to_linker::<T, HasFilesystem<T>>(linker, |state| Filesystem(state))?;
        types::add_to_linker::<T, HasFilesystem<T>>(linker, |state| Filesystem(state))
    })
}

/// As [`replace_filesystem_async`], for stores that are used synchronously.
///
/// # Errors
///
/// None that a linker of wasmtime is known to give.
pub fn replace_filesystem_sync<T: WasiView + MonakaView>(linker: &mut Linker<T>) -> Result<()> {
    shadowing(linker, |linker| {
        preopens::add_to_linker::<T, HasFilesystem<T>>(linker, |state| Filesystem(state))?;
        sync_types::add_to_linker::<T, HasFilesystem<T>>(linker, |state| Filesystem(state))
    })
}

/// Tells the linker what its host functions work on.
struct HasFilesystem<T>(std::marker::PhantomData<T>);

impl<T: 'static> HasData for HasFilesystem<T> {
    type Data<'a> = Filesystem<'a, T>;
}

fn shadowing<T: 'static>(
    linker: &mut Linker<T>,
    add: impl FnOnce(&mut Linker<T>) -> Result<()>,
) -> Result<()> {
    linker.allow_shadowing(true);
    let added = add(linker);
    linker.allow_shadowing(false);
    added
}
