//! Http requests to instances of a program: one instance for each request, all on the same filesystem.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time;
use wasmtime::component::Resource;
use wasmtime::{Store, Trap};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::p2::types::{HostIncomingRequest, HostResponseOutparam};

use super::ended::{Ended, one_line};
use super::host::Host;
use super::program::Program;
use super::world::{Instance, Stdio, World};
use crate::cli::say;

/// Connections open at one time; others wait to be accepted.
const CONNECTIONS_MAX: usize = 1024;

/// How long a client may take to send the head of a request.
const HEAD_MAX: Duration = Duration::from_secs(30);

/// How long after a failure to accept a connection the next is tried: most often there are too many open files.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// What is served, to how many at once, and for how long each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Requests that are answered at one time; others wait.
    pub(crate) requests_max: u32,
    /// How long answering a request may take, to the end of the body.
    pub(crate) request_time_max: Duration,
    /// How long requests may go on after the server was told to stop.
    pub(crate) stop_time_max: Duration,
}

/// A program that answers requests.
pub(crate) struct Server {
    world: Arc<World>,
    program: Program<ProxyPre<Host>>,
    bounds: Bounds,
    requests: Arc<Semaphore>,
}

impl Server {
    pub(crate) fn new(world: Arc<World>, program: Program<ProxyPre<Host>>, bounds: Bounds) -> Self {
        Self {
            world,
            program,
            bounds,
            requests: Arc::new(Semaphore::new(bounds.requests_max as usize)),
        }
    }

    /// Answers requests until `stop`, and then those that have begun. Whether all of them ended in time.
    pub(crate) async fn serve(self, listener: TcpListener, stop: impl Future) -> bool {
        let server = Arc::new(self);
        let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let graceful = GracefulShutdown::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                _ = &mut stop => break,
                (stream, permit) = accept(&listener, &connections) => {
                    server.connect(stream, permit, &graceful);
                }
            }
        }
        drop(listener);
        let rest = async {
            graceful.shutdown().await;
            server
                .requests
                .acquire_many(server.bounds.requests_max)
                .await
                .is_ok()
        };
        time::timeout(server.bounds.stop_time_max, rest)
            .await
            .unwrap_or(false)
    }

    /// Answers the requests of one connection, one after another.
    fn connect(
        self: &Arc<Self>,
        stream: TcpStream,
        permit: OwnedSemaphorePermit,
        graceful: &GracefulShutdown,
    ) {
        // An answer is a head and the parts of its body: without this, each waits until the last has arrived.
        let _slower = stream.set_nodelay(true);
        let server = Arc::clone(self);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_MAX)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| Arc::clone(&server).respond(request)),
            );
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that went away, or that speaks no http, has had its answer.
            let _closed = connection.await;
            drop(permit);
        });
    }

    async fn respond(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<HyperOutgoingBody>, Infallible> {
        let Ok(permit) = Arc::clone(&self.requests).acquire_owned().await else {
            return Ok(failed(StatusCode::SERVICE_UNAVAILABLE));
        };
        let line = format!("{} {}", request.method(), request.uri().path());
        let (sender, response) = oneshot::channel();
        let call = match self.call(request, sender) {
            Ok(call) => call,
            Err(error) => {
                self.say(&line, format_args!("{error:#}"));
                return Ok(failed(StatusCode::BAD_REQUEST));
            }
        };
        // A task of its own: a program may go on when it has answered, and when its client is gone.
        let (server, request) = (Arc::clone(&self), line.clone());
        let task = tokio::spawn(async move {
            let failure = server.run(call).await;
            if let Some(failure) = &failure {
                server.say(&request, failure);
            }
            drop(permit);
            failure
        });
        Ok(match response.await {
            Ok(Ok(response)) => response,
            Ok(Err(code)) => {
                self.say(&line, code);
                failed(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Err(_) => failed(match task.await {
                Ok(Some(Failure::Time(_))) => StatusCode::GATEWAY_TIMEOUT,
                Ok(Some(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
                Ok(None) => {
                    self.say(&line, "it gave no answer");
                    StatusCode::INTERNAL_SERVER_ERROR
                }
            }),
        })
    }

    /// Sets an instance up for a request.
    fn call(&self, request: Request<Incoming>, answer: Answer) -> Result<Call> {
        let mut store = self.world.store(&Instance {
            stdio: Stdio::Lines { stdin: false },
            ..Instance::default()
        })?;
        let mut http = store.data_mut().http();
        let request = http
            .new_incoming_request(Scheme::Http, request)
            .map_err(one_line)?;
        let outparam = http.new_response_outparam(answer).map_err(one_line)?;
        Ok(Call {
            store,
            request,
            outparam,
        })
    }

    /// Runs the program to its end, or to that of its time.
    async fn run(&self, call: Call) -> Option<Failure> {
        let limit = self.bounds.request_time_max;
        match time::timeout(limit, call.handle(&self.program.pre)).await {
            Ok(ended) => Failure::of(ended),
            Err(_) => Some(Failure::Time(limit)),
        }
    }

    fn say(&self, line: &str, what: impl fmt::Display) {
        say(format_args!("error: {}: {line}: {what}", self.program.name));
    }
}

/// The next connection, when there may be one.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        // Never closed.
        let Ok(permit) = Arc::clone(connections).acquire_owned().await else {
            continue;
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(_) => time::sleep(ACCEPT_AGAIN).await,
        }
    }
}

/// Where the first part of an answer goes.
type Answer = oneshot::Sender<Result<Response<HyperOutgoingBody>, ErrorCode>>;

/// An instance to be made, with its request.
struct Call {
    store: Store<Host>,
    request: Resource<HostIncomingRequest>,
    outparam: Resource<HostResponseOutparam>,
}

impl Call {
    async fn handle(mut self, pre: &ProxyPre<Host>) -> wasmtime::Result<()> {
        let proxy = pre.instantiate_async(&mut self.store).await?;
        let handler = proxy.wasi_http_incoming_handler();
        handler
            .call_handle(&mut self.store, self.request, self.outparam)
            .await
    }
}

/// Why a request has no answer, or not all of it.
enum Failure {
    Trap(Trap),
    Exit(u8),
    Engine(anyhow::Error),
    Time(Duration),
}

impl Failure {
    fn of(ended: wasmtime::Result<()>) -> Option<Self> {
        match Ended::of(ended.map(Ok)) {
            Ok(Ended::Exit(0)) => None,
            Ok(Ended::Exit(code)) => Some(Self::Exit(code)),
            Ok(Ended::Trap(trap)) => Some(Self::Trap(trap)),
            Err(error) => Some(Self::Engine(error)),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(trap) => trap.fmt(f),
            Self::Exit(code) => write!(f, "exit code {code}"),
            Self::Engine(error) => write!(f, "{error:#}"),
            Self::Time(limit) => {
                let limit = humantime::format_duration(*limit);
                write!(f, "not finished after {limit} (--timeout)")
            }
        }
    }
}

/// The server's own answer, with the reason as its body.
fn failed(status: StatusCode) -> Response<HyperOutgoingBody> {
    let text = format!("{status}\n");
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response
}
