//! What the filesystem's module imports, before it is there to be given.
//!
//! The host's functions are lowered with the filesystem's memory, and the
//! program's memory comes even later. So, as wit-component does it, the
//! filesystem imports functions that call through a table, and later modules
//! put the real ones into it. What is never put there traps.

use crate::canonical::Signature;
use crate::error::Error;
use wasm_encoder::{
    ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, FunctionSection,
    GlobalSection, GlobalType, ImportSection, Instruction as I, Module, RefType, TableSection,
    TableType, TypeSection, ValType,
};
use wasmparser::{Parser, Payload, TypeRef};

/// The global that is not 0 while the program's allocator runs.
pub(super) const ENTERED: &str = "entered";

/// The table of what the shim calls.
pub(super) const TABLE: &str = "table";

/// An import of the filesystem's module.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) module: String,
    pub(super) name: String,
    signature: Signature,
}

/// The functions that the filesystem's module imports, in order.
pub(super) fn slots(vfs: &[u8]) -> Result<Vec<Slot>, Error> {
    let adapter = |error: wasmparser::BinaryReaderError| Error::Adapter(error.to_string());
    let mut types = Vec::new();
    let mut slots = Vec::new();
    for payload in Parser::new(0).parse_all(vfs) {
        match payload.map_err(adapter)? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(signature(&ty.map_err(adapter)?)?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(adapter)?;
                    let TypeRef::Func(ty) = import.ty else {
                        return Err(Error::Adapter(format!("it imports `{}`", import.name)));
                    };
                    slots.push(Slot {
                        module: import.module.to_string(),
                        name: import.name.to_string(),
                        signature: types
                            .get(ty as usize)
                            .cloned()
                            .ok_or_else(|| Error::Adapter("a type is missing".to_string()))?,
                    });
                }
            }
            _ => {}
        }
    }
    Ok(slots)
}

fn signature(ty: &wasmparser::FuncType) -> Result<Signature, Error> {
    let all = |types: &[wasmparser::ValType]| {
        types
            .iter()
            .map(|ty| match ty {
                wasmparser::ValType::I32 => Ok(ValType::I32),
                wasmparser::ValType::I64 => Ok(ValType::I64),
                other => Err(Error::Adapter(format!("it uses the type {other}"))),
            })
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(Signature {
        params: all(ty.params())?,
        results: all(ty.results())?,
    })
}

/// The shim: a table, a function for each slot that calls through it, and the
/// global [`ENTERED`].
pub(super) fn shim(slots: &[Slot]) -> Module {
    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut bodies = wasm_encoder::CodeSection::new();
    for (index, slot) in (0..).zip(slots) {
        let Signature { params, results } = &slot.signature;
        types
            .ty()
            .function(params.iter().copied(), results.iter().copied());
        functions.function(index);
        exports.export(&slot.name, ExportKind::Func, index);
        let mut body = wasm_encoder::Function::new([]);
        for param in 0..params.len() as u32 {
            body.instruction(&I::LocalGet(param));
        }
        body.instruction(&I::I32Const(index as i32))
            .instruction(&I::CallIndirect {
                type_index: index,
                table_index: 0,
            })
            .instruction(&I::End);
        bodies.function(&body);
    }
    exports.export(TABLE, ExportKind::Table, 0);
    exports.export(ENTERED, ExportKind::Global, 0);
    let mut tables = TableSection::new();
    tables.table(table(slots.len() as u64));
    let mut globals = GlobalSection::new();
    globals.global(
        GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        },
        &ConstExpr::i32_const(0),
    );
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&tables)
        .section(&globals)
        .section(&exports)
        .section(&bodies);
    module
}

fn table(minimum: u64) -> TableType {
    TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum,
        maximum: Some(minimum),
        shared: false,
    }
}

/// A module that puts functions, each imported from `host` under its slot's
/// name, into the table.
pub(super) fn fixup(slots: &[Slot], filled: &[usize]) -> Module {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut elements = ElementSection::new();
    imports.import("shim", TABLE, EntityType::Table(table(slots.len() as u64)));
    let filled = filled
        .iter()
        .filter_map(|&slot| Some((slot, slots.get(slot)?)));
    for (
        function,
        (
            slot,
            Slot {
                name, signature, ..
            },
        ),
    ) in (0..).zip(filled)
    {
        types.ty().function(
            signature.params.iter().copied(),
            signature.results.iter().copied(),
        );
        imports.import("host", name, EntityType::Function(function));
        elements.active(
            None,
            &ConstExpr::i32_const(slot as i32),
            Elements::Functions([function].as_slice().into()),
        );
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&elements);
    module
}
