//! Whatever bytes the rewriter is given: an error, or a component that
//! validates, asks its host for no filesystem, and is wired as it was but for
//! the glue.
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir crates/compose/fuzz --sanitizer none fuse -- -max_total_time=60
//! ```
//!
//! An input is a byte that says what it is, and bytes as they are, a component
//! that wasm-smith makes of them, edits of a program that is fused, or what is
//! added to that program.

#![no_main]

mod grammar;
#[path = "../../tests/wiring/mod.rs"]
mod wiring;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use monaka_adapter_bytes::LOWERED;
use monaka_compose::{Error, Linking, Modules, Options, Refusal, compose, inspect};
use std::convert::Infallible;
use std::sync::LazyLock;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, Function, Module};
use wasmparser::{FunctionBody, Parser};

const PROGRAM: &str = include_str!("../../tests/program.wat");

static BINARY: LazyLock<Vec<u8>> = LazyLock::new(|| wat::parse_str(PROGRAM).unwrap());

/// Words of the text that are exchanged for one another.
static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| PROGRAM.split_inclusive(char::is_whitespace).collect());

/// The filesystem without its code, which is most of it and copied as it is.
static LOWERED_HOLLOW: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut module = Module::new();
    Hollow
        .parse_core_module(&mut module, Parser::new(0), LOWERED)
        .unwrap();
    module.finish()
});

struct Hollow;

impl Reencode for Hollow {
    type Error = Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        _body: FunctionBody<'_>,
    ) -> Result<(), reencode::Error> {
        let mut hollow = Function::new([]);
        hollow.instructions().unreachable().end();
        code.function(&hollow);
        Ok(())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, bytes)) = bytes.split_first() else {
        return;
    };
    let longer = longer(bytes);
    let mut input = Unstructured::new(&longer);
    let form = kind & 0x80 != 0;
    match kind & 7 {
        0 => made(Ok(bytes.to_vec()), form),
        1 => made(
            wasm_smith::Component::arbitrary(&mut input).map(|c| c.to_bytes()),
            form,
        ),
        2 => made(edited_binary(&mut input), form),
        3 => made(edited_text(&mut input), form),
        _ => extended(&mut input, form),
    }
});

/// The bytes, and more that depend on them: a short input is a whole program,
/// too, so that a run needs no corpus to begin with.
fn longer(bytes: &[u8]) -> Vec<u8> {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut next = |byte: u8| {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        state = state.rotate_left(23);
        state
    };
    let mut longer = bytes.to_vec();
    for &byte in bytes {
        next(byte);
    }
    longer.extend((0..1024).map(|_| (next(0) >> 32) as u8));
    longer
}

fn made(program: arbitrary::Result<Vec<u8>>, portable: bool) {
    if let Ok(program) = program {
        fuse(&program, portable);
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

/// The program with more in it. What is there of WASI keeps its types, so that
/// the rewriter has no reason to make anything that is not valid of it.
fn extended(input: &mut Unstructured<'_>, portable: bool) {
    let Ok(more) = grammar::more(input) else {
        return;
    };
    let program = PROGRAM.replace(";; MORE", &more);
    if let Some(Error::NotFusable(refusal @ Refusal::Invalid(_))) =
        fuse(program.as_bytes(), portable)
    {
        panic!("{refusal}\n{more}");
    }
}

/// The program itself, unless it is a core module that has been made a component.
fn component(program: &[u8]) -> Option<Vec<u8>> {
    let component = wat::parse_bytes(program).ok()?.into_owned();
    Parser::is_component(&component).then_some(component)
}

/// Fuses a program, or says why not.
fn fuse(program: &[u8], portable: bool) -> Option<Error> {
    let options = Options {
        link: Linking::Fused,
        portable,
        ..Options::default()
    };
    let modules = Modules {
        component: &[],
        lowered: &LOWERED_HOLLOW,
    };
    let composed = match compose(program, modules, &options) {
        Ok(composed) => composed,
        // It says that the rewriter, not the program, is at fault.
        Err(error @ (Error::Linked(_) | Error::Adapter(_))) => panic!("{error}"),
        Err(error) => return Some(error),
    };
    let mut file = Vec::new();
    composed.write_to(&mut file, &mut |_| Ok(())).unwrap();
    let inspection = inspect(&file).unwrap();
    assert_eq!(inspection.portable, portable);
    let filesystem = |name: &String| name.starts_with("wasi:filesystem/");
    assert!(!inspection.imports.iter().any(filesystem));
    if let Some(component) = component(program) {
        wiring::assert_same(&component, &file);
    }
    None
}
