//! Functions that the filesystem needs from the host and the program has not
//! imported: an instance type gets them in addition.

use std::collections::HashMap;
use wasm_encoder::{
    ComponentTypeRef, ComponentValType, InstanceType, PrimitiveValType, TypeBounds,
};
use wasmparser::{ComponentAlias, ComponentOuterAliasKind, InstanceTypeDeclaration};

/// The types that an instance type exports, by name.
pub(super) type Named<'a> = HashMap<&'a str, u32>;

/// The indices that the exported types have within their instance type.
pub(super) fn named<'a>(declarations: &[InstanceTypeDeclaration<'a>]) -> Named<'a> {
    let mut named = Named::new();
    let mut count = 0;
    for declaration in declarations {
        match declaration {
            InstanceTypeDeclaration::Type(_) => count += 1,
            InstanceTypeDeclaration::Alias(
                ComponentAlias::Outer {
                    kind: ComponentOuterAliasKind::Type,
                    ..
                }
                | ComponentAlias::InstanceExport {
                    kind: wasmparser::ComponentExternalKind::Type,
                    ..
                },
            ) => count += 1,
            InstanceTypeDeclaration::Export {
                name,
                ty: wasmparser::ComponentTypeRef::Type(_),
            } => {
                named.insert(name.name, count);
                count += 1;
            }
            _ => {}
        }
    }
    named
}

/// Adds the function of that name, as WASI declares it. `None` if a type that
/// it mentions is not there, or the function is not one of those below.
pub(super) fn add(ty: &mut InstanceType, named: &Named<'_>, function: &str) -> Option<()> {
    let (params, result) = match function {
        "now" => (Vec::new(), ComponentValType::Type(datetime(ty, named))),
        "[method]pollable.ready" => (
            vec![("self", borrow(ty, named, "pollable")?)],
            ComponentValType::Primitive(PrimitiveValType::Bool),
        ),
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => {
            let bytes = bytes(ty);
            (
                vec![
                    ("self", borrow(ty, named, "input-stream")?),
                    ("len", ComponentValType::Primitive(PrimitiveValType::U64)),
                ],
                result(ty, named, Some(bytes))?,
            )
        }
        "[method]output-stream.check-write" => (
            vec![("self", borrow(ty, named, "output-stream")?)],
            result(
                ty,
                named,
                Some(ComponentValType::Primitive(PrimitiveValType::U64)),
            )?,
        ),
        "[method]output-stream.write" => (
            vec![
                ("self", borrow(ty, named, "output-stream")?),
                ("contents", bytes(ty)),
            ],
            result(ty, named, None)?,
        ),
        "[method]output-stream.blocking-flush" => (
            vec![("self", borrow(ty, named, "output-stream")?)],
            result(ty, named, None)?,
        ),
        _ => return None,
    };
    let index = ty.type_count();
    ty.ty().function().params(params).result(Some(result));
    ty.export(function, ComponentTypeRef::Func(index));
    Some(())
}

fn borrow(ty: &mut InstanceType, named: &Named<'_>, resource: &str) -> Option<ComponentValType> {
    let resource = *named.get(resource)?;
    let index = ty.type_count();
    ty.ty().defined_type().borrow(resource);
    Some(ComponentValType::Type(index))
}

fn bytes(ty: &mut InstanceType) -> ComponentValType {
    let index = ty.type_count();
    ty.ty().defined_type().list(PrimitiveValType::U8);
    ComponentValType::Type(index)
}

fn result(
    ty: &mut InstanceType,
    named: &Named<'_>,
    ok: Option<ComponentValType>,
) -> Option<ComponentValType> {
    let error = ComponentValType::Type(*named.get("stream-error")?);
    let index = ty.type_count();
    ty.ty().defined_type().result(ok, Some(error));
    Some(ComponentValType::Type(index))
}

/// The `datetime` of the wall clock, defined if it is not there.
fn datetime(ty: &mut InstanceType, named: &Named<'_>) -> u32 {
    if let Some(&index) = named.get("datetime") {
        return index;
    }
    let record = ty.type_count();
    ty.ty().defined_type().record([
        ("seconds", PrimitiveValType::U64),
        ("nanoseconds", PrimitiveValType::U32),
    ]);
    ty.export("datetime", ComponentTypeRef::Type(TypeBounds::Eq(record)));
    record + 1
}
