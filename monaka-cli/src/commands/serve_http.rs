//! `monaka serve-http`: a program that answers http requests.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::cli::Talk;
use crate::engine::{Bounds, EngineArgs, Program, Server, Source, Turns, compile_pooled};
use crate::input::Input;
use crate::interrupt;

/// How long requests may go on after an interrupt.
const STOP_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(10);

/// Serve http requests with a program, an instance for each
///
/// The program is a component that exports wasi:http/incoming-handler. Each request is answered by a new instance,
/// and all instances see the same filesystem as `/`: what one writes is there for the next.
///
/// Ctrl-C or SIGTERM stops the server: requests that have begun are answered, for at most ten seconds, and with
/// --save the files are written. A second one ends it at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka serve-http app.wasm
  monaka serve-http app.wasm --embed ./site:/www --image cache.img --save
  monaka serve-http app.wasm --addr 127.0.0.1:0 --max-bytes 256M --timeout 5s")]
pub(crate) struct Args {
    /// Where to listen; port 0 is any free port, and the address is printed
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    addr: SocketAddr,

    /// End an instance that has not answered for this long, the whole body included
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    timeout: humantime::Duration,

    /// Answer that many requests at one time; others wait
    ///
    /// Their instances are made in a pool of that size, whose memory is taken only as it is used. A program that does
    /// not fit one is served without, which is slower, and a warning says so.
    #[arg(long, value_name = "COUNT", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    max_requests: u32,

    /// The program, `-` for standard input
    #[arg(value_name = "PROGRAM")]
    program: Input,

    #[command(flatten)]
    engine: EngineArgs,
}

pub(crate) fn exec(args: Args, talk: Talk) -> Result<()> {
    interrupt::watch();
    let files = args.engine.files_option();
    let (world, state) = args.engine.open(Turns::Taken, talk)?;
    let source = Source::read(&args.program, files)?;
    let (compiled, world) = compile_pooled(&source, world, args.max_requests, talk)?;
    let program = Program::handler(&world, compiled)?;
    let bounds = Bounds {
        requests_max: args.max_requests,
        request_time_max: args.timeout.into(),
        stop_time_max: STOP_TIME_MAX,
    };
    let server = Server::new(Arc::new(world), program, bounds);
    let runtime = Runtime::new()?;
    let finished = runtime.block_on(serve(server, args.addr, talk))?;
    runtime.shutdown_background();
    if !finished {
        talk.line(format_args!(
            "requests that were not answered after {} are given up",
            humantime::format_duration(STOP_TIME_MAX)
        ));
    }
    state.save()
}

/// Serves until an interrupt. Whether all requests were answered.
async fn serve(server: Server, address: SocketAddr, talk: Talk) -> Result<bool> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| address.to_string())?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    interrupt::stop_first(move || {
        let _gone = stop.send(());
    });
    talk.line(format_args!("Serving HTTP on http://{address}/"));
    Ok(server.serve(listener, stopped).await)
}
