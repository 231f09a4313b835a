//! What a running program works on: WASI 0.2, with the files of the shared volume.

use monaka_host::{Ctx, MonakaCtxView, MonakaView};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, Result, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

/// The data of a store.
pub(crate) struct Host {
    wasi: WasiCtx,
    files: Ctx,
    http: WasiHttpCtx,
    requests: Denied,
    table: ResourceTable,
}

impl Host {
    pub(crate) fn new(wasi: WasiCtx, files: Ctx) -> Self {
        Self {
            wasi,
            files,
            http: WasiHttpCtx::new(),
            requests: Denied,
            table: ResourceTable::new(),
        }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl MonakaView for Host {
    fn monaka(&mut self) -> MonakaCtxView<'_> {
        MonakaCtxView {
            ctx: &mut self.files,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Host {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.requests,
        }
    }
}

/// Outgoing http requests: none. An http client with TLS is more than all the rest of the engine's host functions.
struct Denied;

impl WasiHttpHooks for Denied {
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _done: Box<dyn Future<Output = Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

/// A response, and what goes on until its connection ends.
type Answer = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<()>> + Send>,
);
