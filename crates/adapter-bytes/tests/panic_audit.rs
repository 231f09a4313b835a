//! No panic of the adapter can be reached by what a program does.
//!
//! The test looks at the compiled module: it takes every function that stands
//! for a panic (of the core library, or of an allocation that cannot fail),
//! finds who calls it, and compares the pairs with the list below. A pair that
//! is not on the list fails the test, and so does a line of the list that no
//! pair needs any more.

use monaka_adapter_bytes::ADAPTER;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{KnownCustom, Name, NameSectionReader, Operator, Parser, Payload, TypeRef};

/// Functions that panic, by the start of their names.
const PANICS: [&str; 9] = [
    "core::cell::panic_already",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::",
];

/// A panic that is there and cannot be reached.
struct Allowed {
    /// The start of the panicking function's name.
    panic: &'static str,
    /// The start of its caller's name.
    caller: &'static str,
}

/// Vectors and strings grow to what was reserved just before, fallibly. What
/// is boxed has a fixed size below 100 bytes: where not even that is left, the
/// program has used up 4 GiB, and nothing could go on.
const MEMORY: [&str; 2] = ["alloc::raw_vec::", "alloc::alloc::handle_alloc_error"];

const ALLOWED: [Allowed; 10] = [
    // An exported resource is an `Option` in wit-bindgen, which is `None` only
    // after its destructor has run; then no handle is left to call it with.
    Allowed {
        panic: "core::option::unwrap_failed",
        caller: "wasi:",
    },
    Allowed {
        panic: "core::option::unwrap_failed",
        caller: "<monaka_adapter::component::",
    },
    Allowed {
        panic: "core::option::unwrap_failed",
        caller: "monaka_adapter::component::",
    },
    Allowed {
        panic: "core::option::unwrap_failed",
        caller: "monaka_",
    },
    // The allocator checks the layout that is given back.
    Allowed {
        panic: "core::panicking::panic",
        caller: "<monaka_adapter::allocator::",
    },
    // A division by the granularity in which the heap shrinks, never 0.
    Allowed {
        panic: "core::panicking::panic_const",
        caller: "dlmalloc::",
    },
    // What is out of memory: see `MEMORY`.
    Allowed {
        panic: "core::panicking::panic_nounwind_fmt",
        caller: "__rustc::__rdl_alloc_error_handler",
    },
    // The text of all names is cut where a name begins, so between characters.
    Allowed {
        panic: "core::panicking::panic",
        caller: "monaka_fs_core::tree::dir::Directory::remove",
    },
    // A table whose size overflows, asked for in the mode that cannot fail.
    Allowed {
        panic: "core::panicking::panic_fmt",
        caller: "hashbrown::",
    },
    // The length of the secret, a constant.
    Allowed {
        panic: "core::panicking::panic_const",
        caller: "xxhash_rust::",
    },
];

#[test]
fn no_panic_is_reachable() {
    let module = Module::parse(ADAPTER);
    let mut unused: BTreeSet<usize> = (0..ALLOWED.len()).collect();
    let mut found = Vec::new();
    for (caller, callee) in module.calls_of_panics() {
        if MEMORY.iter().any(|panic| callee.starts_with(panic)) {
            continue;
        }
        let allowed = ALLOWED.iter().position(|allowed| {
            callee.starts_with(allowed.panic) && caller.starts_with(allowed.caller)
        });
        match allowed {
            Some(index) => drop(unused.remove(&index)),
            None => found.push(format!("{callee}\n    from {caller}")),
        }
    }
    assert!(found.is_empty(), "reachable panics:\n{}", found.join("\n"));
    let unused: Vec<String> = unused
        .into_iter()
        .map(|index| format!("{} from {}", ALLOWED[index].panic, ALLOWED[index].caller))
        .collect();
    assert!(unused.is_empty(), "no longer there:\n{}", unused.join("\n"));
}

fn is_panic(name: &str) -> bool {
    PANICS.iter().any(|panic| name.starts_with(panic))
}

/// Who calls whom.
#[derive(Default)]
struct Module {
    names: BTreeMap<u32, String>,
    calls: BTreeSet<(u32, u32)>,
}

impl Module {
    fn parse(bytes: &[u8]) -> Self {
        let mut module = Self::default();
        let mut function = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    let imports = section.into_imports();
                    function += imports
                        .filter(|import| matches!(import.as_ref().unwrap().ty, TypeRef::Func(_)))
                        .count() as u32;
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().unwrap() {
                        if let Operator::Call { function_index } = operator.unwrap() {
                            module.calls.insert((function, function_index));
                        }
                    }
                    function += 1;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        module.name(names);
                    }
                }
                _ => {}
            }
        }
        assert!(!module.names.is_empty(), "the module has no names");
        module
    }

    fn name(&mut self, names: NameSectionReader<'_>) {
        for name in names {
            if let Name::Function(functions) = name.unwrap() {
                for naming in functions {
                    let naming = naming.unwrap();
                    let name = rustc_demangle::demangle(naming.name);
                    self.names.insert(naming.index, format!("{name:#}"));
                }
            }
        }
    }

    /// The calls of panics from elsewhere, by caller and callee.
    fn calls_of_panics(&self) -> Vec<(&str, &str)> {
        self.calls
            .iter()
            .filter_map(|(caller, callee)| {
                let (caller, callee) = (self.names.get(caller)?, self.names.get(callee)?);
                (is_panic(callee) && !is_panic(caller)).then_some((&**caller, &**callee))
            })
            .collect()
    }
}
