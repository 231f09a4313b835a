//! A server that runs a program for each line it is sent: the line is the program's stdin, and what the program prints
//! is the answer. No program can keep the server busy, fill its memory, or see another's line; what they share is a
//! filesystem.
//!
//! `example-filter PROGRAM.wasm [DICTIONARY]`

use std::env;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use monaka_host::{Limits, MonakaCtxView, MonakaView, State, View, Volume};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store,
    StoreLimits, StoreLimitsBuilder, ensure, format_err,
};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// Programs that run at one time; further lines wait.
const PROGRAMS_MAX: u32 = 16;
/// Core modules, each with a memory at most, that one component is made of at most.
const MODULES_MAX: u32 = 8;
/// What one line may take.
const LINE_BYTES_MAX: u64 = 64 << 10;
const TIME_MAX: Duration = Duration::from_secs(2);
const MEMORY_BYTES_MAX: usize = 16 << 20;
const OUTPUT_BYTES_MAX: usize = 64 << 10;
/// What all programs together may leave in files.
const FILES_BYTES_MAX: u64 = 4 << 20;
/// How often a program that computes is asked to let others on.
const TICK: Duration = Duration::from_millis(10);

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let program = args
        .next()
        .context("usage: example-filter PROGRAM.wasm [DICTIONARY]")?;
    let volume = Volume::new(Limits {
        bytes_max: FILES_BYTES_MAX,
        ..Limits::default()
    })?;
    if let Some(dictionary) = args.next() {
        volume.write("/dictionary", &fs::read(&dictionary).context(dictionary)?)?;
    }
    let server = Arc::new(Server::new(&program, volume.view().build()?)?);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("filtering lines on {}", listener.local_addr()?);
    loop {
        let (client, _) = listener.accept().await?;
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            // A client that goes away, or sends what is no line, is its own affair.
            server.serve(client).await.ok();
        });
    }
}

struct Server {
    program: CommandPre<Bounded>,
    view: View,
    running: Semaphore,
}

impl Server {
    fn new(program: &str, view: View) -> Result<Self> {
        let engine = engine()?;
        let mut linker = Linker::new(&engine);
        monaka_host::add_to_linker_async(&mut linker)?;
        let program = linker.instantiate_pre(&Component::from_file(&engine, program)?)?;
        Ok(Self {
            program: CommandPre::new(program)?,
            view,
            running: Semaphore::new(PROGRAMS_MAX as usize),
        })
    }

    /// A line in, a line out, until the client ends.
    async fn serve(&self, mut client: TcpStream) -> Result<()> {
        let (from, mut to) = client.split();
        let mut from = BufReader::new(from);
        while let Some(line) = next_line(&mut from).await? {
            let answer = match self.filter(line).await {
                Ok(output) => format!("ok {output}\n"),
                Err(error) => format!(
                    "error {}\n",
                    error.root_cause().to_string().replace('\n', " ")
                ),
            };
            to.write_all(answer.as_bytes()).await?;
        }
        Ok(())
    }

    /// Runs the program on one line.
    async fn filter(&self, line: Vec<u8>) -> Result<String> {
        let _turn = self.running.acquire().await?;
        let output = MemoryOutputPipe::new(OUTPUT_BYTES_MAX);
        let mut store = Store::new(
            self.program.engine(),
            Bounded::new(&self.view, line, output.clone()),
        );
        store.limiter(|bounded| &mut bounded.limits);
        store.epoch_deadline_async_yield_and_update(1);

        let run = async {
            let command = self.program.instantiate_async(&mut store).await?;
            command.wasi_cli_run().call_run(&mut store).await
        };
        // A program that is not done in time is dropped where it stands, with all that it has open.
        let ended = timeout(TIME_MAX, run).await;
        let ended = ended.map_err(|_| format_err!("it took too long"))?;
        let text = output.contents();
        ensure!(text.len() < OUTPUT_BYTES_MAX, "it printed too much");
        ensure!(ended?.is_ok(), "it failed");
        let text = str::from_utf8(&text).context("it printed what is not UTF-8")?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        ensure!(!text.contains('\n'), "it printed more than a line");
        Ok(text.into())
    }
}

/// An engine that keeps the memory of instances for the next ones, and interrupts what computes.
fn engine() -> Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(PROGRAMS_MAX)
        .total_core_instances(PROGRAMS_MAX * MODULES_MAX)
        .total_memories(PROGRAMS_MAX * MODULES_MAX)
        .total_tables(PROGRAMS_MAX * MODULES_MAX)
        .total_stacks(PROGRAMS_MAX)
        .max_memory_size(MEMORY_BYTES_MAX);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config.epoch_interruption(true);
    let engine = Engine::new(&config)?;
    let ticking = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = ticking.upgrade() {
            engine.increment_epoch();
            thread::sleep(TICK);
        }
    });
    Ok(engine)
}

/// The next line without its end; an error if it is too long to be kept.
async fn next_line(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    from.take(LINE_BYTES_MAX)
        .read_until(b'\n', &mut line)
        .await?;
    ensure!(line.len() < LINE_BYTES_MAX as usize, "a line is too long");
    Ok((!line.is_empty()).then(|| line.trim_ascii_end().into()))
}

/// What a running program has of its host, and what it may take of it.
struct Bounded {
    program: State,
    limits: StoreLimits,
}

impl Bounded {
    fn new(view: &View, line: Vec<u8>, output: MemoryOutputPipe) -> Self {
        let wasi = WasiCtx::builder()
            .stdin(MemoryInputPipe::new(line))
            .stdout(output)
            .build();
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_BYTES_MAX)
            .trap_on_grow_failure(true)
            .build();
        Self {
            program: State::new(wasi, view),
            limits,
        }
    }
}

impl WasiView for Bounded {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.program.ctx()
    }
}

impl MonakaView for Bounded {
    fn monaka(&mut self) -> MonakaCtxView<'_> {
        self.program.monaka()
    }
}
