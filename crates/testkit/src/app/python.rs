//! Python, made a component by componentize-py.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Target, build, once, output};
use crate::{repository, tools};

/// The packages of the `wasi:cli/command` world, each after those it needs.
const WASI_PACKAGES: &[&str] = &["io", "random", "clocks", "filesystem", "sockets", "cli"];

/// The Python program in the directory `source`, whose module `app` exports
/// `wasi:cli/run`.
pub fn python(source: &Path) -> Result<PathBuf> {
    once(source.display().to_string(), || componentize_py(source))
}

fn componentize_py(source: &Path) -> Result<PathBuf> {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let out = output("python", &name, Target::P2)?;
    let mut command = tools::componentize_py()?;
    for package in WASI_PACKAGES {
        command.arg("-d").arg(
            repository()
                .join("wit/deps")
                .join(package)
                .with_extension("wit"),
        );
    }
    command
        .args(["-w", "wasi:cli/command@0.2.12", "componentize", "app", "-p"])
        .arg(source)
        .arg("-o")
        .arg(&out);
    build(&mut command, || {
        format!("componentizing {}", source.display())
    })?;
    Ok(out)
}
