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
    /// `monaka run`.
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

    /// A command that runs `wasm`; what follows are the arguments of the program.
    pub fn command(&self, wasm: &Path, grants: &[Grant<'_>]) -> Command {
        let mut command = match self {
            Self::Wasmtime(exe) | Self::Monaka(exe) => Command::new(exe),
        };
        command.arg("run");
        for grant in grants {
            grant.add_to(&mut command);
        }
        command.arg(wasm);
        command
    }
}

/// What a program may use of the host.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// The network, as the host sees it.
    Network,
    /// An environment variable and its value.
    Env(&'a str),
    /// A host directory as `/`. Composed programs get none.
    Root(&'a Path),
}

impl Grant<'_> {
    fn add_to(self, command: &mut Command) {
        match self {
            Self::Network => command.args(["-S", "inherit-network"]),
            Self::Env(pair) => command.args(["--env", pair]),
            Self::Root(dir) => command.arg(format!("--dir={}::/", dir.display())),
        };
    }
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
