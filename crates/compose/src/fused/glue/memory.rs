//! Bytes between the memories of the program and of the filesystem.
//!
//! With multi-memory a glue module has both, the program's as memory 0 and the
//! filesystem's as memory 1. Without it, a glue module has the program's only,
//! and reaches the other through small functions of the filesystem's module.

use super::code::{Code, ModuleWriter, memarg};
use crate::canonical::Signature;
use crate::proxy::{Defined, Glue, Op};
use wasm_encoder::{BlockType, Instruction as I, ValType};

/// What an engine has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fused) enum Form {
    /// Multi-memory and tail calls.
    MultiMemory,
    /// Neither.
    Portable,
}

/// The program's memory, where a glue module has it.
pub(in crate::fused) const APP: u32 = 0;

/// The filesystem's, in the form that has both.
const VFS: u32 = 1;

/// Bytes that [`PEEK_BLOCK`] and [`POKE_BLOCK`] move.
const BLOCK_BYTES: u32 = 32;

/// Results of up to this size are copied by loads and stores, without a call.
const INLINE_BYTES_MAX: u32 = 128;

const PEEK_8: &str = "peek-8";
const PEEK_32: &str = "peek-32";
const PEEK_64: &str = "peek-64";
const PEEK_BLOCK: &str = "peek-block";
const POKE_8: &str = "poke-8";
const POKE_64: &str = "poke-64";
const POKE_BLOCK: &str = "poke-block";

impl Form {
    /// Pushes the 32-bit number at `offset` from the address in `base`, in the
    /// filesystem's memory.
    pub(super) fn load_32(
        self,
        module: &mut ModuleWriter,
        code: &mut Code,
        base: u32,
        offset: u32,
    ) {
        code.get(base);
        match self {
            Self::MultiMemory => code.op(I::I32Load(memarg(VFS, offset, 2))),
            Self::Portable => {
                let peek = module.import("vfs", PEEK_32, &peek(ValType::I32, 1));
                code.i32(offset).op(I::I32Add).call(peek)
            }
        };
    }

    /// The same for a byte.
    pub(super) fn load_8(self, module: &mut ModuleWriter, code: &mut Code, base: u32, offset: u32) {
        code.get(base);
        match self {
            Self::MultiMemory => code.op(I::I32Load8U(memarg(VFS, offset, 0))),
            Self::Portable => {
                let peek = module.import("vfs", PEEK_8, &peek(ValType::I32, 1));
                code.i32(offset).op(I::I32Add).call(peek)
            }
        };
    }

    /// Copies into the filesystem's memory. Expects on the stack: the address
    /// there, the address in the program, the length.
    pub(super) fn copy_in(self, module: &mut ModuleWriter, code: &mut Code) {
        match self {
            Self::MultiMemory => code.op(I::MemoryCopy {
                src_mem: APP,
                dst_mem: VFS,
            }),
            Self::Portable => {
                let copy = module.import("copy", COPY_IN, &three());
                code.call(copy)
            }
        };
    }

    /// Copies into the program's memory. Expects on the stack: the address
    /// there, the address in the filesystem, the length.
    pub(super) fn copy_out(self, module: &mut ModuleWriter, code: &mut Code) {
        match self {
            Self::MultiMemory => code.op(I::MemoryCopy {
                src_mem: VFS,
                dst_mem: APP,
            }),
            Self::Portable => {
                let copy = module.import("copy", COPY_OUT, &three());
                code.call(copy)
            }
        };
    }

    /// Copies a result of a known size, from the address in `from` to that in
    /// `to`.
    pub(super) fn copy_result(
        self,
        module: &mut ModuleWriter,
        code: &mut Code,
        to: u32,
        from: u32,
        size: u32,
    ) {
        if self == Self::Portable || size > INLINE_BYTES_MAX {
            code.get(to).get(from).i32(size);
            return self.copy_out(module, code);
        }
        let mut at = 0;
        while at < size {
            code.get(to).get(from);
            at += inline_step(code, at, size - at);
        }
    }

    /// Calls the host's function at the end of a function that has its
    /// parameters.
    pub(super) fn tail_call(self, code: &mut Code, function: u32, params: u32) {
        for param in 0..params {
            code.get(param);
        }
        match self {
            Self::MultiMemory => code.op(I::ReturnCall(function)),
            Self::Portable => code.call(function).op(I::Return),
        };
    }

    /// Imports the memories of a glue module that has the program's.
    pub(super) fn memories(self, module: &mut ModuleWriter) {
        module.memory("app");
        if self == Self::MultiMemory {
            module.memory("vfs");
        }
    }
}

/// Copies the widest number that is left at `at`; gives its size.
fn inline_step(code: &mut Code, at: u32, left: u32) -> u32 {
    match left {
        8.. => {
            code.op(I::I64Load(memarg(VFS, at, 2)))
                .op(I::I64Store(memarg(APP, at, 2)));
            8
        }
        4..8 => {
            code.op(I::I32Load(memarg(VFS, at, 2)))
                .op(I::I32Store(memarg(APP, at, 2)));
            4
        }
        _ => {
            code.op(I::I32Load8U(memarg(VFS, at, 0)))
                .op(I::I32Store8(memarg(APP, at, 0)));
            1
        }
    }
}

/// What the filesystem pulls a program's bytes with, and, in the portable form,
/// what glue copies with.
pub(in crate::fused) const COPY_IN: &str = "copy-in";
const COPY_OUT: &str = "copy-out";

/// The module that copies between the two memories, made once for a program's
/// memory.
pub(in crate::fused) fn copier(form: Form) -> ModuleWriter {
    let mut module = ModuleWriter::default();
    form.memories(&mut module);
    let signature = three();
    let mut code = Code::new(&signature);
    match form {
        Form::MultiMemory => {
            code.get(0).get(1).get(2);
            form.copy_in(&mut module, &mut code);
        }
        Form::Portable => push_blocks(&mut module, &mut code),
    }
    module.define(COPY_IN, &signature, code);
    if form == Form::Portable {
        let mut code = Code::new(&signature);
        pull_blocks(&mut module, &mut code);
        module.define(COPY_OUT, &signature, code);
    }
    module
}

const TO: u32 = 0;
const FROM: u32 = 1;
const LEN: u32 = 2;

/// From the program to the filesystem, in blocks, then numbers, then bytes.
fn push_blocks(module: &mut ModuleWriter, code: &mut Code) {
    let block = module.import("vfs", POKE_BLOCK, &poke(ValType::I64, 4));
    let number = module.import("vfs", POKE_64, &poke(ValType::I64, 1));
    let byte = module.import("vfs", POKE_8, &poke(ValType::I32, 1));
    steps(code, BLOCK_BYTES, |code| {
        code.get(TO);
        for at in (0..BLOCK_BYTES).step_by(8) {
            code.get(FROM).op(I::I64Load(memarg(APP, at, 0)));
        }
        code.call(block);
    });
    steps(code, 8, |code| {
        code.get(TO)
            .get(FROM)
            .op(I::I64Load(memarg(APP, 0, 0)))
            .call(number);
    });
    steps(code, 1, |code| {
        code.get(TO)
            .get(FROM)
            .op(I::I32Load8U(memarg(APP, 0, 0)))
            .call(byte);
    });
}

/// The other way.
fn pull_blocks(module: &mut ModuleWriter, code: &mut Code) {
    let block = module.import("vfs", PEEK_BLOCK, &peek(ValType::I64, 4));
    let number = module.import("vfs", PEEK_64, &peek(ValType::I64, 1));
    let byte = module.import("vfs", PEEK_8, &peek(ValType::I32, 1));
    let parts: Vec<u32> = (0..4).map(|_| code.local(ValType::I64)).collect();
    steps(code, BLOCK_BYTES, |code| {
        code.get(FROM).call(block);
        for &part in parts.iter().rev() {
            code.set(part);
        }
        for (at, &part) in (0..).step_by(8).zip(&parts) {
            code.get(TO).get(part).op(I::I64Store(memarg(APP, at, 0)));
        }
    });
    steps(code, 8, |code| {
        code.get(TO)
            .get(FROM)
            .call(number)
            .op(I::I64Store(memarg(APP, 0, 0)));
    });
    steps(code, 1, |code| {
        code.get(TO)
            .get(FROM)
            .call(byte)
            .op(I::I32Store8(memarg(APP, 0, 0)));
    });
}

/// Repeats `copy` for each whole step that is left.
fn steps(code: &mut Code, bytes: u32, copy: impl FnOnce(&mut Code)) {
    code.repeat_while(
        |code| {
            code.get(LEN).i32(bytes).op(I::I32GeU);
        },
        |code| {
            copy(code);
            code.advance(TO, bytes).advance(FROM, bytes);
            code.get(LEN).i32(bytes).op(I::I32Sub).set(LEN);
        },
    );
}

/// What the filesystem's module exports in addition in the portable form.
pub(in crate::fused) fn accessors() -> Glue {
    let load = |offset| I::I64Load(memarg(0, offset, 0));
    let store = |offset| I::I64Store(memarg(0, offset, 0));
    Glue {
        imports: Vec::new(),
        functions: vec![
            accessor(
                PEEK_8,
                peek(ValType::I32, 1),
                &[I::I32Load8U(memarg(0, 0, 0))],
            ),
            accessor(
                PEEK_32,
                peek(ValType::I32, 1),
                &[I::I32Load(memarg(0, 0, 0))],
            ),
            accessor(PEEK_64, peek(ValType::I64, 1), &[load(0)]),
            accessor(
                PEEK_BLOCK,
                peek(ValType::I64, 4),
                &[load(0), load(8), load(16), load(24)],
            ),
            accessor(
                POKE_8,
                poke(ValType::I32, 1),
                &[I::I32Store8(memarg(0, 0, 0))],
            ),
            accessor(POKE_64, poke(ValType::I64, 1), &[store(0)]),
            accessor(
                POKE_BLOCK,
                poke(ValType::I64, 4),
                &[store(0), store(8), store(16), store(24)],
            ),
        ],
    }
}

/// A function that does one access after the other at the address that it is
/// given; what it stores are its other parameters.
fn accessor(name: &str, signature: Signature, accesses: &[I<'static>]) -> Defined {
    let stores = signature.results.is_empty();
    let mut ops = Vec::new();
    for (value, access) in (1..).zip(accesses) {
        ops.push(Op::Plain(I::LocalGet(0)));
        if stores {
            ops.push(Op::Plain(I::LocalGet(value)));
        }
        ops.push(Op::Plain(access.clone()));
    }
    ops.push(Op::Plain(I::End));
    Defined {
        export: name.to_string(),
        signature,
        locals: Vec::new(),
        ops,
    }
}

fn peek(ty: ValType, count: usize) -> Signature {
    Signature {
        params: vec![ValType::I32],
        results: vec![ty; count],
    }
}

fn poke(ty: ValType, count: usize) -> Signature {
    let mut params = vec![ValType::I32];
    params.resize(count + 1, ty);
    Signature {
        params,
        results: Vec::new(),
    }
}

fn three() -> Signature {
    Signature {
        params: vec![ValType::I32; 3],
        results: Vec::new(),
    }
}

/// Traps unless `len` bytes at `pointer` are inside of the program's memory.
/// Both are locals.
pub(super) fn check_bounds(code: &mut Code, pointer: u32, len: u32, element_bytes: u32) {
    code.get(pointer)
        .op(I::I64ExtendI32U)
        .get(len)
        .op(I::I64ExtendI32U)
        .op(I::I64Const(i64::from(element_bytes)))
        .op(I::I64Mul)
        .op(I::I64Add)
        .op(I::MemorySize(APP))
        .op(I::I64ExtendI32U)
        .op(I::I64Const(16))
        .op(I::I64Shl)
        .op(I::I64GtU)
        .trap_if();
}

/// The type of a block without parameters or results.
pub(super) const EMPTY: BlockType = BlockType::Empty;
