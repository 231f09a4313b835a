//! Moves the lists of a result from the filesystem's memory to the program's.
//!
//! A result is in canonical layout on both sides, so it has been copied as
//! bytes already. What is left are its lists and strings: each gets memory from
//! the program's allocator, its elements, and its new address.

use super::Writer;
use super::code::{Code, memarg};
use super::memory::{APP, EMPTY};
use crate::canonical::{Cases, cases, dealias, fields};
use crate::error::Error;
use wasm_encoder::{Instruction as I, ValType};
use wit_parser::{Int, Type, TypeDefKind};

/// The bytes of a segment of a read: address and length.
const SEGMENT_BYTES: u32 = 8;

/// Where a value is on both sides: locals with addresses, and an offset.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) vfs: u32,
    pub(super) app: u32,
    pub(super) offset: u32,
}

impl Place {
    fn at(self, offset: u32) -> Self {
        Self {
            offset: self.offset + offset,
            ..self
        }
    }
}

impl Writer<'_> {
    /// Moves what lists a value of type `ty` has.
    pub(super) fn relocate(
        &mut self,
        code: &mut Code,
        ty: &Type,
        place: Place,
    ) -> Result<(), Error> {
        if !self.has_lists(ty) {
            return Ok(());
        }
        let Type::Id(id) = ty else {
            return self.relocate_list(code, None, place);
        };
        let functions = self.functions;
        let kind = &functions.resolve.types[dealias(&functions.resolve, *id)].kind;
        match kind {
            TypeDefKind::Type(ty) => self.relocate(code, ty, place),
            TypeDefKind::List(Type::U8) => self.relocate_segments(code, place),
            TypeDefKind::List(element) => self.relocate_list(code, Some(element), place),
            kind => match fields(kind) {
                Some(fields) => {
                    for (offset, ty) in functions.sizes.field_offsets(&fields) {
                        self.relocate(code, ty, place.at(offset.size_wasm32() as u32))?;
                    }
                    Ok(())
                }
                None => self.relocate_cases(code, &cases(kind), place),
            },
        }
    }

    fn relocate_cases(
        &mut self,
        code: &mut Code,
        cases: &Cases,
        place: Place,
    ) -> Result<(), Error> {
        if cases.tag != Int::U8 {
            return Err(Error::Adapter("a variant with many cases".to_string()));
        }
        let payloads = cases.payloads.iter().map(Option::as_ref);
        let payload = self.functions.sizes.payload_offset(cases.tag, payloads);
        let payload = place.at(payload.size_wasm32() as u32);
        for (index, ty) in (0..).zip(&cases.payloads) {
            let Some(ty) = ty else { continue };
            if !self.has_lists(ty) {
                continue;
            }
            self.form
                .load_8(&mut self.module, code, place.vfs, place.offset);
            code.i32(index).op(I::I32Eq).op(I::If(EMPTY));
            self.relocate(code, ty, payload)?;
            code.op(I::End);
        }
        Ok(())
    }

    /// A list of anything but bytes; a string without an element type.
    fn relocate_list(
        &mut self,
        code: &mut Code,
        element: Option<&Type>,
        place: Place,
    ) -> Result<(), Error> {
        let sizes = &self.functions.sizes;
        let (size, align) = match element {
            Some(ty) => (
                sizes.size(ty).size_wasm32() as u32,
                sizes.align(ty).align_wasm32() as u32,
            ),
            None => (1, 1),
        };
        let (from, len) = self.list_at(code, place);
        code.get(len).i32(size).op(I::I32Mul);
        let bytes = code.save(ValType::I32);
        let to = self.allocate(code, bytes, align);
        code.get(to).get(from).get(bytes);
        self.form.copy_out(&mut self.module, code);
        if let Some(ty) = element
            && self.has_lists(ty)
        {
            self.relocate_elements(code, ty, size, from, to, bytes)?;
        }
        store_pointer(code, place, to);
        Ok(())
    }

    fn relocate_elements(
        &mut self,
        code: &mut Code,
        element: &Type,
        size: u32,
        from: u32,
        to: u32,
        bytes: u32,
    ) -> Result<(), Error> {
        code.get(to);
        let app = code.save(ValType::I32);
        code.get(from);
        let vfs = code.save(ValType::I32);
        code.get(to).get(bytes).op(I::I32Add);
        let end = code.save(ValType::I32);
        let mut inner = Ok(());
        code.repeat_while(
            |code| {
                code.get(app).get(end).op(I::I32Ne);
            },
            |code| {
                let place = Place {
                    vfs,
                    app,
                    offset: 0,
                };
                inner = self.relocate(code, element, place);
                code.advance(app, size).advance(vfs, size);
            },
        );
        inner
    }

    /// The bytes of a read: its segments, one after the other. A segment at
    /// address 0 is zeroes.
    fn relocate_segments(&mut self, code: &mut Code, place: Place) -> Result<(), Error> {
        let (segments, total) = self.list_at(code, place);
        let to = self.allocate(code, total, 1);
        code.get(to);
        let at = code.save(ValType::I32);
        code.get(to).get(total).op(I::I32Add);
        let end = code.save(ValType::I32);
        let (from, len) = (code.local(ValType::I32), code.local(ValType::I32));
        let (form, module) = (self.form, &mut self.module);
        code.repeat_while(
            |code| {
                code.get(at).get(end).op(I::I32Ne);
            },
            |code| {
                form.load_32(module, code, segments, 0);
                code.set(from);
                form.load_32(module, code, segments, 4);
                code.set(len);
                code.get(from).op(I::If(EMPTY));
                code.get(at).get(from).get(len);
                form.copy_out(module, code);
                code.op(I::Else);
                code.get(at).i32(0).get(len).op(I::MemoryFill(APP));
                code.op(I::End);
                code.get(at).get(len).op(I::I32Add).set(at);
                code.advance(segments, SEGMENT_BYTES);
            },
        );
        store_pointer(code, place, to);
        Ok(())
    }

    /// Pointer and length of the list at a place, in new locals.
    fn list_at(&mut self, code: &mut Code, place: Place) -> (u32, u32) {
        self.form
            .load_32(&mut self.module, code, place.vfs, place.offset);
        let pointer = code.save(ValType::I32);
        self.form
            .load_32(&mut self.module, code, place.vfs, place.offset + 4);
        (pointer, code.save(ValType::I32))
    }

    /// Memory from the program's allocator, as the canonical ABI asks for it:
    /// what comes back has to be aligned, and meanwhile no call may come in.
    fn allocate(&mut self, code: &mut Code, bytes: u32, align: u32) -> u32 {
        let realloc = self.realloc();
        code.i32(1).op(I::GlobalSet(self.entered));
        code.i32(0).i32(0).i32(align).get(bytes).call(realloc);
        let pointer = code.save(ValType::I32);
        code.i32(0).op(I::GlobalSet(self.entered));
        if align > 1 {
            code.get(pointer).i32(align - 1).op(I::I32And).trap_if();
        }
        super::memory::check_bounds(code, pointer, bytes, 1);
        pointer
    }

    /// Whether a value of this type holds lists or strings.
    fn has_lists(&self, ty: &Type) -> bool {
        let Type::Id(id) = ty else {
            return matches!(ty, Type::String);
        };
        let resolve = &self.functions.resolve;
        match &resolve.types[dealias(resolve, *id)].kind {
            TypeDefKind::List(_) => true,
            TypeDefKind::Type(ty) => self.has_lists(ty),
            kind => match fields(kind) {
                Some(fields) => fields.iter().any(|ty| self.has_lists(ty)),
                None => cases(kind)
                    .payloads
                    .iter()
                    .flatten()
                    .any(|ty| self.has_lists(ty)),
            },
        }
    }
}

/// Writes the address of a list into the program's copy of the value.
fn store_pointer(code: &mut Code, place: Place, pointer: u32) {
    code.get(place.app)
        .get(pointer)
        .op(I::I32Store(memarg(APP, place.offset, 2)));
}
