//! C, compiled by `zig cc`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Target, build, once, output};
use crate::{repository, tools};

/// How programs of this repository are compiled.
const OWN: &[&str] = &["-std=gnu17", "-O1", "-Wall", "-Werror"];

/// The options of SQLite: what WASI lacks (threads, shared memory, mapped
/// files, libraries to load) is left out, natively too.
const SQLITE: &[&str] = &[
    "-O2",
    "-w",
    "-DSQLITE_THREADSAFE=0",
    "-DSQLITE_OMIT_WAL",
    "-DSQLITE_MAX_MMAP_SIZE=0",
    "-DSQLITE_OMIT_LOAD_EXTENSION",
];

/// A C program of one file; P1 or native.
pub fn c(source: &Path, target: Target) -> Result<PathBuf> {
    once(format!("{} {target:?}", source.display()), || {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        zig_cc(&name, &[source], OWN, target)
    })
}

/// `tests/apps/sqlite` with the amalgamation of SQLite; P1 or native.
pub fn sqlite(target: Target) -> Result<PathBuf> {
    once(format!("sqlite {target:?}"), || {
        let dir = repository().join("tests/apps/sqlite");
        let manifest = dir.join("Cargo.toml");
        let library = tools::crate_source(&manifest, "libsqlite3-sys")?.join("sqlite3");
        let include = format!("-I{}", library.display());
        let options = [SQLITE, &[include.as_str()]].concat();
        let sources = [dir.join("main.c"), library.join("sqlite3.c")];
        zig_cc("sqlite", &sources, &options, target)
    })
}

fn zig_cc<S: AsRef<Path>>(
    name: &str,
    sources: &[S],
    options: &[&str],
    target: Target,
) -> Result<PathBuf> {
    let out = output("c", name, target)?;
    let mut command = tools::zig_cc()?;
    command.args(options);
    if target != Target::Native {
        command.args(["-target", "wasm32-wasi"]);
    }
    command
        .args(sources.iter().map(AsRef::as_ref))
        .arg("-o")
        .arg(&out);
    build(&mut command, || format!("compiling {name} for {target:?}"))?;
    Ok(out)
}
