//! Proxies for host interfaces that mention `wasi:io` resources.
//!
//! In the component link the application's `wasi:io` types are those of the
//! adapter, so every other interface that mentions one of them (stdio, clocks,
//! sockets, http) has to pass through the adapter too. A proxy function takes
//! what the application gives, hands it to the host's function of the same
//! name, and turns the handles in the arguments and results from one side's to
//! the other's. Everything else (numbers, strings, lists) lies in the memory of
//! the adapter already and is handed on as it is, without a copy.
//!
//! How handles are turned:
//! * a resource that a proxied interface defines itself (`tcp-socket`) is
//!   exported with the host's handle as its representation, so that a `borrow`
//!   needs no work at all;
//! * the four resources of `wasi:io` are the adapter's own, and its core module
//!   exports a function for each direction (see [`IoResource`]).
//!
//! The proxies are generated from the WIT of the interface, in the lowered
//! form of the canonical ABI, for just the functions that the application
//! imports.

mod body;
mod visit;

use crate::canonical::{Signature, dealias, flat_len, flat_types, val_type};
use crate::error::Error;
use body::Body;
pub(crate) use body::{FuncRef, Op};
use std::collections::BTreeSet;
use visit::{Mode, Visitor};
use wasm_encoder::{Instruction as I, ValType};
use wit_parser::abi::AbiVariant;
use wit_parser::{Function, Handle, InterfaceId, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// The glue that is to be merged into the core module of the adapter.
#[derive(Default)]
pub(crate) struct Glue {
    /// Functions to import: module, field, parameters and results.
    pub(crate) imports: Vec<Import>,
    /// Functions to define.
    pub(crate) functions: Vec<Defined>,
}

/// A core function that the glue imports.
pub(crate) struct Import {
    pub(crate) module: String,
    pub(crate) field: String,
    pub(crate) signature: Signature,
}

/// A core function that the glue defines and exports.
pub(crate) struct Defined {
    pub(crate) export: String,
    pub(crate) signature: Signature,
    pub(crate) locals: Vec<ValType>,
    pub(crate) ops: Vec<Op>,
}

/// Bytes of the area that results are returned in. The largest result of an
/// interface of WASI 0.2 (`wasi:http/types.error-code` in two results) takes
/// less than a tenth of it.
pub(crate) const RETURN_AREA_BYTES: u32 = 1024;

/// A resource of `wasi:io`, which the adapter defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IoResource {
    Error,
    InputStream,
    OutputStream,
    Pollable,
}

impl IoResource {
    fn named(interface: &str, resource: &str) -> Option<Self> {
        match (interface, resource) {
            ("error", "error") => Some(Self::Error),
            ("poll", "pollable") => Some(Self::Pollable),
            ("streams", "input-stream") => Some(Self::InputStream),
            ("streams", "output-stream") => Some(Self::OutputStream),
            _ => None,
        }
    }

    /// The adapter's function that wraps an owned host handle.
    fn wrap(self) -> &'static str {
        match self {
            Self::Error => "monaka_error_new",
            Self::InputStream => "monaka_input_stream_new",
            Self::OutputStream => "monaka_output_stream_new",
            Self::Pollable => "monaka_pollable_new",
        }
    }

    /// The adapter's function that gives the host handle behind a borrowed
    /// representation, 0 where there is none because the resource is virtual.
    fn host(self) -> &'static str {
        match self {
            Self::Error => "monaka_error_host",
            Self::InputStream => "monaka_input_stream_host",
            Self::OutputStream => "monaka_output_stream_host",
            Self::Pollable => "monaka_pollable_host",
        }
    }
}

/// Generates the proxies of `interfaces`, all functions that `resolve` has in
/// them. `return_area` is the address of [`RETURN_AREA_BYTES`] bytes, aligned
/// to 8, that belong to the glue.
pub(crate) fn generate(
    resolve: &Resolve,
    interfaces: &[InterfaceId],
    return_area: u32,
) -> Result<Glue, Error> {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let mut generator = Generator {
        resolve,
        sizes,
        interfaces,
        return_area,
        glue: Glue::default(),
    };
    for &interface in interfaces {
        generator.interface(interface)?;
    }
    Ok(generator.glue)
}

struct Generator<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    interfaces: &'a [InterfaceId],
    return_area: u32,
    glue: Glue,
}

/// What a handle type of a proxied function refers to.
#[derive(Clone, Copy)]
enum Resource {
    Io(IoResource),
    Proxied(TypeId),
}

impl Generator<'_> {
    fn interface(&mut self, id: InterfaceId) -> Result<(), Error> {
        let interface = &self.resolve.interfaces[id];
        for &ty in interface.types.values() {
            if matches!(self.resolve.types[ty].kind, TypeDefKind::Resource) {
                self.destructor(id, ty);
            }
        }
        for function in interface.functions.values() {
            self.function(id, function)?;
        }
        Ok(())
    }

    /// The destructor of an exported resource drops the host's handle, unless
    /// the handle is on its way to the host (see [`Op::Transferring`]).
    fn destructor(&mut self, interface: InterfaceId, resource: TypeId) {
        let name = self.resource_name(resource);
        let module = self.interface_name(interface);
        let drop = self.glue.import(
            &module,
            &format!("[resource-drop]{name}"),
            &[ValType::I32],
            &[],
        );
        let ops = vec![
            Op::Transferring,
            Op::Plain(I::I32Eqz),
            Op::Plain(I::If(wasm_encoder::BlockType::Empty)),
            Op::Plain(I::LocalGet(0)),
            Op::Call(drop),
            Op::Plain(I::End),
            Op::Plain(I::End),
        ];
        self.glue.functions.push(Defined {
            export: format!("{module}#[dtor]{name}"),
            signature: Signature {
                params: vec![ValType::I32],
                results: vec![],
            },
            locals: vec![],
            ops,
        });
    }

    fn function(&mut self, interface: InterfaceId, function: &Function) -> Result<(), Error> {
        let module = self.interface_name(interface);
        let export = self
            .resolve
            .wasm_signature(AbiVariant::GuestExport, function);
        let import = self
            .resolve
            .wasm_signature(AbiVariant::GuestImport, function);
        let params: Vec<ValType> = export.params.iter().copied().map(val_type).collect();
        let target = {
            let params: Vec<ValType> = import.params.iter().copied().map(val_type).collect();
            let results: Vec<ValType> = import.results.iter().copied().map(val_type).collect();
            self.glue.import(&module, &function.name, &params, &results)
        };

        let mut body = Body::new(&params);
        let types: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
        self.params(&mut body, function, &types, export.indirect_params)?;
        for index in 0..params.len() {
            body.get(index as u32);
        }
        if import.retptr {
            body.i32(self.return_area as i32);
        }
        body.call(target);
        let result = (!import.retptr && !import.results.is_empty())
            .then(|| body.save(val_type(import.results[0])));
        self.free_params(&mut body, &types, export.indirect_params)?;
        self.result(&mut body, function, result)?;
        self.define(&module, function, &params, &export, body)
    }

    /// Turns the handles among the arguments into the host's.
    fn params(
        &mut self,
        body: &mut Body,
        function: &Function,
        types: &[Type],
        indirect: bool,
    ) -> Result<(), Error> {
        if indirect {
            return self.visitor(Mode::Params).fields(body, types, 0, 0);
        }
        let mut slot = 0;
        for ty in types {
            if let Some(resource) = self.borrowed_io(ty) {
                self.borrow_io(body, function, types, resource, slot);
            } else {
                let slots = slots(self.resolve, ty, slot);
                self.visitor(Mode::Params).flat(body, ty, &slots)?;
            }
            slot += flat_len(self.resolve, ty);
        }
        Ok(())
    }

    /// A borrowed resource of `wasi:io` may be virtual: the host cannot know
    /// it. WASI has such parameters only in functions that ask whether an
    /// `error` belongs to their interface, and there the answer is "no".
    fn borrow_io(
        &self,
        body: &mut Body,
        function: &Function,
        types: &[Type],
        resource: IoResource,
        slot: u32,
    ) {
        body.get(slot);
        body.call(FuncRef::Adapter(resource.host()));
        body.tee(slot);
        body.plain(I::I32Eqz);
        body.plain(I::If(wasm_encoder::BlockType::Empty));
        let asks = types.len() == 1 && self.is_option(function.result.as_ref());
        if asks {
            body.i32(self.return_area as i32);
            body.i32(0);
            body.plain(I::I32Store8(memarg(0, 0)));
            body.i32(self.return_area as i32);
            body.plain(I::Return);
        } else {
            body.plain(I::Unreachable);
        }
        body.plain(I::End);
    }

    /// Gives back the memory of the arguments, which the caller's side of the
    /// canonical ABI allocated here.
    fn free_params(
        &mut self,
        body: &mut Body,
        types: &[Type],
        indirect: bool,
    ) -> Result<(), Error> {
        if indirect {
            self.visitor(Mode::Free).fields(body, types, 0, 0)?;
            let info = self.sizes.params(types);
            body.get(0);
            body.i32(info.size.size_wasm32() as i32);
            body.i32(info.align.align_wasm32() as i32);
            body.call(FuncRef::Adapter("monaka_free"));
            return Ok(());
        }
        let mut slot = 0;
        for ty in types {
            let slots = slots(self.resolve, ty, slot);
            self.visitor(Mode::Free).flat(body, ty, &slots)?;
            slot += flat_len(self.resolve, ty);
        }
        Ok(())
    }

    /// Turns the handles in the result and leaves the result on the stack.
    fn result(
        &mut self,
        body: &mut Body,
        function: &Function,
        flat: Option<u32>,
    ) -> Result<(), Error> {
        let Some(ty) = function.result else {
            return Ok(());
        };
        match flat {
            Some(local) => {
                let ty_slots = [(local, body.ty(local))];
                self.visitor(Mode::Results).flat(body, &ty, &ty_slots)?;
                body.get(local);
            }
            None => {
                let base = self.area(body);
                self.visitor(Mode::Results).memory(body, &ty, base, 0)?;
                body.get(base);
            }
        }
        Ok(())
    }

    fn area(&self, body: &mut Body) -> u32 {
        body.i32(self.return_area as i32);
        body.save(ValType::I32)
    }

    fn define(
        &mut self,
        module: &str,
        function: &Function,
        params: &[ValType],
        export: &wit_parser::abi::WasmSignature,
        body: Body,
    ) -> Result<(), Error> {
        let name = format!("{module}#{}", function.name);
        if let Some(ty) = function.result.filter(|_| export.retptr) {
            let size = self.sizes.size(&ty).size_wasm32();
            if size > RETURN_AREA_BYTES as usize {
                return Err(Error::Proxy {
                    function: name,
                    reason: format!(
                        "its result takes {size} bytes, the return area has {RETURN_AREA_BYTES}"
                    ),
                });
            }
            self.post_return(&name, &ty)?;
        }
        let (locals, ops) = body.finish();
        self.glue.functions.push(Defined {
            export: name,
            signature: Signature {
                params: params.to_vec(),
                results: export.results.iter().copied().map(val_type).collect(),
            },
            locals,
            ops,
        });
        Ok(())
    }

    /// The function that frees the strings and lists of a result once the
    /// caller has copied them.
    fn post_return(&mut self, name: &str, ty: &Type) -> Result<(), Error> {
        let mut body = Body::new(&[ValType::I32]);
        self.visitor(Mode::Free).memory(&mut body, ty, 0, 0)?;
        if body.is_empty() {
            return Ok(());
        }
        let (locals, ops) = body.finish();
        self.glue.functions.push(Defined {
            export: format!("cabi_post_{name}"),
            signature: Signature {
                params: vec![ValType::I32],
                results: vec![],
            },
            locals,
            ops,
        });
        Ok(())
    }

    fn visitor(&mut self, mode: Mode) -> Visitor<'_> {
        Visitor::new(
            self.resolve,
            &self.sizes,
            self.interfaces,
            &mut self.glue,
            mode,
        )
    }

    fn borrowed_io(&self, ty: &Type) -> Option<IoResource> {
        let Handle::Borrow(id) = handle(self.resolve, ty)? else {
            return None;
        };
        match resource(self.resolve, self.interfaces, id)? {
            Resource::Io(io) => Some(io),
            Resource::Proxied(_) => None,
        }
    }

    fn is_option(&self, ty: Option<&Type>) -> bool {
        matches!(ty, Some(Type::Id(id))
            if matches!(self.resolve.types[dealias(self.resolve, *id)].kind, TypeDefKind::Option(_)))
    }

    fn resource_name(&self, id: TypeId) -> String {
        self.resolve.types[id].name.clone().unwrap_or_default()
    }

    fn interface_name(&self, id: InterfaceId) -> String {
        self.resolve.id_of(id).unwrap_or_default()
    }
}

impl Glue {
    /// The reference to an imported function, imported once.
    fn import(
        &mut self,
        module: &str,
        field: &str,
        params: &[ValType],
        results: &[ValType],
    ) -> FuncRef {
        let known = self
            .imports
            .iter()
            .position(|import| import.module == module && import.field == field);
        FuncRef::Import(known.unwrap_or_else(|| {
            self.imports.push(Import {
                module: module.to_string(),
                field: field.to_string(),
                signature: Signature {
                    params: params.to_vec(),
                    results: results.to_vec(),
                },
            });
            self.imports.len() - 1
        }))
    }
}

/// The interfaces that need a proxy when `wasi:io` is virtual: those that
/// mention one of its resources, and, since both sides of a proxy must agree on
/// every resource, those that share a resource with one of them. `native`
/// interfaces, which the adapter implements itself, are left out.
pub(crate) fn required(
    resolve: &Resolve,
    native: impl Fn(InterfaceId) -> bool,
) -> BTreeSet<InterfaceId> {
    let candidates: Vec<InterfaceId> = resolve
        .interfaces
        .iter()
        .map(|(id, _)| id)
        .filter(|&id| !native(id))
        .collect();
    let mut required: BTreeSet<InterfaceId> = candidates
        .iter()
        .copied()
        .filter(|&id| used_resources(resolve, id).any(|used| io_resource(resolve, used).is_some()))
        .collect();
    loop {
        let owners = |id| used_resources(resolve, id).filter_map(|used| owner(resolve, used));
        let users = candidates
            .iter()
            .copied()
            .filter(|&id| owners(id).any(|owner| required.contains(&owner)));
        let used = required.iter().flat_map(|&id| owners(id));
        let next: BTreeSet<InterfaceId> = users
            .chain(used.filter(|id| candidates.contains(id)))
            .chain(required.iter().copied())
            .collect();
        if next.len() == required.len() {
            return required;
        }
        required = next;
    }
}

/// The resources that an interface uses from others.
fn used_resources(resolve: &Resolve, interface: InterfaceId) -> impl Iterator<Item = TypeId> + '_ {
    resolve.interfaces[interface]
        .types
        .values()
        .map(|&id| dealias(resolve, id))
        .filter(move |&id| {
            matches!(resolve.types[id].kind, TypeDefKind::Resource)
                && owner(resolve, id) != Some(interface)
        })
}

fn owner(resolve: &Resolve, id: TypeId) -> Option<InterfaceId> {
    match resolve.types[id].owner {
        wit_parser::TypeOwner::Interface(owner) => Some(owner),
        _ => None,
    }
}

fn io_resource(resolve: &Resolve, id: TypeId) -> Option<IoResource> {
    let ty = &resolve.types[id];
    let wit_parser::TypeOwner::Interface(owner) = ty.owner else {
        return None;
    };
    let interface = &resolve.interfaces[owner];
    let package = &resolve.packages[interface.package?].name;
    if package.namespace != "wasi" || package.name != "io" {
        return None;
    }
    IoResource::named(interface.name.as_deref()?, ty.name.as_deref()?)
}

/// The resource behind the type of a handle, if the proxies know it.
fn resource(resolve: &Resolve, interfaces: &[InterfaceId], id: TypeId) -> Option<Resource> {
    let id = dealias(resolve, id);
    if let Some(io) = io_resource(resolve, id) {
        return Some(Resource::Io(io));
    }
    match resolve.types[id].owner {
        wit_parser::TypeOwner::Interface(owner) if interfaces.contains(&owner) => {
            Some(Resource::Proxied(id))
        }
        _ => None,
    }
}

fn handle(resolve: &Resolve, ty: &Type) -> Option<Handle> {
    let Type::Id(id) = ty else { return None };
    match resolve.types[dealias(resolve, *id)].kind {
        TypeDefKind::Handle(handle) => Some(handle),
        _ => None,
    }
}

/// The parameters that hold a value, the first of them being `first`.
fn slots(resolve: &Resolve, ty: &Type, first: u32) -> Vec<(u32, ValType)> {
    (first..).zip(flat_types(resolve, ty)).collect()
}

fn memarg(offset: u32, align: u32) -> wasm_encoder::MemArg {
    wasm_encoder::MemArg {
        offset: offset.into(),
        align,
        memory_index: 0,
    }
}
