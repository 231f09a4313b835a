//! One program in one of its forms, precompiled, and the command that runs it.

use crate::run;
use anyhow::Result;
use monaka_adapter_bytes::{ADAPTER, LOWERED};
use monaka_compose::{Linking, Modules, Options};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The core modules of the adapter.
pub const MODULES: Modules<'static> = Modules {
    component: ADAPTER,
    lowered: LOWERED,
};

/// Where a program has its files from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is, on a preopened directory of a tmpfs.
    Preopened,
    /// Composed, with the component link.
    Component,
    /// Composed, with the fused link.
    Fused,
    /// The same without multi-memory and tail calls.
    Portable,
}

impl Form {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 4] = [
        Self::Preopened,
        Self::Component,
        Self::Fused,
        Self::Portable,
    ];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preopened => "preopened tmpfs",
            Self::Component => "component link",
            Self::Fused => "fused",
            Self::Portable => "fused, portable",
        }
    }

    /// The bytes of `app` in this form.
    fn of(self, app: &[u8]) -> Result<Vec<u8>> {
        let (link, portable) = match self {
            Self::Preopened => return Ok(app.to_vec()),
            Self::Component => (Linking::Component, false),
            Self::Fused => (Linking::Fused, false),
            Self::Portable => (Linking::Fused, true),
        };
        let options = Options {
            link,
            portable,
            ..Options::default()
        };
        let mut bytes = Vec::new();
        monaka_compose::compose(app, MODULES, &options)?.write_to(&mut bytes, &mut |_| Ok(()))?;
        Ok(bytes)
    }
}

/// A program, ready to run.
#[derive(Debug)]
pub struct Program {
    /// Bytes of its `.wasm`.
    pub bytes: u64,
    precompiled: PathBuf,
    root: Option<PathBuf>,
}

impl Program {
    /// Composes and precompiles `app` into `directory`, where its name has to
    /// be unique.
    ///
    /// # Errors
    /// When it cannot be composed or compiled.
    pub fn new(directory: &Path, name: &str, app: &[u8], form: Form) -> Result<Self> {
        let path = directory.join(format!("{name}-{form:?}.wasm"));
        let bytes = form.of(app)?;
        fs::write(&path, &bytes)?;
        let root = (form == Form::Preopened).then(|| directory.join(format!("{name}-root")));
        if let Some(root) = &root {
            fs::create_dir(root)?;
        }
        Ok(Self {
            bytes: bytes.len() as u64,
            precompiled: precompile(&path)?,
            root,
        })
    }

    /// `app` in each of `forms`.
    ///
    /// # Errors
    /// Those of [`Program::new`].
    pub fn forms(directory: &Path, name: &str, app: &[u8], forms: &[Form]) -> Result<Vec<Self>> {
        forms
            .iter()
            .map(|form| Self::new(directory, name, app, *form))
            .collect()
    }

    /// A command that runs it.
    pub fn command(&self) -> Command {
        let mut command = Command::new("wasmtime");
        command.args(["run", "--allow-precompiled"]);
        if let Some(root) = &self.root {
            command.arg(format!("--dir={}::/", root.display()));
        }
        command.arg(&self.precompiled);
        command
    }
}

/// Compiles a file with the `wasmtime` that will run it.
///
/// # Errors
/// When that fails.
pub fn precompile(wasm: &Path) -> Result<PathBuf> {
    let out = wasm.with_extension("cwasm");
    run(Command::new("wasmtime")
        .arg("compile")
        .arg(wasm)
        .arg("-o")
        .arg(&out))?;
    Ok(out)
}
