//! `monaka run`: programs on one filesystem in memory.

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::runtime::Runtime;
use wasmtime_wasi::p2::bindings::CommandPre;

use crate::cli::{Talk, say, usage};
use crate::engine::{Ended, EngineArgs, Host, Instance, Program, Source, Stdio, Turns, World};
use crate::input::Input;
use crate::interrupt;

/// What `timeout` of coreutils exits with.
const TIMED_OUT: u8 = 124;

/// What the tool exits with where a program could not be run.
const NOT_RUN: u8 = 1;

/// What stands between the programs of a chain.
const THEN: &str = "--then";

/// Run programs on one filesystem in memory, with the built-in engine
///
/// A program is a component for WASI 0.2 or a core module for Preview 1. It sees a filesystem in memory as `/`,
/// which is empty unless files are embedded or an image is given, and gone at the end unless it is saved. It gets
/// its arguments, standard input and output, clocks and random numbers; no environment, no network and no directory
/// of the host unless they are granted. What follows PROGRAM belongs to the program.
///
/// The exit code is that of the program; 134 if it trapped, 124 after --timeout, 130 after an interrupt.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka run app.wasm -- --verbose input.txt
  monaka run --env LANG=C --allow-net --embed ./site:/www app.wasm
  monaka run --image state.img --save app.wasm
  monaka run --share make.wasm 10 --then sort.wasm --reverse --then print.wasm
  monaka run --share --parallel 8 worker.wasm --then merge.wasm")]
pub(crate) struct Args {
    /// Run several programs one after another on the same filesystem
    ///
    /// Each program is followed by its own arguments, and `--then` names the next: `--share A [ARGS] --then B
    /// [ARGS]`. The first that fails ends the chain, and its exit code is that of the chain.
    #[arg(long)]
    share: bool,

    /// Run that many instances of PROGRAM at once on the same filesystem
    ///
    /// The variable MONAKA_INSTANCE is the number of an instance, from 0, and MONAKA_INSTANCES is N. Standard
    /// input is that of instance 0. Outputs are written line by line, and lines are never mixed. All run to their
    /// end, and the exit code is that of the first, by number, which failed. A program after `--then` runs once,
    /// when all have ended.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    parallel: Option<u32>,

    /// End the programs when they have run for this long, such as 500ms or 2m; the exit code is 124
    #[arg(long, value_name = "DURATION")]
    timeout: Option<humantime::Duration>,

    /// The program, `-` for standard input, and its arguments, which may follow a `--`
    #[arg(
        value_name = "PROGRAM [ARGS]",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<OsString>,

    #[command(flatten)]
    engine: EngineArgs,
}

pub(crate) fn exec(args: Args, talk: Talk) -> Result<ExitCode> {
    let commands = commands(&args)?;
    interrupt::watch();
    let turns = match args.parallel {
        Some(_) => Turns::Taken,
        None => Turns::None,
    };
    let files = args
        .engine
        .files_option()
        .or(args.share.then_some("--share"));
    let (world, state) = args.engine.open(turns, talk)?;
    let stages = commands
        .into_iter()
        .map(|command| Stage::load(&world, command, files))
        .collect::<Result<_>>()?;
    let chain = Chain {
        world: Arc::new(world),
        stages,
        parallel: args.parallel,
    };
    let Some(ended) = within(args.timeout.map(Into::into), chain.run())? else {
        let limit = args.timeout.unwrap_or(Duration::ZERO.into());
        say(format_args!(
            "error: not finished after {limit} (--timeout)"
        ));
        state.not_saved(talk);
        return Ok(ExitCode::from(TIMED_OUT));
    };
    match ended.whole {
        true => state.save()?,
        false => state.not_saved(talk),
    }
    Ok(ExitCode::from(ended.code))
}

/// A program and its arguments, the first of which is its name.
struct Command {
    program: Input,
    arguments: Vec<String>,
}

/// The command line, taken apart.
fn commands(args: &Args) -> Result<Vec<Command>> {
    if args.share {
        return args
            .command
            .split(|arg| arg == THEN)
            .map(Command::parse)
            .collect();
    }
    let own = args.command.split(|arg| arg == "--").next();
    if own.is_some_and(|own| own.iter().any(|arg| arg == THEN)) {
        return Err(usage(
            "run",
            "--then needs --share before the first program; to hand it to the program, write it after `--`",
        ));
    }
    Ok(vec![Command::parse(&args.command)?])
}

impl Command {
    /// A `--` between the program and its arguments is nobody's.
    fn parse(words: &[OsString]) -> Result<Self> {
        let (program, rest) = words
            .split_first()
            .filter(|(program, _)| !program.is_empty() && *program != "--")
            .ok_or_else(|| usage("run", "--then stands between two programs"))?;
        if is_option(program) {
            let name = program.display();
            return Err(usage(
                "run",
                format_args!("unexpected argument '{name}'; a program of that name is './{name}'"),
            ));
        }
        let rest = match rest {
            [dashes, rest @ ..] if dashes == "--" => rest,
            rest => rest,
        };
        let arguments = [program].into_iter().chain(rest).map(|arg| {
            let text = arg.to_str().map(str::to_string);
            text.with_context(|| format!("the argument {arg:?} is not UTF-8"))
        });
        Ok(Self {
            program: Input::from(program.clone()),
            arguments: arguments.collect::<Result<_>>()?,
        })
    }
}

/// What stands at the place of a program and is none: an option that nobody knows.
fn is_option(word: &OsStr) -> bool {
    word != "-" && word.as_encoded_bytes().starts_with(b"-")
}

/// Programs, one after another.
struct Chain {
    world: Arc<World>,
    stages: Vec<Stage>,
    parallel: Option<u32>,
}

/// How the programs ended.
struct ChainEnded {
    code: u8,
    /// Whether each program came to an end of its own, so that its files are as it left them.
    whole: bool,
}

impl Default for ChainEnded {
    fn default() -> Self {
        Self {
            code: 0,
            whole: true,
        }
    }
}

impl Chain {
    /// Runs until a program fails, or all have ended. The first may run in parallel.
    async fn run(self) -> ChainEnded {
        let mut parallel = self.parallel;
        let mut ended = ChainEnded::default();
        for stage in self.stages {
            ended = stage.run(&self.world, parallel.take()).await;
            if ended.code != 0 {
                break;
            }
        }
        ended
    }
}

/// One program of a chain, ready to run.
struct Stage {
    program: Program<CommandPre<Host>>,
    arguments: Vec<String>,
}

impl Stage {
    fn load(world: &World, command: Command, files: Option<&str>) -> Result<Self> {
        let source = Source::read(&command.program, files)?;
        Ok(Self {
            program: Program::command(world, source.compile(world)?)?,
            arguments: command.arguments,
        })
    }

    /// Runs all its instances, and tells of each that did not come to an end of its own.
    async fn run(self, world: &Arc<World>, parallel: Option<u32>) -> ChainEnded {
        let stage = Arc::new(self);
        let mut running = Vec::new();
        for number in 0..parallel.unwrap_or(1) {
            let (stage, world) = (Arc::clone(&stage), Arc::clone(world));
            let part = parallel.map(|of| Part { number, of });
            running.push((
                part,
                tokio::spawn(async move { stage.instance(&world, part).await }),
            ));
        }
        let mut all = ChainEnded::default();
        for (part, task) in running {
            let ended = task.await.unwrap_or_else(|panicked| Err(panicked.into()));
            all.whole &= matches!(ended, Ok(Ended::Exit(_)));
            let code = stage.report(part, ended);
            if all.code == 0 {
                all.code = code;
            }
        }
        all
    }

    async fn instance(&self, world: &World, part: Option<Part>) -> Result<Ended> {
        let mut store = world.store(&Instance {
            arguments: &self.arguments,
            variables: &part.map(Part::variables).unwrap_or_default(),
            stdio: part.map(Part::stdio).unwrap_or_default(),
        })?;
        match self.program.pre.instantiate_async(&mut store).await {
            Ok(command) => Ended::of(command.wasi_cli_run().call_run(&mut store).await),
            Err(error) => Ended::of_error(error),
        }
    }

    /// The exit code of an instance.
    fn report(&self, part: Option<Part>, ended: Result<Ended>) -> u8 {
        let name = match part {
            Some(Part { number, .. }) => format!("{}, instance {number}", self.program.name),
            None => self.program.name.clone(),
        };
        match &ended {
            Ok(Ended::Trap(trap)) => say(format_args!("error: {name}: {trap}")),
            Err(error) => say(format_args!("error: {name}: {error:#}")),
            Ok(Ended::Exit(_)) => {}
        }
        ended.map_or(NOT_RUN, Ended::code)
    }
}

/// One of many instances.
#[derive(Clone, Copy)]
struct Part {
    number: u32,
    of: u32,
}

impl Part {
    fn variables(self) -> Vec<(&'static str, String)> {
        vec![
            ("MONAKA_INSTANCE", self.number.to_string()),
            ("MONAKA_INSTANCES", self.of.to_string()),
        ]
    }

    fn stdio(self) -> Stdio {
        Stdio::Lines {
            stdin: self.number == 0,
        }
    }
}

/// Waits for `work`, or for the end of the time. This thread runs none of it: whatever the programs do, it sees the
/// time pass. They end with the process.
fn within<T: Send + 'static>(
    timeout: Option<Duration>,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Option<T>> {
    let runtime = Runtime::new()?;
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(async move {
        let _nobody_waits = sender.send(work.await);
    });
    let done = match timeout {
        Some(timeout) => receiver.recv_timeout(timeout),
        None => receiver.recv().map_err(Into::into),
    };
    runtime.shutdown_background();
    match done {
        Ok(done) => Ok(Some(done)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => bail!("the engine failed"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    /// The arguments of each program, or the error.
    fn parsed(line: &[&str]) -> Result<Vec<Vec<String>>, String> {
        let line = Line::try_parse_from(["run"].iter().chain(line)).map_err(|e| e.to_string())?;
        let commands = commands(&line.args).map_err(|error| error.to_string())?;
        Ok(commands
            .into_iter()
            .map(|command| command.arguments)
            .collect())
    }

    #[test]
    fn what_follows_the_program_is_its_own() {
        assert_eq!(
            parsed(&["a", "--env", "x", "--", "y"]).unwrap(),
            [["a", "--env", "x", "--", "y"]]
        );
        assert_eq!(
            parsed(&["a", "--", "--x", "--", "--then"]).unwrap(),
            [["a", "--x", "--", "--then"]]
        );
        assert_eq!(parsed(&["--", "a", "b"]).unwrap(), [["a", "b"]]);
    }

    #[test]
    fn a_chain_is_divided_by_then() {
        assert_eq!(
            parsed(&["--share", "a", "--then", "b"]).unwrap(),
            [["a"], ["b"]]
        );
        assert_eq!(
            parsed(&[
                "--share", "a", "1", "--", "--then", "b", "--", "--x", "--then", "c"
            ])
            .unwrap(),
            [vec!["a", "1", "--"], vec!["b", "--x"], vec!["c"]]
        );
    }

    #[test]
    fn a_chain_has_a_program_at_each_place() {
        for line in [
            &["--share", "a", "--then"][..],
            &["--share", "a", "--then", "--then", "b"],
        ] {
            let error = parsed(line).unwrap_err();
            assert!(
                error.contains("--then stands between two programs"),
                "{error}"
            );
        }
        let error = parsed(&["--no-such", "a"]).unwrap_err();
        assert!(error.contains("unexpected argument '--no-such'"), "{error}");
        let error = parsed(&["a", "--then", "b"]).unwrap_err();
        assert!(error.contains("--then needs --share"), "{error}");
    }
}
