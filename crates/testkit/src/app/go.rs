//! Go, compiled by its own toolchain.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Target, build, once, output};
use crate::tools;

/// The Go program in the directory `source`; P1 or native.
pub fn go(source: &Path, target: Target) -> Result<PathBuf> {
    once(format!("{} {target:?}", source.display()), || {
        go_build(source, target)
    })
}

fn go_build(source: &Path, target: Target) -> Result<PathBuf> {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let out = output("go", &name, target)?;
    let mut command = tools::go()?;
    command.current_dir(source).arg("build").arg("-o").arg(&out);
    if target != Target::Native {
        command.env("GOOS", "wasip1").env("GOARCH", "wasm");
    }
    build(&mut command, || format!("compiling {}", source.display()))?;
    Ok(out)
}
