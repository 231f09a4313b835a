//! Merges generated glue into the adapter's core module.
//!
//! Everything of the glue goes to the end of its section, so that only the
//! indices of functions that the module defines move, by the number of imports
//! that are added.

use super::{IMAGE_MARKER, Layout, adapter_error};
use crate::canonical::Signature;
use crate::error::Error;
use crate::marker::Marker;
use crate::proxy::{FuncRef, Glue, Op};
use crate::world::VENDORED_VERSION;
use std::collections::HashMap;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, Instruction, MemorySection, TypeSection, ValType,
};

/// The adapter's core module with the glue merged in.
pub(super) fn merge(
    core: &[u8],
    glue: Glue,
    layout: &Layout,
    version: &str,
    marker: &Marker,
) -> Result<Vec<u8>, Error> {
    let mut merger = Merger::new(core, glue, layout, version)?;
    let mut module = wasm_encoder::Module::new();
    merger
        .parse_core_module(&mut module, wasmparser::Parser::new(0), core)
        .map_err(|error| Error::Adapter(error.to_string()))?;
    module.section(&marker.encode());
    Ok(module.finish())
}

/// Counts and names of the module before the merge.
#[derive(Default)]
struct Before {
    types: u32,
    imported_functions: u32,
    defined_functions: u32,
    globals: u32,
    functions_by_export: HashMap<String, u32>,
}

impl Before {
    fn of(core: &[u8]) -> Result<Self, Error> {
        let mut before = Self::default();
        for payload in wasmparser::Parser::new(0).parse_all(core) {
            match payload.map_err(adapter_error)? {
                wasmparser::Payload::TypeSection(section) => {
                    for group in section {
                        before.types += group.map_err(adapter_error)?.types().len() as u32;
                    }
                }
                wasmparser::Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import.map_err(adapter_error)?.ty {
                            wasmparser::TypeRef::Func(_) => before.imported_functions += 1,
                            wasmparser::TypeRef::Global(_) => before.globals += 1,
                            _ => {}
                        }
                    }
                }
                wasmparser::Payload::FunctionSection(section) => {
                    before.defined_functions = section.count();
                }
                wasmparser::Payload::GlobalSection(section) => before.globals += section.count(),
                wasmparser::Payload::ExportSection(section) => before.exports(section)?,
                _ => {}
            }
        }
        Ok(before)
    }

    fn exports(&mut self, section: wasmparser::ExportSectionReader<'_>) -> Result<(), Error> {
        for export in section {
            let export = export.map_err(adapter_error)?;
            if export.kind == wasmparser::ExternalKind::Func {
                self.functions_by_export
                    .insert(export.name.to_string(), export.index);
            }
        }
        Ok(())
    }
}

/// Copies the module and adds the glue at the end of each section. Only the
/// indices of functions that the module defines move, by the number of the
/// imports that are added.
struct Merger<'a> {
    before: Before,
    glue: Glue,
    signatures: Vec<Signature>,
    layout: &'a Layout,
    version: &'a str,
}

impl<'a> Merger<'a> {
    fn new(core: &[u8], glue: Glue, layout: &'a Layout, version: &'a str) -> Result<Self, Error> {
        let mut signatures: Vec<Signature> = Vec::new();
        let all = glue.imports.iter().map(|import| &import.signature);
        for signature in all.chain(glue.functions.iter().map(|function| &function.signature)) {
            if !signatures.contains(signature) {
                signatures.push(signature.clone());
            }
        }
        let merger = Self {
            before: Before::of(core)?,
            glue,
            signatures,
            layout,
            version,
        };
        merger.check_helpers()?;
        Ok(merger)
    }

    /// Every function that the glue calls must be there.
    fn check_helpers(&self) -> Result<(), Error> {
        for op in self.glue.functions.iter().flat_map(|f| &f.ops) {
            if let Op::Call(FuncRef::Adapter(name)) = op
                && !self.before.functions_by_export.contains_key(*name)
            {
                return Err(Error::Adapter(format!("it does not export `{name}`")));
            }
        }
        Ok(())
    }

    fn type_of(&self, signature: &Signature) -> u32 {
        let position = self.signatures.iter().position(|known| known == signature);
        self.before.types + position.unwrap_or_default() as u32
    }

    fn added_imports(&self) -> u32 {
        self.glue.imports.len() as u32
    }

    fn moved(&self, function: u32) -> u32 {
        if function < self.before.imported_functions {
            function
        } else {
            function + self.added_imports()
        }
    }

    fn resolve(&self, function: FuncRef) -> u32 {
        match function {
            FuncRef::Import(index) => self.before.imported_functions + index as u32,
            FuncRef::Adapter(name) => self.moved(
                self.before
                    .functions_by_export
                    .get(name)
                    .copied()
                    .unwrap_or_default(),
            ),
        }
    }

    /// The flag of [`Op::Transferring`].
    fn transferring(&self) -> u32 {
        self.before.globals
    }

    fn glue_instruction(&self, op: &Op) -> Instruction<'static> {
        match op {
            Op::Plain(instruction) => instruction.clone(),
            Op::Call(function) => Instruction::Call(self.resolve(*function)),
            Op::Transferring => Instruction::GlobalGet(self.transferring()),
            Op::SetTransferring => Instruction::GlobalSet(self.transferring()),
        }
    }

    /// A name of the core module, at the application's patch version.
    fn versioned(&self, name: &str) -> String {
        name.replace(
            &format!("@{VENDORED_VERSION}"),
            &format!("@{}", self.version),
        )
    }
}

type Reencoded<T = ()> = Result<T, reencode::Error<std::convert::Infallible>>;

impl Reencode for Merger<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Reencoded<u32> {
        Ok(self.moved(function))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Reencoded {
        utils::parse_type_section(self, types, section)?;
        for signature in &self.signatures {
            types.ty().function(
                signature.params.iter().copied(),
                signature.results.iter().copied(),
            );
        }
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Reencoded {
        for import in section.into_imports() {
            let import = import?;
            let ty = self.entity_type(import.ty)?;
            imports.import(&self.versioned(import.module), import.name, ty);
        }
        for import in &self.glue.imports {
            let ty = wasm_encoder::EntityType::Function(self.type_of(&import.signature));
            imports.import(&import.module, &import.field, ty);
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Reencoded {
        utils::parse_function_section(self, functions, section)?;
        for function in &self.glue.functions {
            functions.function(self.type_of(&function.signature));
        }
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Reencoded {
        for memory in section {
            let mut ty = self.memory_type(memory?)?;
            ty.minimum = self.layout.pages;
            memories.memory(ty);
        }
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Reencoded {
        utils::parse_global_section(self, globals, section)?;
        globals.global(
            GlobalType {
                val_type: ValType::I32,
                mutable: true,
                shared: false,
            },
            &ConstExpr::i32_const(0),
        );
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Reencoded {
        for export in section {
            let export = export?;
            // The helpers served the glue, and a component's core module must
            // not export what its world does not have.
            if export.name.starts_with("monaka_") {
                continue;
            }
            let index = self.external_index(export.kind, export.index)?;
            let kind = self.export_kind(export.kind)?;
            exports.export(&self.versioned(export.name), kind, index);
        }
        let first = self.moved(self.before.imported_functions + self.before.defined_functions);
        for (index, function) in (first..).zip(&self.glue.functions) {
            exports.export(&function.export, ExportKind::Func, index);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Reencoded {
        utils::parse_code_section(self, code, section)?;
        for function in &self.glue.functions {
            let mut body = Function::new_with_locals_types(function.locals.iter().copied());
            for op in &function.ops {
                body.instruction(&self.glue_instruction(op));
            }
            code.function(&body);
        }
        Ok(())
    }

    fn parse_data_section(
        &mut self,
        data: &mut DataSection,
        section: wasmparser::DataSectionReader<'_>,
    ) -> Reencoded {
        utils::parse_data_section(self, data, section)?;
        if let Some(image) = &self.layout.image {
            let address = ConstExpr::i32_const(image.address as i32);
            data.active(0, &address, IMAGE_MARKER.iter().copied());
        }
        Ok(())
    }

    fn data_count(&mut self, count: u32) -> Reencoded<u32> {
        Ok(count + u32::from(self.layout.image.is_some()))
    }

    /// Names, producers and the description of the world are dropped: the
    /// first two for size, the last because a new one is written.
    fn parse_custom_section(
        &mut self,
        _module: &mut wasm_encoder::Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> Reencoded {
        Ok(())
    }
}
