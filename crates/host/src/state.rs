//! A store's data, ready made.

use std::fmt;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::{Ctx, MonakaCtxView, MonakaView, View};

/// The data of a store that holds WASI 0.2 and a view, and nothing else.
///
/// A host that keeps more in its stores puts it beside a `State`, and hands the calls on:
///
/// ```
/// use monaka_host::{MonakaCtxView, MonakaView, State};
/// use wasmtime::StoreLimits;
/// use wasmtime_wasi::{WasiCtxView, WasiView};
///
/// struct Bounded {
///     program: State,
///     limits: StoreLimits,
/// }
///
/// impl WasiView for Bounded {
///     fn ctx(&mut self) -> WasiCtxView<'_> {
///         self.program.ctx()
///     }
/// }
///
/// impl MonakaView for Bounded {
///     fn monaka(&mut self) -> MonakaCtxView<'_> {
///         self.program.monaka()
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let volume = monaka_host::Volume::new(Default::default())?;
/// # let view = volume.view().build()?;
/// # let wasi = wasmtime_wasi::WasiCtx::builder().build();
/// # let engine = wasmtime::Engine::default();
/// # let mut linker = wasmtime::component::Linker::<Bounded>::new(&engine);
/// # monaka_host::add_to_linker_sync(&mut linker)?;
/// let bounded = Bounded {
///     program: State::new(wasi, &view),
///     limits: StoreLimits::default(),
/// };
/// let mut store = wasmtime::Store::new(&engine, bounded);
/// store.limiter(|bounded| &mut bounded.limits);
/// # Ok(())
/// # }
/// ```
pub struct State {
    files: Ctx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl State {
    /// For a program that sees this view; `wasi` is all else that it has of its host.
    ///
    /// # Panics
    ///
    /// Where [`View::ctx`] does.
    pub fn new(wasi: WasiCtx, view: &View) -> Self {
        Self {
            files: view.ctx(),
            wasi,
            table: ResourceTable::new(),
        }
    }

    /// What the program sees, holds and has done.
    pub fn files(&self) -> &Ctx {
        &self.files
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl MonakaView for State {
    fn monaka(&mut self) -> MonakaCtxView<'_> {
        MonakaCtxView {
            ctx: &mut self.files,
            table: &mut self.table,
        }
    }
}

/// A `WasiCtx` shows nothing of itself.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("files", &self.files)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
