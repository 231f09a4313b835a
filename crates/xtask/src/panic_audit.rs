//! `cargo xtask panic-audit`: the adapter must not panic.
//!
//! A panic of the adapter is a trap of the program that it is composed into. So
//! every call of the panic machinery that is left in the optimised module of a
//! face must be on the allow-list of that face, `adapter/<face>/panic-allow.txt`.
//! An entry is `callee <- caller # reason`: the names of the two functions, each
//! of which may end in `*`, and why the call cannot be reached or why a trap is
//! right. An entry that is not needed any more is an error too.

use crate::{cargo, exec, repository};
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef};

/// The faces of the adapter: folders in `adapter`, and ends of package names.
const FACES: [&str; 2] = ["component", "lowered"];
const MODULES: &str = "target/wasm32-unknown-unknown/adapter";

/// What the names of functions that panic contain.
const PANICS: [&str; 9] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_",
    "core::str::slice_error_fail",
    "core::cell::panic_",
    "alloc::raw_vec::handle_error",
    "alloc::alloc::handle_alloc_error",
];

pub(crate) fn run() -> Result<()> {
    let packages = FACES.map(|face| format!("--package=monaka-adapter-{face}"));
    exec(cargo().args(["build", "--lib"]).args(packages).args([
        "--target=wasm32-unknown-unknown",
        "--profile=adapter",
        "--target-dir=target",
    ]))?;
    let complaints = FACES
        .iter()
        .map(|face| audit(face))
        .collect::<Result<Vec<_>>>()?
        .concat();
    if !complaints.is_empty() {
        bail!("the panic audit failed\n{}", complaints.join("\n"));
    }
    Ok(())
}

/// What is wrong with the module of a face.
fn audit(face: &str) -> Result<Vec<String>> {
    let path = repository().join(format!("{MODULES}/monaka_adapter_{face}.wasm"));
    let wasm = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let found = Functions::of(&wasm)?.calls_of_panics();
    let list = format!("adapter/{face}/panic-allow.txt");
    let allowed = allow_list(&list)?;
    let new = found
        .iter()
        .filter(|call| !allowed.iter().any(|entry| entry.covers(call)));
    let stale = allowed
        .iter()
        .filter(|entry| !found.iter().any(|call| entry.covers(call)));
    let complaints: Vec<String> = new
        .map(|call| format!("may panic, and is not in {list}: {call}"))
        .chain(stale.map(|entry| format!("not needed any more in {list}: {}", entry.line)))
        .collect();
    if complaints.is_empty() {
        println!(
            "panic audit of the {face} face: {} calls, all of them allowed by {} entries",
            found.len(),
            allowed.len()
        );
    }
    Ok(complaints)
}

/// A call of the panic machinery.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    callee: String,
    caller: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} <- {}", self.callee, self.caller)
    }
}

/// An entry of the allow-list.
struct Entry {
    line: String,
    callee: String,
    caller: String,
}

impl Entry {
    fn covers(&self, call: &Call) -> bool {
        matches(&self.callee, &call.callee) && matches(&self.caller, &call.caller)
    }
}

/// Whether a name is the one of a pattern, which may end in `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

/// The entries of the list at this path in the repository.
fn allow_list(path: &str) -> Result<Vec<Entry>> {
    let text = std::fs::read_to_string(repository().join(path))
        .with_context(|| format!("cannot read {path}"))?;
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let entry = line
                .split_once(" # ")
                .and_then(|(call, _reason)| call.split_once(" <- "));
            let (callee, caller) = entry.with_context(|| {
                format!("{path}: not of the form `callee <- caller # reason`: {line}")
            })?;
            Ok(Entry {
                line: line.to_string(),
                callee: callee.trim().to_string(),
                caller: caller.trim().to_string(),
            })
        })
        .collect()
}

/// The functions of a module and whom they call.
#[derive(Default)]
struct Functions {
    names: BTreeMap<u32, String>,
    calls: BTreeMap<u32, BTreeSet<u32>>,
}

impl Functions {
    fn of(wasm: &[u8]) -> Result<Self> {
        let mut functions = Self::default();
        let mut next = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        next += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    functions.calls.insert(next, callees(&body)?);
                    next += 1;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        functions.read_names(names)?;
                    }
                }
                _ => {}
            }
        }
        Ok(functions)
    }

    fn read_names(&mut self, names: wasmparser::NameSectionReader<'_>) -> Result<()> {
        for name in names {
            if let Name::Function(functions) = name? {
                for naming in functions {
                    let naming = naming?;
                    let name = format!("{:#}", rustc_demangle::demangle(naming.name));
                    self.names.insert(naming.index, name);
                }
            }
        }
        Ok(())
    }

    fn panics(&self, function: u32) -> bool {
        self.names
            .get(&function)
            .is_some_and(|name| PANICS.iter().any(|panic| name.contains(panic)))
    }

    /// Each call of the panic machinery by a function that is no part of it.
    fn calls_of_panics(&self) -> BTreeSet<Call> {
        let outside = self
            .calls
            .iter()
            .filter(|(caller, _)| !self.panics(**caller));
        outside
            .flat_map(|(caller, callees)| {
                let panics = callees.iter().filter(|callee| self.panics(**callee));
                panics.map(|callee| Call {
                    callee: self.name(*callee),
                    caller: self.name(*caller),
                })
            })
            .collect()
    }

    fn name(&self, function: u32) -> String {
        let name = self.names.get(&function).cloned();
        name.unwrap_or_else(|| format!("function {function}"))
    }
}

fn callees(body: &wasmparser::FunctionBody<'_>) -> Result<BTreeSet<u32>> {
    let mut callees = BTreeSet::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
            operator?
        {
            callees.insert(function_index);
        }
    }
    Ok(callees)
}
