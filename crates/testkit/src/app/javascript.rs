//! JavaScript, made a component by componentize-js.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Target, build, once, output};
use crate::{repository, tools};

/// The program `app.js` in the directory `source`, beside `app.wit` with its
/// world `app`.
pub fn javascript(source: &Path) -> Result<PathBuf> {
    once(source.display().to_string(), || componentize_js(source))
}

fn componentize_js(source: &Path) -> Result<PathBuf> {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let out = output("javascript", &name, Target::P2)?;
    let mut command = tools::jco()?;
    command
        .arg("componentize")
        .arg(source.join("app.js"))
        .arg("--wit")
        .arg(wit(source, &out)?)
        .args(["--world-name", "app"])
        // What is left of the engine's own imports needs no option of a runtime.
        .args(["--disable", "http", "--disable", "fetch-event"])
        .arg("--out")
        .arg(&out);
    build(&mut command, || {
        format!("componentizing {}", source.display())
    })?;
    Ok(out)
}

/// A directory as the tool wants it: the world, and all that it uses in `deps`.
fn wit(source: &Path, out: &Path) -> Result<PathBuf> {
    let dir = out.with_extension("wit");
    let deps = dir.join("deps");
    fs::create_dir_all(&deps)?;
    fs::copy(source.join("app.wit"), dir.join("app.wit"))?;
    for entry in fs::read_dir(repository().join("wit/deps"))? {
        let entry = entry?;
        fs::copy(entry.path(), deps.join(entry.file_name()))?;
    }
    Ok(dir)
}
