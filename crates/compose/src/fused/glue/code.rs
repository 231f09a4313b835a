//! Writing one core module of glue.

use crate::canonical::Signature;
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalType, ImportSection, Instruction as I, MemArg, MemoryType, Module, TypeSection, ValType,
};

/// A module that imports functions as they are first called, and defines and
/// exports others.
#[derive(Default)]
pub(in crate::fused) struct ModuleWriter {
    types: Vec<Signature>,
    /// Memories and globals, in order.
    others: Vec<(&'static str, &'static str, EntityType)>,
    imports: Vec<(String, String, u32)>,
    defined: Vec<(String, u32, Code)>,
}

impl ModuleWriter {
    /// Imports a memory; gives its index.
    pub(in crate::fused) fn memory(&mut self, module: &'static str) -> u32 {
        let ty = EntityType::Memory(MemoryType {
            minimum: 0,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let index = self.count(|ty| matches!(ty, EntityType::Memory(_)));
        self.others.push((module, "memory", ty));
        index
    }

    /// Imports a mutable 32-bit global; gives its index.
    pub(in crate::fused) fn global(&mut self, module: &'static str, name: &'static str) -> u32 {
        let ty = EntityType::Global(GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        });
        let index = self.count(|ty| matches!(ty, EntityType::Global(_)));
        self.others.push((module, name, ty));
        index
    }

    fn count(&self, of: impl Fn(&EntityType) -> bool) -> u32 {
        self.others.iter().filter(|(_, _, ty)| of(ty)).count() as u32
    }

    /// The index of an imported function.
    pub(in crate::fused) fn import(
        &mut self,
        module: &str,
        name: &str,
        signature: &Signature,
    ) -> u32 {
        let ty = self.ty(signature);
        let known = self
            .imports
            .iter()
            .position(|(m, n, _)| (m.as_str(), n.as_str()) == (module, name));
        let index = known.unwrap_or_else(|| {
            self.imports
                .push((module.to_string(), name.to_string(), ty));
            self.imports.len() - 1
        });
        index as u32
    }

    /// The imported functions: module and name.
    pub(in crate::fused) fn imported(&self) -> impl Iterator<Item = (&str, &str)> {
        self.imports
            .iter()
            .map(|(module, name, _)| (module.as_str(), name.as_str()))
    }

    /// Defines and exports a function.
    pub(in crate::fused) fn define(&mut self, export: &str, signature: &Signature, code: Code) {
        let ty = self.ty(signature);
        self.defined.push((export.to_string(), ty, code));
    }

    fn ty(&mut self, signature: &Signature) -> u32 {
        let known = self.types.iter().position(|ty| ty == signature);
        known.unwrap_or_else(|| {
            self.types.push(signature.clone());
            self.types.len() - 1
        }) as u32
    }

    /// The sections up to the code, and the number of the imported functions.
    pub(in crate::fused) fn finish(self) -> Module {
        let mut types = TypeSection::new();
        for ty in &self.types {
            types
                .ty()
                .function(ty.params.iter().copied(), ty.results.iter().copied());
        }
        let mut imports = ImportSection::new();
        for (module, name, ty) in &self.others {
            imports.import(module, name, *ty);
        }
        for (module, name, ty) in &self.imports {
            imports.import(module, name, EntityType::Function(*ty));
        }
        let mut functions = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut bodies = CodeSection::new();
        for (index, (name, ty, code)) in (self.imports.len() as u32..).zip(self.defined) {
            functions.function(ty);
            exports.export(&name, ExportKind::Func, index);
            bodies.function(&code.finish());
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&exports)
            .section(&bodies);
        module
    }
}

/// The body of a function while it is being written.
pub(in crate::fused) struct Code {
    params: usize,
    locals: Vec<ValType>,
    instructions: Vec<I<'static>>,
}

impl Code {
    pub(in crate::fused) fn new(signature: &Signature) -> Self {
        Self {
            params: signature.params.len(),
            locals: signature.params.clone(),
            instructions: Vec::new(),
        }
    }

    pub(in crate::fused) fn op(&mut self, instruction: I<'static>) -> &mut Self {
        self.instructions.push(instruction);
        self
    }

    pub(in crate::fused) fn get(&mut self, local: u32) -> &mut Self {
        self.op(I::LocalGet(local))
    }

    pub(in crate::fused) fn set(&mut self, local: u32) -> &mut Self {
        self.op(I::LocalSet(local))
    }

    pub(in crate::fused) fn i32(&mut self, value: u32) -> &mut Self {
        self.op(I::I32Const(value as i32))
    }

    pub(in crate::fused) fn call(&mut self, function: u32) -> &mut Self {
        self.op(I::Call(function))
    }

    /// A new local.
    pub(in crate::fused) fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        (self.locals.len() - 1) as u32
    }

    /// Moves the top of the stack into a new local.
    pub(in crate::fused) fn save(&mut self, ty: ValType) -> u32 {
        let local = self.local(ty);
        self.set(local);
        local
    }

    /// Adds a number to a local.
    pub(in crate::fused) fn advance(&mut self, local: u32, by: u32) -> &mut Self {
        self.get(local).i32(by).op(I::I32Add).set(local)
    }

    /// What `then` writes happens if the top of the stack is not zero.
    pub(in crate::fused) fn when(&mut self, then: impl FnOnce(&mut Self)) -> &mut Self {
        self.op(I::If(BlockType::Empty));
        then(self);
        self.op(I::End)
    }

    /// Traps if the top of the stack is not zero.
    pub(in crate::fused) fn trap_if(&mut self) -> &mut Self {
        self.when(|code| {
            code.op(I::Unreachable);
        })
    }

    /// Repeats `body` for as long as what `condition` pushes is not zero.
    pub(in crate::fused) fn repeat_while(
        &mut self,
        condition: impl FnOnce(&mut Self),
        body: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.op(I::Block(BlockType::Empty))
            .op(I::Loop(BlockType::Empty));
        condition(self);
        self.op(I::I32Eqz).op(I::BrIf(1));
        body(self);
        self.op(I::Br(0)).op(I::End).op(I::End)
    }

    fn finish(mut self) -> Function {
        let mut function = Function::new_with_locals_types(self.locals.split_off(self.params));
        for instruction in &self.instructions {
            function.instruction(instruction);
        }
        function.instruction(&I::End);
        function
    }
}

/// An access to a memory at an offset, of `1 << align` bytes.
pub(in crate::fused) fn memarg(memory: u32, offset: u32, align: u32) -> MemArg {
    MemArg {
        offset: u64::from(offset),
        align,
        memory_index: memory,
    }
}
