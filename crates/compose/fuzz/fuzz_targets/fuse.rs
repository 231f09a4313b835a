//! Whatever bytes the rewriter is given: an error, or a component that validates and asks its host for no filesystem.
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir crates/compose/fuzz fuse -- -max_total_time=60
//! ```
//!
//! An input is bytes as they are, a component that wasm-smith makes of them, or edits of a program that is fused: its
//! text, so that most of what comes out still is a component, or its binary.

#![no_main]

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use monaka_adapter_bytes::{ADAPTER, LOWERED};
use monaka_compose::{Error, Linking, Modules, Options, compose, inspect};
use wasmparser::{Validator, WasmFeatures};

const PROGRAM: &str = include_str!("../../tests/program.wat");

static BINARY: LazyLock<Vec<u8>> = LazyLock::new(|| wat::parse_str(PROGRAM).unwrap());

/// Words of the text that are exchanged for one another.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| PROGRAM.split_inclusive(char::is_whitespace).collect());

fuzz_target!(|bytes: &[u8]| {
    let mut input = Unstructured::new(bytes);
    let Ok(kind) = u8::arbitrary(&mut input) else {
        return;
    };
    let Ok(program) = program(kind % 4, &mut input) else {
        return;
    };
    fuse(&program, kind & 4 != 0);
});

fn program(kind: u8, input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    match kind {
        0 => Ok(input.take_rest().to_vec()),
        1 => Ok(wasm_smith::Component::arbitrary(input)?.to_bytes()),
        2 => edited_binary(input),
        _ => edited_text(input),
    }
}

fn edited_binary(input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut binary = BINARY.clone();
    for _ in 0..input.int_in_range(1..=4)? {
        let at = input.choose_index(binary.len())?;
        binary[at] = u8::arbitrary(input)?;
    }
    Ok(binary)
}

fn edited_text(input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut words = WORDS.clone();
    for _ in 0..input.int_in_range(1..=4)? {
        let at = input.choose_index(words.len())?;
        words[at] = WORDS[input.choose_index(WORDS.len())?];
    }
    Ok(words.concat().into_bytes())
}

fn fuse(program: &[u8], portable: bool) {
    let options = Options {
        link: Linking::Fused,
        portable,
        ..Options::default()
    };
    let modules = Modules {
        component: ADAPTER,
        lowered: LOWERED,
    };
    let composed = match compose(program, modules, &options) {
        Ok(composed) => composed,
        // It says that the rewriter, not the program, is at fault.
        Err(error @ (Error::Linked(_) | Error::Adapter(_))) => panic!("{error}"),
        Err(_) => return,
    };
    let mut file = Vec::new();
    composed.write_to(&mut file, &mut |_| Ok(())).unwrap();
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(&file)
        .unwrap();
    let inspection = inspect(&file).unwrap();
    assert!(!inspection.imports.iter().any(|name| name.starts_with("wasi:filesystem/")));
}
