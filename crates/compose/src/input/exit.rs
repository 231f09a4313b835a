//! The exit code of a core module, kept whole.
//!
//! The Preview 1 adapter tells its host success or failure, by `exit` of
//! `wasi:cli/exit`, which is all that older hosts know. For a host that has
//! `exit-with-code`, this makes an adapter whose `proc_exit` calls that:
//!
//! ```text
//! import exit            ->  import exit-with-code, of the same type and index
//! export proc_exit       ->  a function that hands its parameter on, added last
//! ```
//!
//! Nothing but `proc_exit` calls the import. Both cross the canonical ABI as one
//! `i32`, of which `exit-with-code` takes the low byte.

use super::Error;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
};
use wasmparser::{Parser, Payload, TypeRef};

const INTERFACE: &str = "wasi:cli/exit@";
const STATUS: &str = "exit";
const CODE: &str = "exit-with-code";
const EXPORT: &str = "proc_exit";

/// The adapter, with exit codes.
pub(super) fn with_code(adapter: &[u8]) -> Result<Vec<u8>, Error> {
    let mut exit = Exit::of(adapter)?;
    let mut module = wasm_encoder::Module::new();
    exit.parse_core_module(&mut module, Parser::new(0), adapter)
        .map_err(|error| Error::Invalid(error.to_string()))?;
    Ok(module.finish())
}

/// What of the adapter changes.
struct Exit {
    import: u32,
    type_index: u32,
    /// The index of the function that is added.
    added: u32,
}

impl Exit {
    fn of(adapter: &[u8]) -> Result<Self, Error> {
        let mut import = None;
        let mut functions = 0;
        for payload in Parser::new(0).parse_all(adapter) {
            match payload.map_err(Error::invalid)? {
                Payload::ImportSection(section) => {
                    for item in section.into_imports() {
                        let item = item.map_err(Error::invalid)?;
                        let TypeRef::Func(type_index) = item.ty else {
                            continue;
                        };
                        if is_exit(&item) {
                            import = Some((functions, type_index));
                        }
                        functions += 1;
                    }
                }
                Payload::FunctionSection(section) => functions += section.count(),
                _ => {}
            }
        }
        let (import, type_index) = import.ok_or_else(|| {
            Error::CoreModule("the Preview 1 adapter imports no `exit`".to_string())
        })?;
        Ok(Self {
            import,
            type_index,
            added: functions,
        })
    }
}

fn is_exit(import: &wasmparser::Import<'_>) -> bool {
    import.module.starts_with(INTERFACE) && import.name == STATUS
}

impl Reencode for Exit {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for import in section.into_imports() {
            let mut import = import?;
            if is_exit(&import) {
                import.name = CODE;
            }
            utils::parse_import(self, imports, import)?;
        }
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), reencode::Error> {
        if export.name == EXPORT {
            exports.export(EXPORT, ExportKind::Func, self.added);
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.type_index);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        utils::parse_code_section(self, code, section)?;
        let mut proc_exit = Function::new([]);
        proc_exit
            .instructions()
            .local_get(0)
            .call(self.import)
            .unreachable()
            .end();
        code.function(&proc_exit);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasi_preview1_component_adapter_provider::{
        WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
    };

    #[test]
    fn the_adapters_are_valid_and_import_no_status() {
        for adapter in [
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        ] {
            let with_code = with_code(adapter).unwrap();
            super::super::validate(&with_code).unwrap();
            assert!(Exit::of(&with_code).is_err());
        }
    }
}
