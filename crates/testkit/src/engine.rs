//! The runtime: a stock `wasmtime` on `PATH`, else the engine inside `monaka`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::compose::monaka;

/// What runs composed programs.
#[derive(Clone, Debug)]
pub enum Engine {
    /// The wasmtime command line.
    Wasmtime(PathBuf),
    /// `monaka run` and `monaka serve-http`.
    Monaka(PathBuf),
}

impl Engine {
    /// Finds an engine once and says which it is.
    pub fn find() -> &'static Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        ENGINE.get_or_init(|| {
            let engine = on_path("wasmtime").map_or_else(|| Self::Monaka(monaka()), Self::Wasmtime);
            // Past the capture of the test harness: the log of a run must tell.
            use std::io::Write;
            writeln!(std::io::stderr(), "engine: {engine:?}").ok();
            engine
        })
    }

    /// The engine inside `monaka`, whatever is on `PATH`.
    pub fn built_in() -> Self {
        Self::Monaka(monaka())
    }

    /// A command that runs `wasm`; what follows are the arguments of the program.
    pub fn command(&self, wasm: &Path, grants: &[Grant<'_>]) -> Command {
        let (Self::Wasmtime(exe) | Self::Monaka(exe)) = self;
        let mut command = Command::new(exe);
        command.arg("run");
        for grant in grants {
            self.add(*grant, &mut command);
        }
        command.arg(wasm);
        command
    }

    /// A command that serves `wasm` on a free port.
    pub fn serve(&self, wasm: &Path, grants: &[Grant<'_>]) -> Command {
        let (exe, verb) = match self {
            Self::Wasmtime(exe) => (exe, "serve"),
            Self::Monaka(exe) => (exe, "serve-http"),
        };
        let mut command = Command::new(exe);
        command.args([verb, "--addr", "127.0.0.1:0"]);
        for grant in grants {
            self.add(*grant, &mut command);
        }
        command.arg(wasm);
        command
    }

    fn add(&self, grant: Grant<'_>, command: &mut Command) {
        match (grant, self) {
            (Grant::Network, Self::Wasmtime(_)) => command.args(["-S", "inherit-network"]),
            (Grant::Network | Grant::Http, Self::Monaka(_)) => command.arg("--allow-net"),
            (Grant::Cli, Self::Wasmtime(_)) => command.args(["-S", "cli"]),
            (Grant::Cli, Self::Monaka(_)) => command,
            (Grant::Http, Self::Wasmtime(_)) => command.args(["-S", "http"]),
            (Grant::Env(pair), _) => command.args(["--env", pair]),
            (Grant::Root(dir), _) => command.arg(format!("--dir={}::/", dir.display())),
        };
    }
}

/// What a program may use of the host.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// The network, as the host sees it.
    Network,
    /// `wasi:cli` for a program that answers requests; others have it.
    Cli,
    /// Http requests to anybody.
    Http,
    /// An environment variable and its value.
    Env(&'a str),
    /// A host directory as `/`. Composed programs get none.
    Root(&'a Path),
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| {
            dir.join(name)
                .with_extension(std::env::consts::EXE_EXTENSION)
        })
        .find(|candidate| candidate.is_file())
}
