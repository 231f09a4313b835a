//! Many programs on one volume for a while, some of which are trapped, stopped or greedy.
//!
//! `STRESS_SECONDS` makes it shorter or longer.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use monaka_host::{Limits, Quota, State, View, Volume, add_to_linker_async};
use monaka_testkit::app::{self, Target};
use tokio::task::JoinSet;
use tokio::time::timeout;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

const SECONDS: u64 = 30;
/// Instances at one time: workers, and these besides.
const INSTANCES: u32 = 64;
const TRAPPED: u32 = 2;
const STOPPED: u32 = 2;
const WORKERS: u32 = INSTANCES - TRAPPED - STOPPED - 1;
/// Threads that they run in.
const THREADS: usize = 4;
/// How long an instance runs before another has its turn, in the middle of whatever it does.
const TURN: Duration = Duration::from_millis(1);
/// Handles of the greedy one.
const GREED: u32 = 1_000;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES)
        .total_core_instances(4 * INSTANCES)
        .total_memories(INSTANCES)
        .total_stacks(INSTANCES)
        .total_tables(4 * INSTANCES)
        .max_memory_size(64 << 20);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true);
    Engine::new(&config).expect("an engine")
});

/// The program, for any number of instances.
struct Program(CommandPre<State>);

impl Program {
    fn new() -> Result<Self> {
        let wasm = app::rust("stress", Target::P2)?;
        let link = || {
            let component = Component::from_file(&ENGINE, wasm)?;
            let mut linker = Linker::new(&ENGINE);
            add_to_linker_async(&mut linker)?;
            CommandPre::new(linker.instantiate_pre(&component)?)
        };
        link().map(Self).map_err(told)
    }

    /// What it says, or how it failed.
    async fn run(&self, view: &View, args: &[&str]) -> Result<String> {
        let [stdout, stderr] = [(); 2].map(|()| MemoryOutputPipe::new(1 << 20));
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(stdout.clone()).stderr(stderr.clone());
        let wasi = wasi.arg("stress").args(args).build();
        let mut store = Store::new(&ENGINE, State::new(wasi, view));
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let command = self.0.instantiate_async(&mut store).await.map_err(told)?;
        let ended = command.wasi_cli_run().call_run(&mut store).await;
        let stderr = String::from_utf8_lossy(&stderr.contents()).into_owned();
        match ended.map_err(told).with_context(|| stderr.clone())? {
            Ok(()) => Ok(String::from_utf8(stdout.contents().to_vec())?),
            Err(()) => Err(anyhow!("{args:?}: {stderr}")),
        }
    }
}

fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

/// What the programs are, and what they share.
struct Stress {
    volume: Volume,
    program: Program,
    seconds: u64,
    /// One for each worker.
    quotas: Vec<Quota>,
    ended: AtomicBool,
    traps: AtomicUsize,
    stops: AtomicUsize,
}

/// What a worker did.
#[derive(Clone, Copy)]
struct Done {
    rounds: u64,
    lines: u64,
    increments: u64,
}

impl Stress {
    fn new(seconds: u64) -> Result<Self> {
        let volume = Volume::new(Limits {
            bytes_max: 512 << 20,
            ..Limits::default()
        })?;
        for dir in ["/home", "/counters", "/shared", "/wrecks"] {
            volume.create_dir_all(dir)?;
        }
        for counter in 0..4 {
            volume.write(&format!("/counters/{counter}"), b"0")?;
        }
        volume.write("/shared/current", &[b'x'; 100_000])?;
        volume.write("/log", b"")?;
        Ok(Self {
            volume,
            program: Program::new()?,
            seconds,
            quotas: (0..WORKERS).map(|_| Quota::new(2 << 20, 16)).collect(),
            ended: AtomicBool::new(false),
            traps: AtomicUsize::new(0),
            stops: AtomicUsize::new(0),
        })
    }

    async fn work(&self, id: u32) -> Result<Done> {
        let quota = self.quotas[id as usize].clone();
        let view = self.volume.view().quota(quota).build()?;
        let args = ["work", &id.to_string(), &self.seconds.to_string()];
        let told = self.program.run(&view, &args).await?;
        let counts: Vec<u64> = told
            .split_whitespace()
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()?;
        let [rounds, lines, increments] = counts[..] else {
            return Err(anyhow!("{told}"));
        };
        Ok(Done {
            rounds,
            lines,
            increments,
        })
    }

    /// Instances that end by a trap with files open, one after the other.
    async fn trap(&self, id: u32) -> Result<()> {
        let view = self.volume.view().build()?;
        while !self.ended.load(Ordering::Relaxed) {
            let ended = self.program.run(&view, &["trap", &id.to_string()]).await;
            let error = format!("{:?}", ended.err().context("no trap")?);
            ensure!(error.contains("unreachable"), "{error}");
            self.traps.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Instances that are dropped in the middle of what they do, one after the other.
    async fn stop(&self, id: u32) -> Result<()> {
        let view = self.volume.view().build()?;
        while !self.ended.load(Ordering::Relaxed) {
            let stops = self.stops.fetch_add(1, Ordering::Relaxed) as u64;
            let time = Duration::from_millis(100 + 7 * (stops % 20));
            let id = id.to_string();
            let args = ["wreck", &id];
            match timeout(time, self.program.run(&view, &args)).await {
                Err(_) => {}
                Ok(ended) => return Err(anyhow!("it ended by itself: {ended:?}")),
            }
        }
        Ok(())
    }

    /// Instances that open all the handles they may, one after the other.
    async fn greed(&self) -> Result<()> {
        let view = self.volume.view().handles_max(GREED).build()?;
        while !self.ended.load(Ordering::Relaxed) {
            let told = self.program.run(&view, &["greed"]).await?;
            // The root is open besides.
            let most = (GREED - 1).to_string();
            let counts: Vec<&str> = told.split_whitespace().collect();
            ensure!(counts == [&most[..]; 3], "{told}");
        }
        Ok(())
    }

    /// Runs them all; gives what the workers did.
    async fn run(&'static self) -> Result<Vec<Done>> {
        let mut others = JoinSet::new();
        for id in 0..TRAPPED {
            others.spawn(self.trap(id));
        }
        for id in TRAPPED..TRAPPED + STOPPED {
            others.spawn(self.stop(id));
        }
        others.spawn(self.greed());
        let mut workers = JoinSet::new();
        for id in 0..WORKERS {
            workers.spawn(self.work(id));
        }
        let done = workers.join_all().await;
        self.ended.store(true, Ordering::Relaxed);
        for ended in others.join_all().await {
            ended?;
        }
        done.into_iter().collect()
    }

    /// What the programs left is what they say that they did.
    fn check(&self, done: &[Done]) -> Result<()> {
        let sum = |count: fn(&Done) -> u64| done.iter().map(count).sum::<u64>();
        let log = String::from_utf8(self.volume.read("/log")?)?;
        let mut next = vec![0; WORKERS as usize];
        for line in log.lines() {
            let (id, number) = line.split_once(' ').context("a torn line")?;
            let next = next.get_mut(id.parse::<usize>()?).context("no worker")?;
            ensure!(number == next.to_string(), "{line} where {next} is next");
            *next += 1;
        }
        let written = sum(|done| done.lines);
        ensure!(next.iter().sum::<u64>() == written, "a line is lost");
        let mut counted = 0;
        for counter in 0..4 {
            let counter = self.volume.read(&format!("/counters/{counter}"))?;
            counted += String::from_utf8(counter)?.parse::<u64>()?;
        }
        let (rounds, increments) = (sum(|done| done.rounds), sum(|done| done.increments));
        ensure!(counted == increments, "{counted} of {increments}");
        let [traps, stops] = [&self.traps, &self.stops].map(|count| count.load(Ordering::Relaxed));
        println!(
            "{rounds} rounds, {written} lines, {increments} increments, {traps} traps, {stops} stops"
        );
        ensure!(traps > 0 && stops > 0 && increments > 0);
        ensure!(done.iter().all(|done| done.rounds > 0), "one had no turn");
        Ok(())
    }

    /// Nothing is open, every invariant holds, and the ledger and each quota are what is there.
    fn check_accounts(&self) -> Result<()> {
        ensure!(self.volume.usage().handles == 0, "handles are left");
        self.volume.check().map_err(|broken| anyhow!(broken))?;
        ensure!(self.volume.usage() == self.volume.recount(None)?);
        for quota in &self.quotas {
            ensure!(quota.usage() == self.volume.recount(Some(quota))?);
        }
        Ok(())
    }
}

#[test]
fn programs_of_all_kinds_for_a_while() -> Result<()> {
    let seconds = std::env::var("STRESS_SECONDS").map_or(Ok(SECONDS), |text| text.parse())?;
    let stress: &Stress = Box::leak(Box::new(Stress::new(seconds)?));
    // Until the process ends.
    thread::spawn(|| {
        loop {
            thread::sleep(TURN);
            ENGINE.increment_epoch();
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()?;
    let start = Instant::now();
    let done = runtime.block_on(stress.run())?;
    ensure!(start.elapsed() >= Duration::from_secs(seconds));
    drop(runtime);
    stress.check(&done)?;
    stress.check_accounts()
}
