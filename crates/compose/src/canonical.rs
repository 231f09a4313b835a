//! Types of WIT as the canonical ABI sees them.

use wasm_encoder::ValType;
use wit_parser::abi::{FlatTypes, WasmType};
use wit_parser::{Int, Resolve, Type, TypeDefKind, TypeId};

/// The type of a core function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Signature {
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
}

/// A type with cases, as `variant`, `option` and `result` all are.
pub(crate) struct Cases {
    pub(crate) tag: Int,
    pub(crate) payloads: Vec<Option<Type>>,
}

/// The definition behind `use` and type aliases.
pub(crate) fn dealias(resolve: &Resolve, mut id: TypeId) -> TypeId {
    while let TypeDefKind::Type(Type::Id(next)) = resolve.types[id].kind {
        id = next;
    }
    id
}

/// The core types that a value is flattened to.
pub(crate) fn flat_types(resolve: &Resolve, ty: &Type) -> Vec<ValType> {
    let mut storage = [WasmType::I32; 64];
    let mut flat = FlatTypes::new(&mut storage);
    resolve.push_flat(ty, &mut flat);
    flat.to_vec().into_iter().map(val_type).collect()
}

/// How many core values a value is flattened to.
pub(crate) fn flat_len(resolve: &Resolve, ty: &Type) -> u32 {
    flat_types(resolve, ty).len() as u32
}

/// The type of a core value.
pub(crate) fn val_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}

/// The types of the fields of a record or tuple.
pub(crate) fn fields(kind: &TypeDefKind) -> Option<Vec<Type>> {
    match kind {
        TypeDefKind::Record(record) => Some(record.fields.iter().map(|field| field.ty).collect()),
        TypeDefKind::Tuple(tuple) => Some(tuple.types.clone()),
        _ => None,
    }
}

/// The cases of a variant, option or result.
pub(crate) fn cases(kind: &TypeDefKind) -> Cases {
    match kind {
        TypeDefKind::Variant(variant) => Cases {
            tag: variant.tag(),
            payloads: variant.cases.iter().map(|case| case.ty).collect(),
        },
        TypeDefKind::Option(some) => Cases {
            tag: Int::U8,
            payloads: vec![None, Some(*some)],
        },
        TypeDefKind::Result(result) => Cases {
            tag: Int::U8,
            payloads: vec![result.ok, result.err],
        },
        _ => Cases {
            tag: Int::U8,
            payloads: Vec::new(),
        },
    }
}
