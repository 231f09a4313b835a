//! An http server that runs a component for each request. Instances come and go; the filesystem stays, and so a
//! directory in it is a cache for all requests.
//!
//! `example-cache HANDLER.wasm`

use std::env;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use monaka_host::{Limits, MonakaCtxView, MonakaView, State, Volume};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Engine, Result, Store, bail};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// What the cache may hold, in bytes.
const CACHE_BYTES_MAX: u64 = 1 << 20;

#[tokio::main]
async fn main() -> Result<()> {
    let handler = env::args()
        .nth(1)
        .context("usage: example-cache HANDLER.wasm")?;
    let server = Arc::new(Server::new(&handler)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("Serving HTTP on http://{}/", listener.local_addr()?);
    loop {
        let (client, _) = listener.accept().await?;
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            if let Err(error) = server.serve(client).await {
                eprintln!("{error:?}");
            }
        });
    }
}

struct Server {
    handler: ProxyPre<Handler>,
    volume: Volume,
}

impl Server {
    fn new(handler: &str) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        monaka_host::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        let handler = linker.instantiate_pre(&Component::from_file(&engine, handler)?)?;
        let limits = Limits {
            bytes_max: CACHE_BYTES_MAX,
            ..Limits::default()
        };
        Ok(Self {
            handler: ProxyPre::new(handler)?,
            volume: Volume::new(limits)?,
        })
    }

    /// All requests of a connection.
    async fn serve(&self, client: TcpStream) -> Result<()> {
        let requests = service_fn(|request| self.answer(request));
        Ok(http1::Builder::new()
            .serve_connection(TokioIo::new(client), requests)
            .await?)
    }

    /// One request, in an instance of its own.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<HyperOutgoingBody>> {
        let wasi = WasiCtx::builder().inherit_stderr().build();
        let handler = Handler {
            program: State::new(wasi, &self.volume.view().build()?),
            http: WasiHttpCtx::new(),
            alone: Alone,
        };
        let mut store = Store::new(self.handler.engine(), handler);
        let (sender, answer) = oneshot::channel();
        let request = store
            .data_mut()
            .http()
            .new_incoming_request(Scheme::Http, request)?;
        let outparam = store.data_mut().http().new_response_outparam(sender)?;
        let handler = self.handler.clone();
        // The body is still written when the head of the answer is here.
        let handling = tokio::spawn(async move {
            let proxy = handler.instantiate_async(&mut store).await?;
            proxy
                .wasi_http_incoming_handler()
                .call_handle(&mut store, request, outparam)
                .await
        });
        match answer.await {
            Ok(answer) => Ok(answer?),
            Err(_) => {
                handling.await??;
                bail!("the handler gave no answer")
            }
        }
    }
}

/// What a running handler has of its host.
struct Handler {
    program: State,
    http: WasiHttpCtx,
    alone: Alone,
}

impl WasiHttpView for Handler {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: self.program.ctx().table,
            hooks: &mut self.alone,
        }
    }
}

impl WasiView for Handler {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.program.ctx()
    }
}

impl MonakaView for Handler {
    fn monaka(&mut self) -> MonakaCtxView<'_> {
        self.program.monaka()
    }
}

/// A handler answers, and asks nobody.
struct Alone;

impl WasiHttpHooks for Alone {
    fn send_request(
        &mut self,
        _request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Done,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Done), Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

type Done = Box<dyn Future<Output = Result<(), Error>> + Send>;
