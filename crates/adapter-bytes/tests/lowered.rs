//! The module of the lowered face has an export for every function of the
//! interfaces that it stands for, with the signature that the glue calls.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use monaka_adapter_bytes::LOWERED;
use wasmparser::{CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Interface, Resolve, TypeDefKind};

const WIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");

const INTERFACES: [&str; 5] = [
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
];

/// What the module exports beside the functions of WIT.
const OTHERS: [&str; 3] = ["cabi_realloc", "scratch", "settle"];

#[test]
fn each_function_of_wit_is_exported_as_the_glue_calls_it() -> Result<()> {
    let mut exports = exports(LOWERED)?;
    for name in OTHERS {
        assert!(exports.remove(name).is_some(), "{name} is not exported");
    }
    assert_eq!(exports, functions()?);
    Ok(())
}

#[test]
fn nothing_is_imported_but_what_the_glue_has() -> Result<()> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(LOWERED) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                names.push(format!("{} {}", import.module, import.name));
            }
        }
    }
    names.sort();
    let expected = [
        "monaka copy-in",
        "wasi:clocks/wall-clock now",
        "wasi:io/poll [method]pollable.ready",
        "wasi:io/streams [method]input-stream.blocking-read",
        "wasi:io/streams [method]input-stream.read",
        "wasi:io/streams [method]output-stream.blocking-flush",
        "wasi:io/streams [method]output-stream.check-write",
        "wasi:io/streams [method]output-stream.write",
    ];
    assert_eq!(names, expected);
    Ok(())
}

/// The functions and resource drops of WIT, with the signatures of their lowered
/// form, the pointer for the result in front.
fn functions() -> Result<BTreeMap<String, FuncType>> {
    let mut resolve = Resolve::default();
    resolve.push_dir(WIT)?;
    let mut functions = BTreeMap::new();
    for (id, interface) in resolve.interfaces.iter() {
        let Some(name) = resolve.id_of(id) else {
            continue;
        };
        let (name, _version) = name.split_once('@').unwrap_or((&name, ""));
        if INTERFACES.contains(&name) {
            add_functions(&resolve, interface, name, &mut functions);
        }
    }
    Ok(functions)
}

fn add_functions(
    resolve: &Resolve,
    interface: &Interface,
    interface_name: &str,
    functions: &mut BTreeMap<String, FuncType>,
) {
    for (name, function) in &interface.functions {
        let mut signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
        assert!(!signature.indirect_params, "{name}");
        if signature.retptr {
            signature.params.rotate_right(1);
        }
        let signature = FuncType::new(
            signature.params.into_iter().map(val_type),
            signature.results.into_iter().map(val_type),
        );
        functions.insert(format!("{interface_name}#{name}"), signature);
    }
    for (name, id) in &interface.types {
        if matches!(resolve.types[*id].kind, TypeDefKind::Resource) {
            let drop = FuncType::new([ValType::I32], []);
            functions.insert(format!("{interface_name}#[resource-drop]{name}"), drop);
        }
    }
}

fn val_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}

/// The exported functions of a module.
fn exports(module: &[u8]) -> Result<BTreeMap<String, FuncType>> {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    let mut exports = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        if let CompositeInnerType::Func(ty) = ty.composite_type.inner {
                            types.push(ty);
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) = import?.ty {
                        functions.push(ty);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    functions.push(ty?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        let ty = functions.get(export.index as usize);
                        let ty = ty.and_then(|ty| types.get(*ty as usize));
                        let ty = ty.context("a function without a type")?;
                        exports.insert(export.name.to_owned(), ty.clone());
                    }
                }
            }
            _ => {}
        }
    }
    Ok(exports)
}
