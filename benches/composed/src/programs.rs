//! The measured programs, built.

use anyhow::{Context, Result, ensure};
use monaka_testkit::tools;
use std::path::{Path, PathBuf};
use std::process::Command;
use wac_graph::{CompositionGraph, EncodeOptions};
use wac_types::Package;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wit_component::ComponentEncoder;

/// A component that hands out bytes which it has already.
const SOURCE: &str = r#"
(component
  (core module $m
    (memory (export "memory") 20)
    (func (export "read") (param i32) (result i32)
      (i32.store (i32.const 8) (i32.const 4096))
      (i32.store (i32.const 12) (local.get 0))
      (i32.const 8)))
  (core instance $i (instantiate $m))
  (func $read (param "len" u32) (result (list u8))
    (canon lift (core func $i "read") (memory (core memory $i "memory"))))
  (instance $source (export "read" (func $read)))
  (export "bench:ceiling/source" (instance $source)))
"#;

/// The options of SQLite: what WASI lacks (threads, shared memory, mapped
/// files, libraries to load) is left out.
const SQLITE: &[&str] = &[
    "-O2",
    "-w",
    "-DSQLITE_THREADSAFE=0",
    "-DSQLITE_OMIT_WAL",
    "-DSQLITE_MAX_MMAP_SIZE=0",
    "-DSQLITE_OMIT_LOAD_EXTENSION",
];

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn target() -> PathBuf {
    here().join("../../target/apps")
}

/// A program of the package `guest`, a component.
///
/// # Errors
/// When it does not build.
pub fn rust(name: &str) -> Result<Vec<u8>> {
    let status = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--target=wasm32-wasip2"])
        .args(["--bin", name])
        .arg("--target-dir")
        .arg(target())
        .current_dir(here().join("guest"))
        .status()?;
    ensure!(status.success(), "the program {name} does not build");
    read(&target().join(format!("wasm32-wasip2/release/{name}.wasm")))
}

/// The program that measures the copy of a list between two components, both
/// of them.
///
/// # Errors
/// When they cannot be built.
pub fn ceiling() -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut register = |name, bytes| -> Result<_> {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut())?;
        Ok(graph.register_package(package)?)
    };
    let source = register("bench:source", wat::parse_str(SOURCE)?)?;
    let guest = register("bench:guest", rust("ceiling")?)?;
    wac_graph::plug(&mut graph, vec![source], guest)?;
    Ok(graph.encode(EncodeOptions::default())?)
}

/// `guest/sqlite.c` with the SQLite that the end-to-end tests use, a core
/// Preview 1 module.
///
/// # Errors
/// When it cannot be built.
pub fn sqlite() -> Result<Vec<u8>> {
    let manifest = monaka_testkit::repository().join("tests/apps/sqlite/Cargo.toml");
    let library = tools::crate_source(&manifest, "libsqlite3-sys")?.join("sqlite3");
    let out = target().join("bench-sqlite.wasm");
    let status = tools::zig_cc()?
        .args(SQLITE)
        .args(["-target", "wasm32-wasi", "-I"])
        .arg(&library)
        .arg(here().join("guest/sqlite.c"))
        .arg(library.join("sqlite3.c"))
        .arg("-o")
        .arg(&out)
        .status()?;
    ensure!(status.success(), "SQLite does not build");
    read(&out)
}

/// A core Preview 1 module as a component.
///
/// # Errors
/// When it is none.
pub fn componentized(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        )?
        .encode()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
