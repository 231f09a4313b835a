//! Composing as a user does, and running what comes out.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::engine::{Engine, Grant};
use crate::native;
use crate::process::{GUEST_TIMEOUT, Input, Outcome, run};
use crate::profile_dir;

/// The binary to test.
pub fn monaka() -> PathBuf {
    std::env::var_os("MONAKA_BIN").map_or_else(
        || {
            profile_dir()
                .join("monaka")
                .with_extension(std::env::consts::EXE_EXTENSION)
        },
        PathBuf::from,
    )
}

/// A program with everything it needs to run.
#[derive(Debug)]
pub struct Program {
    wasm: PathBuf,
    // Holds the composed file, or the directory that is preopened instead.
    dir: TempDir,
    preopen: bool,
}

impl Program {
    /// `monaka compose APP -o OUT OPTIONS...`
    ///
    /// With `MONAKA_TEST_FORM=preopen` the program is left as it is and gets an
    /// empty directory as `/` when it runs.
    pub fn compose<I: AsRef<OsStr>>(
        app: &Path,
        options: impl IntoIterator<Item = I>,
    ) -> Result<Self> {
        if std::env::var_os("MONAKA_TEST_FORM").is_some_and(|form| form == "preopen") {
            return Self::preopen(app);
        }
        let dir = tempfile::tempdir()?;
        // Programs may ask for their name.
        let wasm = dir.path().join(app.file_name().unwrap_or_default());
        let mut command = Command::new(monaka());
        command
            .arg("compose")
            .arg(app)
            .arg("-o")
            .arg(&wasm)
            .args(options);
        run(&mut command, Input::Empty, GUEST_TIMEOUT)
            .with_context(
                || "`cargo build --package monaka-cli` makes the binary that these tests call",
            )?
            .success()
            .with_context(|| format!("composing {}", app.display()))?;
        Ok(Self {
            wasm,
            dir,
            preopen: false,
        })
    }

    /// The program as it is, on an empty directory of a tmpfs.
    pub fn preopen(app: &Path) -> Result<Self> {
        Ok(Self {
            wasm: app.to_path_buf(),
            dir: native::empty_dir()?,
            preopen: true,
        })
    }

    /// The directory that is preopened, if one is: a test may put files in it.
    pub fn root(&self) -> Option<&Path> {
        self.preopen.then(|| self.dir.path())
    }

    /// The file that is run.
    pub fn wasm(&self) -> &Path {
        &self.wasm
    }

    /// A command that runs it; the arguments of the program may follow.
    pub fn command(&self, grants: &[Grant<'_>]) -> Command {
        self.command_on(Engine::find(), grants)
    }

    /// A command that serves it.
    pub fn serve(&self, grants: &[Grant<'_>]) -> Command {
        Engine::find().serve(&self.wasm, &self.with_root(grants))
    }

    /// As [`Program::command`], on an engine of choice.
    pub fn command_on(&self, engine: &Engine, grants: &[Grant<'_>]) -> Command {
        let mut command = engine.command(&self.wasm, &self.with_root(grants));
        // The message of a failed run is read by people; frames of the engine tell them nothing.
        command.env_remove("RUST_BACKTRACE");
        command
    }

    fn with_root<'a>(&'a self, grants: &[Grant<'a>]) -> Vec<Grant<'a>> {
        let root = self.root().map(Grant::Root);
        grants.iter().copied().chain(root).collect()
    }

    /// Runs it with these arguments.
    pub fn run(&self, args: &[&str]) -> Result<Outcome> {
        run(self.command(&[]).args(args), Input::Empty, GUEST_TIMEOUT)
    }
}
