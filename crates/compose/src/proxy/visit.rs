//! Walks a value of the canonical ABI, flat or in memory, and emits the code
//! that turns its handles or frees its memory.

use super::body::{Body, FuncRef, Op};
use super::{Glue, Resource, memarg, resource};
use crate::canonical::{cases, dealias, fields, flat_len};
use crate::error::Error;
use wasm_encoder::{BlockType, Instruction as I, ValType};
use wit_parser::{Handle, Int, InterfaceId, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// What to do with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Turn the application's handles into the host's.
    Params,
    /// Turn the host's handles into the application's.
    Results,
    /// Free strings and lists.
    Free,
}

/// A place that a flat value is held in.
type Slot = (u32, ValType);

pub(super) struct Visitor<'a> {
    resolve: &'a Resolve,
    sizes: &'a SizeAlign,
    interfaces: &'a [InterfaceId],
    glue: &'a mut Glue,
    mode: Mode,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(
        resolve: &'a Resolve,
        sizes: &'a SizeAlign,
        interfaces: &'a [InterfaceId],
        glue: &'a mut Glue,
        mode: Mode,
    ) -> Self {
        Self {
            resolve,
            sizes,
            interfaces,
            glue,
            mode,
        }
    }

    /// A value in locals or parameters.
    pub(super) fn flat(&mut self, body: &mut Body, ty: &Type, slots: &[Slot]) -> Result<(), Error> {
        if !self.concerns(ty)? {
            return Ok(());
        }
        if matches!(ty, Type::String) {
            return self.flat_list(body, None, slots);
        }
        let Some(id) = self.definition(ty) else {
            return Ok(());
        };
        match &self.resolve.types[id].kind {
            TypeDefKind::List(element) => self.flat_list(body, Some(element), slots),
            TypeDefKind::Handle(handle) => {
                push_i32(body, slots[0]);
                self.convert(body, *handle)?;
                pop_i32(body, slots[0]);
                Ok(())
            }
            kind => match fields(kind) {
                Some(fields) => {
                    let mut rest = slots;
                    for field in fields {
                        let (these, others) =
                            rest.split_at(flat_len(self.resolve, &field) as usize);
                        self.flat(body, &field, these)?;
                        rest = others;
                    }
                    Ok(())
                }
                None => self.flat_cases(body, kind, slots),
            },
        }
    }

    fn flat_list(
        &mut self,
        body: &mut Body,
        element: Option<&Type>,
        slots: &[Slot],
    ) -> Result<(), Error> {
        push_i32(body, slots[0]);
        let pointer = body.save(ValType::I32);
        push_i32(body, slots[1]);
        let length = body.save(ValType::I32);
        self.list(body, element, pointer, length)
    }

    fn flat_cases(
        &mut self,
        body: &mut Body,
        kind: &TypeDefKind,
        slots: &[Slot],
    ) -> Result<(), Error> {
        for (index, payload) in cases(kind).payloads.iter().enumerate() {
            let Some(payload) = payload else { continue };
            if !self.concerns(payload)? {
                continue;
            }
            push_i32(body, slots[0]);
            begin_case(body, index);
            self.flat(body, payload, &slots[1..])?;
            body.plain(I::End);
        }
        Ok(())
    }

    /// A value at `offset` from the address in the local `base`.
    pub(super) fn memory(
        &mut self,
        body: &mut Body,
        ty: &Type,
        base: u32,
        offset: u32,
    ) -> Result<(), Error> {
        if !self.concerns(ty)? {
            return Ok(());
        }
        if matches!(ty, Type::String) {
            return self.memory_list(body, None, base, offset);
        }
        let Some(id) = self.definition(ty) else {
            return Ok(());
        };
        match &self.resolve.types[id].kind {
            TypeDefKind::List(element) => self.memory_list(body, Some(element), base, offset),
            TypeDefKind::Handle(handle) => {
                body.get(base);
                body.get(base);
                body.plain(I::I32Load(memarg(offset, 2)));
                self.convert(body, *handle)?;
                body.plain(I::I32Store(memarg(offset, 2)));
                Ok(())
            }
            kind => match fields(kind) {
                Some(fields) => self.fields(body, &fields, base, offset),
                None => self.memory_cases(body, kind, base, offset),
            },
        }
    }

    /// Adjacent values, laid out as the fields of a record.
    pub(super) fn fields(
        &mut self,
        body: &mut Body,
        types: &[Type],
        base: u32,
        offset: u32,
    ) -> Result<(), Error> {
        for (field_offset, ty) in self.sizes.field_offsets(types) {
            self.memory(body, ty, base, offset + field_offset.size_wasm32() as u32)?;
        }
        Ok(())
    }

    fn memory_list(
        &mut self,
        body: &mut Body,
        element: Option<&Type>,
        base: u32,
        offset: u32,
    ) -> Result<(), Error> {
        body.get(base);
        body.plain(I::I32Load(memarg(offset, 2)));
        let pointer = body.save(ValType::I32);
        body.get(base);
        body.plain(I::I32Load(memarg(offset + 4, 2)));
        let length = body.save(ValType::I32);
        self.list(body, element, pointer, length)
    }

    fn memory_cases(
        &mut self,
        body: &mut Body,
        kind: &TypeDefKind,
        base: u32,
        offset: u32,
    ) -> Result<(), Error> {
        let cases = cases(kind);
        let payload_offset = self
            .sizes
            .payload_offset(cases.tag, cases.payloads.iter().map(Option::as_ref))
            .size_wasm32() as u32;
        for (index, payload) in cases.payloads.iter().enumerate() {
            let Some(payload) = payload else { continue };
            if !self.concerns(payload)? {
                continue;
            }
            body.get(base);
            body.plain(match cases.tag {
                Int::U8 => I::I32Load8U(memarg(offset, 0)),
                Int::U16 => I::I32Load16U(memarg(offset, 1)),
                Int::U32 | Int::U64 => I::I32Load(memarg(offset, 2)),
            });
            begin_case(body, index);
            self.memory(body, payload, base, offset + payload_offset)?;
            body.plain(I::End);
        }
        Ok(())
    }

    /// The elements of a list (`None` for a string, which has none to look
    /// at), and then, to free, its memory.
    fn list(
        &mut self,
        body: &mut Body,
        element: Option<&Type>,
        pointer: u32,
        length: u32,
    ) -> Result<(), Error> {
        let (size, align) = match element {
            Some(ty) => (
                self.sizes.size(ty).size_wasm32() as i32,
                self.sizes.align(ty).align_wasm32() as i32,
            ),
            None => (1, 1),
        };
        if let Some(ty) = element
            && self.concerns(ty)?
        {
            self.elements(body, ty, size, pointer, length)?;
        }
        if self.mode == Mode::Free {
            body.get(pointer);
            body.get(length);
            body.i32(size);
            body.plain(I::I32Mul);
            body.i32(align);
            body.call(FuncRef::Adapter("monaka_free"));
        }
        Ok(())
    }

    fn elements(
        &mut self,
        body: &mut Body,
        element: &Type,
        size: i32,
        pointer: u32,
        length: u32,
    ) -> Result<(), Error> {
        body.get(pointer);
        let at = body.save(ValType::I32);
        body.get(pointer);
        body.get(length);
        body.i32(size);
        body.plain(I::I32Mul);
        body.plain(I::I32Add);
        let end = body.save(ValType::I32);
        body.plain(I::Block(BlockType::Empty));
        body.plain(I::Loop(BlockType::Empty));
        body.get(at);
        body.get(end);
        body.plain(I::I32Eq);
        body.plain(I::BrIf(1));
        self.memory(body, element, at, 0)?;
        body.get(at);
        body.i32(size);
        body.plain(I::I32Add);
        body.set(at);
        body.plain(I::Br(0));
        body.plain(I::End);
        body.plain(I::End);
        Ok(())
    }

    /// Replaces the handle on the stack by the other side's.
    fn convert(&mut self, body: &mut Body, handle: Handle) -> Result<(), Error> {
        let (Handle::Own(id) | Handle::Borrow(id)) = handle;
        let target = self.resource(id)?;
        match (self.mode, handle, target) {
            (Mode::Results, Handle::Own(_), Resource::Io(io)) => {
                body.call(FuncRef::Adapter(io.wrap()));
            }
            (Mode::Results, Handle::Own(_), Resource::Proxied(resource)) => {
                let new = self.intrinsic(resource, "resource-new", &[ValType::I32]);
                body.call(new);
            }
            (Mode::Params, Handle::Own(_), Resource::Proxied(resource)) => {
                self.transfer(body, resource);
            }
            (Mode::Params, Handle::Borrow(_), Resource::Proxied(_)) => {}
            _ => return Err(self.unsupported(id, "a wasi:io resource inside of an argument")),
        }
        Ok(())
    }

    /// An owned handle goes to the host: take the host's handle out of ours and
    /// drop ours without its destructor dropping the host's.
    fn transfer(&mut self, body: &mut Body, resource: TypeId) {
        let rep = self.intrinsic(resource, "resource-rep", &[ValType::I32]);
        let drop = self.intrinsic(resource, "resource-drop", &[]);
        let ours = body.save(ValType::I32);
        body.get(ours);
        body.call(rep);
        body.i32(1);
        body.op(Op::SetTransferring);
        body.get(ours);
        body.call(drop);
        body.i32(0);
        body.op(Op::SetTransferring);
    }

    fn intrinsic(&mut self, resource: TypeId, what: &str, results: &[ValType]) -> FuncRef {
        let ty = &self.resolve.types[resource];
        let owner = match ty.owner {
            wit_parser::TypeOwner::Interface(id) => self.resolve.id_of(id).unwrap_or_default(),
            _ => String::new(),
        };
        let name = ty.name.as_deref().unwrap_or_default();
        self.glue.import(
            &format!("[export]{owner}"),
            &format!("[{what}]{name}"),
            &[ValType::I32],
            results,
        )
    }

    /// Whether there is anything to do in a value of this type.
    fn concerns(&self, ty: &Type) -> Result<bool, Error> {
        if matches!(ty, Type::String) {
            return Ok(self.mode == Mode::Free);
        }
        let Some(id) = self.definition(ty) else {
            return Ok(false);
        };
        let any = |types: &[Type]| -> Result<bool, Error> {
            for ty in types {
                if self.concerns(ty)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match &self.resolve.types[id].kind {
            TypeDefKind::List(element) => Ok(self.mode == Mode::Free || self.concerns(element)?),
            TypeDefKind::Handle(handle) => Ok(self.mode != Mode::Free && self.turns(*handle)?),
            TypeDefKind::Flags(_) | TypeDefKind::Enum(_) => Ok(false),
            kind @ (TypeDefKind::Record(_) | TypeDefKind::Tuple(_)) => {
                any(&fields(kind).unwrap_or_default())
            }
            kind @ (TypeDefKind::Variant(_) | TypeDefKind::Option(_) | TypeDefKind::Result(_)) => {
                any(&cases(kind)
                    .payloads
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>())
            }
            _ => Err(self.unsupported(id, "a type that WASI 0.2 does not use")),
        }
    }

    /// Whether a handle differs between the two sides.
    fn turns(&self, handle: Handle) -> Result<bool, Error> {
        let (Handle::Own(id) | Handle::Borrow(id)) = handle;
        Ok(!matches!(
            (handle, self.resource(id)?),
            (Handle::Borrow(_), Resource::Proxied(_))
        ))
    }

    fn resource(&self, id: TypeId) -> Result<Resource, Error> {
        resource(self.resolve, self.interfaces, id)
            .ok_or_else(|| self.unsupported(id, "a resource of an interface that has no proxy"))
    }

    fn definition(&self, ty: &Type) -> Option<TypeId> {
        match ty {
            Type::Id(id) => {
                let id = dealias(self.resolve, *id);
                // An alias of a primitive type ends at `TypeDefKind::Type`.
                (!matches!(self.resolve.types[id].kind, TypeDefKind::Type(_))).then_some(id)
            }
            _ => None,
        }
    }

    fn unsupported(&self, id: TypeId, reason: &str) -> Error {
        Error::Proxy {
            function: self.resolve.types[dealias(self.resolve, id)]
                .name
                .clone()
                .unwrap_or_default(),
            reason: reason.to_string(),
        }
    }
}

/// With the discriminant on the stack, opens the block of the case `index`.
fn begin_case(body: &mut Body, index: usize) {
    body.i32(index as i32);
    body.plain(I::I32Eq);
    body.plain(I::If(BlockType::Empty));
}

/// Pushes a slot that holds a 32-bit value. Where cases of a variant share
/// slots, the canonical ABI widens it to 64 bits.
fn push_i32(body: &mut Body, (local, ty): Slot) {
    body.get(local);
    if ty == ValType::I64 {
        body.plain(I::I32WrapI64);
    }
}

fn pop_i32(body: &mut Body, (local, ty): Slot) {
    if ty == ValType::I64 {
        body.plain(I::I64ExtendI32U);
    }
    body.set(local);
}
