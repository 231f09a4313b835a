//! What a store holds, and how a host function finds it.

use monaka_fs_core::Usage;
use wasmtime::component::ResourceTable;

use crate::View;
use crate::shared::Shared;

/// A program's view of a volume, as part of its store's data. Made by [`View::ctx`].
#[derive(Debug)]
pub struct Ctx {
    view: View,
    pub(crate) core: Shared,
}

impl Ctx {
    pub(crate) fn new(view: View, core: Shared) -> Self {
        Self { view, core }
    }

    /// The view that the program sees.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What the volume holds now, and the handles that the program has open.
    pub fn usage(&self) -> Usage {
        self.core.usage()
    }

    /// How many operations the program has done; see [`View::operations`].
    pub fn operations(&self) -> u64 {
        self.core.operations()
    }
}

/// Implemented by the data of a store that runs programs on a volume, beside
/// [`WasiView`](wasmtime_wasi::WasiView). [`State`](crate::State) does both; a host with a type of its own, which
/// works with wasmtime-wasi already, adds a [`Ctx`] to it:
///
/// ```
/// use monaka_host::{Ctx, Limits, MonakaCtxView, MonakaView, Volume};
/// use wasmtime::component::{Linker, ResourceTable};
/// use wasmtime::{Engine, Store};
/// use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
///
/// struct Host {
///     table: ResourceTable,
///     wasi: WasiCtx,
///     files: Ctx,
/// }
///
/// impl WasiView for Host {
///     fn ctx(&mut self) -> WasiCtxView<'_> {
///         WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
///     }
/// }
///
/// impl MonakaView for Host {
///     fn monaka(&mut self) -> MonakaCtxView<'_> {
///         MonakaCtxView { ctx: &mut self.files, table: &mut self.table }
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = Engine::default();
/// let mut linker = Linker::<Host>::new(&engine);
/// monaka_host::add_to_linker_sync(&mut linker)?;
///
/// let volume = Volume::new(Limits::default())?;
/// let host = Host {
///     table: ResourceTable::new(),
///     wasi: WasiCtx::builder().inherit_stdio().build(),
///     files: volume.view().build()?.ctx(),
/// };
/// let store = Store::new(&engine, host);
/// # let _: Store<Host> = store;
/// # Ok(())
/// # }
/// ```
pub trait MonakaView: Send {
    /// The context, and the table of resources. It is the one that `WasiView` gives.
    fn monaka(&mut self) -> MonakaCtxView<'_>;
}

/// What [`MonakaView`] gives.
#[derive(Debug)]
pub struct MonakaCtxView<'a> {
    /// The view of the program.
    pub ctx: &'a mut Ctx,
    /// Where its descriptors and streams are.
    pub table: &'a mut ResourceTable,
}
