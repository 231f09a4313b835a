//! Guest programs, built as the toolchains of their languages build them.
//!
//! Everything lands below `target/apps`; a second build is nearly free. Builds
//! in one process share what they built, so tests may ask again and again.

mod c;
mod go;
mod javascript;
mod python;
mod rust;

pub use c::{c, sqlite};
pub use go::go;
pub use javascript::javascript;
pub use python::python;
pub use rust::{Published, example, example_guest, example_handler, published, reactor, rust};

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result};

use crate::process::{BUILD_TIMEOUT, Input, run};
use crate::target_dir;

/// What a program is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A core module that imports WASI Preview 1.
    P1,
    /// A component that imports WASI 0.2.
    P2,
    /// A core module that imports, as its own WIT says, nothing but what it calls.
    Bare,
    /// The machine that the tests run on.
    Native,
}

impl Target {
    /// What the file of a program ends in.
    fn extension(self) -> &'static str {
        match self {
            Self::Native => std::env::consts::EXE_EXTENSION,
            Self::P1 | Self::P2 | Self::Bare => "wasm",
        }
    }
}

/// Runs a compiler; `what` is for the message of a failure.
fn build(command: &mut Command, what: impl FnOnce() -> String) -> Result<()> {
    run(command, Input::Empty, BUILD_TIMEOUT)?
        .success()
        .map(drop)
        .with_context(what)
}

/// Where the program `name` of a language goes.
fn output(language: &str, name: &str, target: Target) -> Result<PathBuf> {
    let dir = target_dir()
        .join("apps")
        .join(language)
        .join(format!("{target:?}").to_lowercase());
    std::fs::create_dir_all(&dir)?;
    Ok(dir.join(name).with_extension(target.extension()))
}

/// Builds once per process; whoever asks meanwhile waits for the first.
fn once(key: String, build: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    type Slot = Arc<Mutex<Option<PathBuf>>>;
    static BUILT: OnceLock<Mutex<HashMap<String, Slot>>> = OnceLock::new();
    let slot = {
        let built = BUILT.get_or_init(Mutex::default);
        let mut built = built.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(built.entry(key).or_default())
    };
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*slot {
        return Ok(path.clone());
    }
    Ok(slot.insert(build()?).clone())
}
