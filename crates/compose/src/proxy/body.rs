//! The body of a generated function, while it is being written.

use wasm_encoder::{Instruction as I, ValType};

/// A function that glue calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FuncRef {
    /// An import of the glue, by its position in `Glue::imports`.
    Import(usize),
    /// An export of the adapter's core module.
    Adapter(&'static str),
}

/// One instruction, its references still symbolic.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// An instruction that refers to nothing outside of the function.
    Plain(I<'static>),
    /// A call.
    Call(FuncRef),
    /// Reads the flag that says that an owned handle is being handed to the
    /// host: dropping the exported handle must then leave the host's alone.
    Transferring,
    /// Sets that flag from the stack.
    SetTransferring,
}

pub(super) struct Body {
    params: usize,
    types: Vec<ValType>,
    ops: Vec<Op>,
}

impl Body {
    pub(super) fn new(params: &[ValType]) -> Self {
        Self {
            params: params.len(),
            types: params.to_vec(),
            ops: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    pub(super) fn plain(&mut self, instruction: I<'static>) {
        self.ops.push(Op::Plain(instruction));
    }

    pub(super) fn op(&mut self, op: Op) {
        self.ops.push(op);
    }

    pub(super) fn call(&mut self, function: FuncRef) {
        self.ops.push(Op::Call(function));
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.plain(I::I32Const(value));
    }

    pub(super) fn get(&mut self, local: u32) {
        self.plain(I::LocalGet(local));
    }

    pub(super) fn set(&mut self, local: u32) {
        self.plain(I::LocalSet(local));
    }

    pub(super) fn tee(&mut self, local: u32) {
        self.plain(I::LocalTee(local));
    }

    pub(super) fn ty(&self, local: u32) -> ValType {
        self.types[local as usize]
    }

    /// A new local.
    pub(super) fn local(&mut self, ty: ValType) -> u32 {
        self.types.push(ty);
        (self.types.len() - 1) as u32
    }

    /// Moves the top of the stack into a new local.
    pub(super) fn save(&mut self, ty: ValType) -> u32 {
        let local = self.local(ty);
        self.set(local);
        local
    }

    /// The types of the locals and the instructions, the final `end` included.
    pub(super) fn finish(mut self) -> (Vec<ValType>, Vec<Op>) {
        self.plain(I::End);
        (self.types.split_off(self.params), self.ops)
    }
}
