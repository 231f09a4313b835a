//! What a running program works on: WASI 0.2, with the files of the shared volume.

use monaka_host::{MonakaCtxView, MonakaView, State, View};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, Result, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView, default_hooks,
};

/// The data of a store.
pub(crate) struct Host {
    program: State,
    http: WasiHttpCtx,
    requests: Requests,
}

impl Host {
    pub(crate) fn new(wasi: WasiCtx, view: &View, requests: Requests) -> Self {
        Self {
            program: State::new(wasi, view),
            http: WasiHttpCtx::new(),
            requests,
        }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.program.ctx()
    }
}

impl MonakaView for Host {
    fn monaka(&mut self) -> MonakaCtxView<'_> {
        self.program.monaka()
    }
}

impl WasiHttpView for Host {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: self.program.ctx().table,
            hooks: &mut self.requests,
        }
    }
}

/// What becomes of http requests that a program sends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Requests {
    /// They are sent to anybody, by the client of the engine.
    Sent,
    /// The program gets an error of `wasi:http`.
    Denied,
}

impl WasiHttpHooks for Requests {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        done: Box<dyn Future<Output = Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer>> + Send> {
        match self {
            Self::Sent => default_hooks().send_request(request, options, done),
            Self::Denied => Box::new(async { Err(Error::HttpRequestDenied) }),
        }
    }
}

/// A response, and what goes on until its connection ends.
type Answer = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<()>> + Send>,
);
