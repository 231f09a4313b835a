//! `wasi:filesystem` over a volume, beside directories of the host.
//!
//! wasmtime-wasi defines the traits and the type of the resources. An entry of the resource table is
//! either one of ours ([`Descriptor`], [`Entries`]), or wasmtime-wasi's own, for which the call is
//! handed on to its implementation. So types and error codes need no conversion, a host's own
//! functions that take a descriptor of wasmtime-wasi get one or an error, and there is one resource
//! type for both kinds.

mod blocking;
mod convert;
mod descriptor;
mod directory;
mod preopens;
mod types;

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{WasiFilesystemCtxView, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::types as wasi;
use wasmtime_wasi::{ResourceTable, WasiView};

use crate::{Ctx, MonakaView};
use descriptor::Descriptor;
use directory::Entries;

/// The data of a store, as the host functions use it.
pub(crate) struct Filesystem<'a, T>(pub(crate) &'a mut T);

impl<T: WasiView + MonakaView> Filesystem<'_, T> {
    fn ctx(&mut self) -> &Ctx {
        self.0.monaka().ctx
    }

    fn table(&mut self) -> &mut ResourceTable {
        self.0.monaka().table
    }

    /// The implementation of wasmtime-wasi, for what is the host's.
    fn host(&mut self) -> WasiFilesystemCtxView<'_> {
        self.0.filesystem()
    }

    /// What a handle stands for, if that is a volume's.
    fn descriptor(&mut self, handle: &Resource<wasi::Descriptor>) -> Option<&Descriptor> {
        self.table().get(&ours(handle)).ok()
    }

    fn entries(&mut self, handle: &Resource<wasi::DirectoryEntryStream>) -> Option<&Entries> {
        self.table().get(&ours(handle)).ok()
    }
}

/// The same entry of the table, as a type of ours.
fn ours<W: 'static, O: 'static>(handle: &Resource<W>) -> Resource<O> {
    Resource::new_borrow(handle.rep())
}

/// A new entry of the table, as the resource that programs know.
fn theirs<O: 'static, W: 'static>(entry: Resource<O>) -> Resource<W> {
    Resource::new_own(entry.rep())
}
