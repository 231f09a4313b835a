//! A composed program against the same program with a preopened tmpfs.
//!
//! Both run under the `wasmtime` on PATH, one after the other and in turns, so
//! that a noisy machine disturbs both. Printed are nanoseconds for one
//! operation and the ratio; absolute figures depend on the machine, ratios much
//! less. The first row is the ceiling: the same work on both sides, copying a
//! `list<u8>` from one component to another.

use anyhow::{Context, Result, bail};
use monaka_bench_composed::{guest, run, tmpfs};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use wac_graph::{CompositionGraph, EncodeOptions};
use wac_types::Package;

/// How often the two programs take turns; the best of each figure counts.
const TURNS: usize = 3;

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

type Figures = BTreeMap<String, f64>;

fn main() -> Result<()> {
    let directory = tempfile::tempdir_in(tmpfs())?;
    let plain = directory.path().join("plain.wasm");
    let composed = directory.path().join("composed.wasm");
    std::fs::write(&plain, with_source(&guest("bench-guest")?)?)?;
    compose(&plain, &composed)?;
    let share = directory.path().join("share");
    std::fs::create_dir(&share)?;

    let (mut host, mut monaka) = (Figures::new(), Figures::new());
    let mut order = Vec::new();
    for _ in 0..TURNS {
        let mut preopened = Command::new("wasmtime");
        preopened
            .arg("run")
            .arg(format!("--dir={}::/", share.display()))
            .arg(&plain);
        order = keep_best(&mut host, figures(&mut preopened)?);
        keep_best(
            &mut monaka,
            figures(Command::new("wasmtime").arg("run").arg(&composed))?,
        );
    }
    print(&order, &host, &monaka)
}

/// The guest with its import of `bench:ceiling/source` satisfied.
fn with_source(guest: &[u8]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let source = Package::from_bytes(
        "bench:source",
        None,
        wat::parse_str(SOURCE)?,
        graph.types_mut(),
    )?;
    let source = graph.register_package(source)?;
    let guest = Package::from_bytes("bench:guest", None, guest.to_vec(), graph.types_mut())?;
    let guest = graph.register_package(guest)?;
    wac_graph::plug(&mut graph, vec![source], guest)?;
    Ok(graph.encode(EncodeOptions::default())?)
}

fn compose(app: &Path, out: &Path) -> Result<()> {
    let composed = monaka_compose::compose(
        &std::fs::read(app)?,
        monaka_adapter_bytes::ADAPTER,
        &monaka_compose::Options::default(),
    )?;
    let mut file = std::fs::File::create(out)?;
    composed.write_to(&mut file, &mut |_| Ok(()))?;
    Ok(())
}

fn figures(command: &mut Command) -> Result<Vec<(String, f64)>> {
    String::from_utf8(run(command)?.stdout)?
        .lines()
        .map(|line| {
            let (name, ns) = line.split_once('\t').context("not a figure")?;
            Ok((name.to_string(), ns.parse()?))
        })
        .collect()
}

/// Keeps the smaller figure of each name; gives the names in their order.
fn keep_best(best: &mut Figures, figures: Vec<(String, f64)>) -> Vec<String> {
    for (name, ns) in &figures {
        let kept = best.entry(name.clone()).or_insert(*ns);
        *kept = kept.min(*ns);
    }
    figures.into_iter().map(|(name, _)| name).collect()
}

fn print(order: &[String], host: &Figures, monaka: &Figures) -> Result<()> {
    println!(
        "{:<32} {:>16} {:>16} {:>8}",
        "ns per operation", "preopened tmpfs", "composed", "ratio"
    );
    for name in order {
        let (Some(host), Some(monaka)) = (host.get(name), monaka.get(name)) else {
            bail!("`{name}` was not measured");
        };
        println!(
            "{name:<32} {host:>16.0} {monaka:>16.0} {:>7.2}x",
            host / monaka
        );
    }
    Ok(())
}
