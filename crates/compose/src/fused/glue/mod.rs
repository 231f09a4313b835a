//! The glue that stands in for a lowered function: it does what the canonical
//! ABI did between the program and its host, now between the program and the
//! filesystem.
//!
//! One module holds the functions that are lowered with the same memory and
//! allocator. For each it
//!
//! 1. hands a host's handle on to the host's function, untouched, and tells the
//!    filesystem before that if the function waits;
//! 2. copies strings into the filesystem's memory, and checks that byte lists
//!    are inside of the program's (the filesystem pulls them itself);
//! 3. calls the filesystem, which leaves its result in canonical layout in the
//!    [`Area`];
//! 4. copies the result, gives its lists memory from the program's allocator,
//!    and copies them.
//!
//! While the program's allocator runs, no call comes in: it traps, as the
//! canonical ABI has it.

pub(super) mod code;
pub(super) mod memory;
mod relocate;

use super::functions::{Functions, Name, Route};
use crate::canonical::{Signature, dealias, flat_len, val_type};
use crate::error::Error;
use code::{Code, ModuleWriter, memarg};
use memory::{APP, Form, check_bounds};
use monaka_fs_core::PATH_BYTES_MAX;
use relocate::Place;
use wasm_encoder::{Instruction as I, ValType};
use wit_parser::abi::AbiVariant;
use wit_parser::{Function, Type, TypeDefKind};

/// The bit of a handle that says that it is the filesystem's. The canonical ABI
/// gives handles below 2^28 (its `Table.MAX_LENGTH`).
const VIRTUAL: u32 = 1 << 30;

/// The name that the host's functions are imported under.
const HOST: &str = "host";

/// What the filesystem and the glue share of the filesystem's memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    /// Its address.
    pub(super) address: u32,
}

impl Area {
    /// Bytes of the largest result.
    const RESULT_BYTES: u32 = 256;

    /// Bytes of a string that are handed over: one more than a path may have,
    /// so that a longer one is seen to be too long.
    const TEXT_BYTES: u32 = PATH_BYTES_MAX as u32 + 1;

    /// The strings that a function takes at most.
    const TEXTS: u32 = 2;

    /// Its size.
    pub(super) const BYTES: u32 = Self::RESULT_BYTES + Self::TEXTS * Self::TEXT_BYTES;

    fn text(self, index: u32) -> u32 {
        self.address + Self::RESULT_BYTES + index * Self::TEXT_BYTES
    }
}

/// A lowered function or a drop that glue stands in for.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: Name,
    /// What the module exports it as, and imports the host's as if it needs it.
    pub(super) label: String,
}

/// Writes the module for `entries`, all lowered with the same options, with or
/// without a memory.
pub(super) fn module(
    functions: &Functions,
    entries: &[Entry],
    area: Area,
    form: Form,
    has_memory: bool,
) -> Result<ModuleWriter, Error> {
    let mut module = ModuleWriter::default();
    if has_memory {
        form.memories(&mut module);
    }
    let entered = module.global("shim", super::shim::ENTERED);
    let mut writer = Writer {
        functions,
        module,
        area,
        form,
        entered,
    };
    for entry in entries {
        writer.entry(entry)?;
    }
    Ok(writer.module)
}

/// The type of a function of the program, and whether its last parameter is the
/// address for its result.
pub(super) struct Lowered {
    pub(super) signature: Signature,
    returns_by_pointer: bool,
}

impl Lowered {
    pub(super) fn of(functions: &Functions, function: &Function) -> Self {
        let lowered = functions
            .resolve
            .wasm_signature(AbiVariant::GuestImport, function);
        Self {
            signature: Signature {
                params: lowered.params.iter().copied().map(val_type).collect(),
                results: lowered.results.iter().copied().map(val_type).collect(),
            },
            returns_by_pointer: lowered.retptr,
        }
    }

    /// The filesystem's function takes the address first.
    fn in_vfs(&self) -> Signature {
        let mut params = self.signature.params.clone();
        if self.returns_by_pointer {
            params.rotate_right(1);
        }
        Signature {
            params,
            results: self.signature.results.clone(),
        }
    }

    fn return_pointer(&self) -> u32 {
        self.signature.params.len().saturating_sub(1) as u32
    }
}

struct Writer<'a> {
    functions: &'a Functions,
    module: ModuleWriter,
    area: Area,
    form: Form,
    /// The global that is not 0 while the program's allocator runs.
    entered: u32,
}

impl Writer<'_> {
    fn entry(&mut self, entry: &Entry) -> Result<(), Error> {
        let route = self.functions.route(&entry.name);
        let route = route.ok_or_else(|| Error::Adapter(format!("no route for {}", entry.name)))?;
        let Some(function) = self.functions.function(&entry.name) else {
            self.drop_resource(entry, route);
            return Ok(());
        };
        let lowered = Lowered::of(self.functions, function);
        let mut code = Code::new(&lowered.signature);
        self.hand_on(&mut code, entry, route, &lowered)?;
        if route == Route::NoneIfVirtual {
            self.none(&mut code, function, lowered.return_pointer());
        } else {
            self.call_vfs(&mut code, entry, function, &lowered)?;
        }
        self.module.define(&entry.label, &lowered.signature, code);
        Ok(())
    }

    /// Writes `none`, where there is room for all of the option.
    fn none(&self, code: &mut Code, function: &Function, to: u32) {
        if let Some(ty) = &function.result {
            self.check_aligned(code, ty, to);
            code.i32(self.functions.sizes.size(ty).size_wasm32() as u32);
            let size = code.save(ValType::I32);
            check_bounds(code, to, size, 1);
        }
        code.get(to).i32(0).op(I::I32Store8(memarg(APP, 0, 0)));
    }

    /// Traps unless a value of this type may be at the address in `to`.
    fn check_aligned(&self, code: &mut Code, ty: &Type, to: u32) {
        let align = self.functions.sizes.align(ty).align_wasm32() as u32;
        if align > 1 {
            code.get(to).i32(align - 1).op(I::I32And).trap_if();
        }
    }

    fn drop_resource(&mut self, entry: &Entry, route: Route) {
        let signature = Signature {
            params: vec![ValType::I32],
            results: Vec::new(),
        };
        let mut code = Code::new(&signature);
        if route == Route::ByHandle {
            let host = self.module.import(HOST, &entry.label, &signature);
            code.get(0).i32(VIRTUAL).op(I::I32And).op(I::I32Eqz);
            let form = self.form;
            code.when(|code| form.tail_call(code, host, 1));
        }
        let vfs = self.module.import("vfs", &entry.name.export(), &signature);
        self.refuse_entry(&mut code);
        code.get(0).call(vfs);
        self.module.define(&entry.label, &signature, code);
    }

    /// Leaves for the host's function unless the filesystem is concerned.
    fn hand_on(
        &mut self,
        code: &mut Code,
        entry: &Entry,
        route: Route,
        lowered: &Lowered,
    ) -> Result<(), Error> {
        match route {
            Route::Virtual => return Ok(()),
            Route::ByHandle | Route::NoneIfVirtual => {
                code.get(0).i32(VIRTUAL).op(I::I32And);
            }
            Route::BySplice => {
                code.get(0).get(1).op(I::I32Or).i32(VIRTUAL).op(I::I32And);
            }
            Route::ByList => any_virtual(code),
        }
        let params = lowered.signature.params.len() as u32;
        let host = self.module.import(HOST, &entry.label, &lowered.signature);
        let settle = entry.name.waits().then(|| self.settle());
        let form = self.form;
        code.op(I::I32Eqz).when(|code| {
            if let Some(settle) = settle {
                code.call(settle);
            }
            form.tail_call(code, host, params);
        });
        Ok(())
    }

    fn call_vfs(
        &mut self,
        code: &mut Code,
        entry: &Entry,
        function: &Function,
        lowered: &Lowered,
    ) -> Result<(), Error> {
        self.refuse_entry(code);
        let mut arguments = Arguments::default();
        for param in &function.params {
            self.argument(code, &param.ty, &mut arguments)?;
        }
        code.i32(self.area.address);
        let result = code.save(ValType::I32);
        if lowered.returns_by_pointer {
            code.get(result);
        }
        for &local in &arguments.locals {
            code.get(local);
        }
        let name = entry.name.export();
        let vfs = self.module.import("vfs", &name, &lowered.in_vfs());
        code.call(vfs);
        match &function.result {
            Some(ty) if lowered.returns_by_pointer => {
                self.result(code, ty, result, lowered.return_pointer())
            }
            _ => Ok(()),
        }
    }

    /// Prepares one argument, and adds the locals that hold it.
    fn argument(
        &mut self,
        code: &mut Code,
        ty: &Type,
        arguments: &mut Arguments,
    ) -> Result<(), Error> {
        let resolve = &self.functions.resolve;
        let first = arguments.flat;
        let count = flat_len(resolve, ty);
        arguments.flat += count;
        let list = match ty {
            Type::Id(id) => match &resolve.types[dealias(resolve, *id)].kind {
                TypeDefKind::List(element) => Some(*element),
                _ => None,
            },
            _ => None,
        };
        match (ty, list) {
            (Type::String, _) => {
                let text = self.area.text(arguments.texts);
                if arguments.texts >= Area::TEXTS {
                    return Err(Error::Adapter("a function with many strings".to_string()));
                }
                arguments.texts += 1;
                self.text(code, first, text, &mut arguments.locals);
            }
            (_, Some(Type::U8)) => {
                check_bounds(code, first, first + 1, 1);
                arguments.locals.extend([first, first + 1]);
            }
            (_, Some(_)) => self.handles(code, first, &mut arguments.locals),
            _ => arguments.locals.extend(first..first + count),
        }
        Ok(())
    }

    /// A string: its bytes go to the filesystem's memory, which checks them. All
    /// of it is inside of the program's, also what is cut off.
    fn text(&mut self, code: &mut Code, pointer: u32, text: u32, locals: &mut Vec<u32>) {
        let len = pointer + 1;
        check_bounds(code, pointer, len, 1);
        code.get(len)
            .i32(Area::TEXT_BYTES)
            .get(len)
            .i32(Area::TEXT_BYTES)
            .op(I::I32LtU)
            .op(I::Select);
        let cut = code.save(ValType::I32);
        code.i32(text);
        let copy = code.save(ValType::I32);
        code.get(copy).get(pointer).get(cut);
        self.form.copy_in(&mut self.module, code);
        locals.extend([copy, cut]);
    }

    /// A list of handles, whose bounds have been checked.
    fn handles(&mut self, code: &mut Code, pointer: u32, locals: &mut Vec<u32>) {
        let len = pointer + 1;
        let signature = Signature {
            params: vec![ValType::I32],
            results: vec![ValType::I32],
        };
        let scratch = self.module.import("vfs", "scratch", &signature);
        code.get(len).i32(HANDLE_BYTES).op(I::I32Mul);
        let bytes = code.save(ValType::I32);
        code.get(bytes).call(scratch);
        let copy = code.save(ValType::I32);
        code.get(copy).op(I::I32Eqz).trap_if();
        code.get(copy).get(pointer).get(bytes);
        self.form.copy_in(&mut self.module, code);
        locals.extend([copy, len]);
    }

    /// Copies the result to where the program wants it.
    fn result(&mut self, code: &mut Code, ty: &Type, from: u32, to: u32) -> Result<(), Error> {
        let size = self.functions.sizes.size(ty).size_wasm32() as u32;
        if size > Area::RESULT_BYTES {
            return Err(Error::Adapter(format!("a result of {size} bytes")));
        }
        self.check_aligned(code, ty, to);
        self.form
            .copy_result(&mut self.module, code, to, from, size);
        let place = Place {
            vfs: from,
            app: to,
            offset: 0,
        };
        self.relocate(code, ty, place)
    }

    /// Traps while the program's allocator runs.
    fn refuse_entry(&self, code: &mut Code) {
        code.op(I::GlobalGet(self.entered)).trap_if();
    }

    /// The filesystem's function that is told before the program waits: what
    /// was changed until now gets its time.
    fn settle(&mut self) -> u32 {
        let signature = Signature {
            params: Vec::new(),
            results: Vec::new(),
        };
        self.module.import("vfs", "settle", &signature)
    }

    /// The program's allocator.
    fn realloc(&mut self) -> u32 {
        let signature = Signature {
            params: vec![ValType::I32; 4],
            results: vec![ValType::I32],
        };
        self.module.import("app", REALLOC, &signature)
    }
}

/// The name that the program's allocator is imported under.
pub(super) const REALLOC: &str = "realloc";

/// Bytes of a handle in a list.
const HANDLE_BYTES: u32 = 4;

/// The arguments of a call of the filesystem, while they are prepared.
#[derive(Default)]
struct Arguments {
    locals: Vec<u32>,
    /// Parameters that have been used.
    flat: u32,
    /// Strings among them.
    texts: u32,
}

/// Pushes whether any handle of the list in the first two parameters is
/// virtual. The filesystem answers for an empty list, too: the host would trap.
fn any_virtual(code: &mut Code) {
    let (pointer, len) = (0, 1);
    check_bounds(code, pointer, len, HANDLE_BYTES);
    code.get(pointer)
        .i32(HANDLE_BYTES - 1)
        .op(I::I32And)
        .trap_if();
    code.get(len).op(I::I32Eqz).i32(VIRTUAL).op(I::I32Mul);
    let seen = code.save(ValType::I32);
    let at = code.local(ValType::I32);
    code.get(pointer).set(at);
    code.get(pointer)
        .get(len)
        .i32(HANDLE_BYTES)
        .op(I::I32Mul)
        .op(I::I32Add);
    let end = code.save(ValType::I32);
    code.repeat_while(
        |code| {
            code.get(at).get(end).op(I::I32Ne);
        },
        |code| {
            code.get(at)
                .op(I::I32Load(memarg(APP, 0, 2)))
                .get(seen)
                .op(I::I32Or)
                .set(seen);
            code.advance(at, HANDLE_BYTES);
        },
    );
    code.get(seen).i32(VIRTUAL).op(I::I32And);
}
