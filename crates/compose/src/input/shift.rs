//! Room for the Preview 1 adapter below the memory of a program that takes all
//! memory above its own.
//!
//! The adapter has no memory but the program's: when it is first called, it
//! takes a page for its stack and one for its state by `memory.grow`. The
//! allocator of Go takes what follows the memory that it knows, grown by
//! whomever (`sbrk` in `runtime/mem_wasm.go`), so that the two write over each
//! other: a program that allocates more than a little fails in an assertion of
//! the adapter, or computes something else.
//!
//! For such a program the room of the adapter is at the start of memory, and
//! the program's address 0 behind it:
//!
//! ```text
//! 0          16                      ROOM                              memory.size
//! | end used | stack and state ...   | the program's memory            |
//! ```
//!
//! * loads and stores: `ROOM` is added to the constant offset, which is free
//! * `memory.size`, `memory.grow`: the pages of the room are taken off
//! * `memory.copy`, `memory.fill`, segments: `ROOM` is added to the addresses
//! * imports: a wrapper adds `ROOM` to each address, and in memory to those in
//!   `iovec`s, for the time of the call
//! * `cabi_realloc_adapter`, which wit-component gives to the adapter, hands
//!   out the room
//!
//! Every function keeps its index: what is added comes last.

use super::preview1::{Parameter, parameters};
use super::{Error, PREVIEW1};
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, CustomSection, DataSection, ExportKind, ExportSection,
    Function, FunctionSection, InstructionSink, MemArg, TypeSection, ValType,
};
use wasmparser::{KnownCustom, Operator, Parser, Payload, TypeRef};

const PAGE: u32 = 1 << 16;

/// The adapter takes two pages and, for each, a few bytes to align it.
const ROOM_PAGES: u32 = 3;
const ROOM: u32 = ROOM_PAGES * PAGE;

/// Where the used part of the room ends, once something is used.
const USED_END: u32 = 0;
/// Where the counts of arguments and variables are asked for.
const COUNTS: u32 = 4;
/// Where the part of the room begins that is handed out.
const ROOM_START: u32 = 16;

/// What wit-component looks for to give the adapter memory.
const REALLOC: &str = "cabi_realloc_adapter";

/// Whether a custom section says that Go made the module.
pub(super) fn is_of_go(section: &wasmparser::CustomSectionReader<'_>) -> bool {
    let KnownCustom::Producers(producers) = section.as_known() else {
        return false;
    };
    producers
        .into_iter()
        .flatten()
        .filter(|field| field.name == "language")
        .flat_map(|field| field.values.into_iter().flatten())
        .any(|language| language.name == "Go")
}

/// The module with room for the adapter.
pub(super) fn make_room(module: &[u8]) -> Result<Vec<u8>, Error> {
    let mut shift = Shift {
        before: Before::of(module)?,
    };
    let mut shifted = wasm_encoder::Module::new();
    shift
        .parse_core_module(&mut shifted, Parser::new(0), module)
        .map_err(|error| match error {
            reencode::Error::UserError(error) => error,
            error => Error::Invalid(error.to_string()),
        })?;
    Ok(shifted.finish())
}

/// What cannot be shifted, which no version of Go uses.
fn unknown(what: impl std::fmt::Display) -> Error {
    Error::CoreModule(format!(
        "Go programs share memory with the Preview 1 adapter only when it is shifted, which is not known for {what}"
    ))
}

/// The module as it comes in.
#[derive(Default)]
struct Before {
    types: Vec<wasmparser::FuncType>,
    imports: Vec<Import>,
    defined_functions: u32,
}

struct Import {
    name: String,
    type_index: u32,
    parameters: &'static [Parameter],
}

impl Before {
    fn of(module: &[u8]) -> Result<Self, Error> {
        let invalid = |error: wasmparser::BinaryReaderError| Error::Invalid(error.to_string());
        let mut before = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(invalid)? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        before.types.push(ty.map_err(invalid)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        before.import(import.map_err(invalid)?)?;
                    }
                }
                Payload::FunctionSection(section) => before.defined_functions = section.count(),
                _ => {}
            }
        }
        Ok(before)
    }

    fn import(&mut self, import: wasmparser::Import<'_>) -> Result<(), Error> {
        let wasmparser::Import { module, name, ty } = import;
        let (TypeRef::Func(type_index), PREVIEW1, Some(parameters)) =
            (ty, module, parameters(name))
        else {
            return Err(unknown(format_args!("the import `{module}` `{name}`")));
        };
        self.imports.push(Import {
            name: name.to_string(),
            type_index,
            parameters,
        });
        Ok(())
    }

    fn imported_functions(&self) -> u32 {
        self.imports.len() as u32
    }

    /// The index of the first function that is added: the helpers in their
    /// order, then a wrapper for each import.
    fn added(&self) -> u32 {
        self.imported_functions() + self.defined_functions
    }

    fn import_named(&self, name: &str) -> Option<u32> {
        let position = self.imports.iter().position(|import| import.name == name);
        position.map(|position| position as u32)
    }

    fn signature(&self, import: &Import) -> Option<&wasmparser::FuncType> {
        let ty = self.types.get(import.type_index as usize)?;
        (ty.params().len() == import.parameters.len()).then_some(ty)
    }
}

/// The functions that the shifted code calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Helper {
    /// `cabi_realloc`, for the adapter.
    Realloc,
    /// An address of the program -> the address in memory.
    Address,
    Grow,
    Copy,
    Fill,
    /// address, count, stride, delta: adds to each address of an array.
    Adjust,
}

impl Helper {
    const ALL: [Self; 6] = [
        Self::Realloc,
        Self::Address,
        Self::Grow,
        Self::Copy,
        Self::Fill,
        Self::Adjust,
    ];

    fn index(self, before: &Before) -> u32 {
        before.added() + self as u32
    }

    /// All parameters are `i32`.
    fn parameters(self) -> usize {
        match self {
            Self::Address | Self::Grow => 1,
            Self::Copy | Self::Fill => 3,
            Self::Realloc | Self::Adjust => 4,
        }
    }

    fn results(self) -> usize {
        match self {
            Self::Realloc | Self::Address | Self::Grow => 1,
            Self::Copy | Self::Fill | Self::Adjust => 0,
        }
    }

    fn body(self, before: &Before) -> Function {
        let address = Self::Address.index(before);
        match self {
            Self::Realloc => realloc(),
            Self::Address => to_address(),
            Self::Grow => grow(),
            Self::Copy => function(0, |code| {
                code.local_get(0).call(address);
                code.local_get(1).call(address);
                code.local_get(2).memory_copy(0, 0);
            }),
            Self::Fill => function(0, |code| {
                code.local_get(0).call(address);
                code.local_get(1).local_get(2).memory_fill(0);
            }),
            Self::Adjust => adjust(),
        }
    }
}

/// A function with that many locals of type `i32` behind its parameters.
fn function(locals: u32, body: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([(locals, ValType::I32)]);
    let mut code = function.instructions();
    body(&mut code);
    code.end();
    function
}

fn word(offset: u32) -> MemArg {
    MemArg {
        offset: offset.into(),
        align: 2,
        memory_index: 0,
    }
}

/// Hands out the room from its start to its end. The adapter gives nothing
/// back and makes nothing larger; memory is zero, which means "not begun".
fn realloc() -> Function {
    const OLD: u32 = 0;
    const ALIGN: u32 = 2;
    const SIZE: u32 = 3;
    const START: u32 = 4;
    function(1, |code| {
        code.local_get(OLD).if_(BlockType::Empty);
        code.unreachable().end();
        code.i32_const(ROOM_START as i32);
        code.i32_const(0).i32_load(word(USED_END)).local_tee(START);
        code.local_get(START).i32_eqz();
        // `select` takes the first of two when the condition holds.
        code.select();
        code.local_get(ALIGN).i32_add().i32_const(1).i32_sub();
        code.i32_const(0).local_get(ALIGN).i32_sub().i32_and();
        code.local_tee(START);
        code.local_get(SIZE).i32_add().local_tee(OLD);
        code.i32_const(ROOM as i32).i32_gt_u();
        code.if_(BlockType::Empty).unreachable().end();
        code.i32_const(0).local_get(OLD).i32_store(word(USED_END));
        code.local_get(START);
    })
}

/// Traps where the sum has no place in memory, as an access there would.
fn to_address() -> Function {
    function(0, |code| {
        code.local_get(0).i32_const(ROOM as i32).i32_add();
        code.local_tee(0);
        code.i32_const(ROOM as i32).i32_lt_u();
        code.if_(BlockType::Empty).unreachable().end();
        code.local_get(0);
    })
}

fn grow() -> Function {
    function(0, |code| {
        code.local_get(0).memory_grow(0).local_tee(0);
        code.i32_const(ROOM_PAGES as i32).i32_sub();
        code.i32_const(-1);
        code.local_get(0).i32_const(-1).i32_ne();
        code.select();
    })
}

fn adjust() -> Function {
    const ADDRESS: u32 = 0;
    const COUNT: u32 = 1;
    const STRIDE: u32 = 2;
    const DELTA: u32 = 3;
    function(0, |code| {
        code.loop_(BlockType::Empty);
        code.local_get(COUNT).if_(BlockType::Empty);
        code.local_get(ADDRESS);
        code.local_get(ADDRESS).i32_load(word(0));
        code.local_get(DELTA).i32_add().i32_store(word(0));
        code.local_get(ADDRESS).local_get(STRIDE).i32_add();
        code.local_set(ADDRESS);
        code.local_get(COUNT)
            .i32_const(1)
            .i32_sub()
            .local_set(COUNT);
        code.br(1).end().end();
    })
}

/// Copies the module, shifts it, and adds helpers and wrappers at the ends of
/// their sections.
struct Shift {
    before: Before,
}

impl Shift {
    /// Calls the import at this index with addresses where it had those of the program.
    fn wrapper(&self, index: u32, import: &Import) -> Result<Function, Error> {
        let address = Helper::Address.index(&self.before);
        let signature = self.before.signature(import);
        let signature = signature.ok_or_else(|| unknown(format_args!("this `{}`", import.name)))?;
        let returns = !signature.results().is_empty();
        let result = signature.params().len() as u32;
        let mut function = Function::new([(u32::from(returns), ValType::I32)]);
        let mut code = function.instructions();
        for (local, parameter) in (0..).zip(import.parameters) {
            if *parameter != Parameter::Value {
                code.local_get(local).call(address).local_set(local);
            }
        }
        self.vectors(&mut code, import, ROOM as i32);
        for local in 0..result {
            code.local_get(local);
        }
        code.call(index);
        if returns {
            code.local_set(result);
            self.vectors(&mut code, import, -(ROOM as i32));
            self.pointers(&mut code, import, result)?;
            code.local_get(result);
        }
        code.end();
        Ok(function)
    }

    /// Adds to the address in each `iovec`.
    fn vectors(&self, code: &mut InstructionSink<'_>, import: &Import, delta: i32) {
        const STRIDE: i32 = 8;
        for (local, parameter) in (0..).zip(import.parameters) {
            if *parameter == Parameter::Vectors {
                code.local_get(local).local_get(local + 1);
                code.i32_const(STRIDE).i32_const(delta);
                code.call(Helper::Adjust.index(&self.before));
            }
        }
    }

    /// Makes addresses of the program of those that the function has stored,
    /// if it succeeded.
    fn pointers(
        &self,
        code: &mut InstructionSink<'_>,
        import: &Import,
        result: u32,
    ) -> Result<(), Error> {
        const STRIDE: i32 = 4;
        for (local, parameter) in (0..).zip(import.parameters) {
            if let Parameter::Pointers(sizes) = parameter {
                let sizes = self
                    .before
                    .import_named(sizes)
                    .ok_or_else(|| unknown(format_args!("a program without `{sizes}`")))?;
                code.local_get(result).i32_eqz().if_(BlockType::Empty);
                code.i32_const(COUNTS as i32).i32_const(COUNTS as i32 + 4);
                code.call(sizes).local_set(result);
                code.local_get(local);
                code.i32_const(0).i32_load(word(COUNTS));
                code.i32_const(STRIDE).i32_const(-(ROOM as i32));
                code.call(Helper::Adjust.index(&self.before)).end();
            }
        }
        Ok(())
    }

    fn offset(&self, expression: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        let mut operators = expression.get_operators_reader();
        match operators.read() {
            Ok(Operator::I32Const { value }) => {
                let address = (value as u32).checked_add(ROOM);
                let address = address.ok_or_else(|| unknown("data at the end of memory"))?;
                Ok(ConstExpr::i32_const(address as i32))
            }
            _ => Err(unknown("data whose place is computed")),
        }
    }
}

type Outcome<T> = Result<T, reencode::Error<Error>>;

impl Reencode for Shift {
    type Error = Error;

    /// Whoever calls an import calls its wrapper.
    fn function_index(&mut self, function: u32) -> Outcome<u32> {
        if function >= self.before.imported_functions() {
            return Ok(function);
        }
        Ok(self.before.added() + Helper::ALL.len() as u32 + function)
    }

    fn memory_index(&mut self, memory: u32) -> Outcome<u32> {
        match memory {
            0 => Ok(0),
            _ => Err(reencode::Error::UserError(unknown("a second memory"))),
        }
    }

    fn memory_type(&mut self, ty: wasmparser::MemoryType) -> Outcome<wasm_encoder::MemoryType> {
        const PAGES_MAX: u64 = 1 << 16;
        let room = u64::from(ROOM_PAGES);
        Ok(wasm_encoder::MemoryType {
            minimum: ty.initial + room,
            maximum: ty.maximum.map(|pages| PAGES_MAX.min(pages + room)),
            ..ty.into()
        })
    }

    fn mem_arg(&mut self, arg: wasmparser::MemArg) -> Outcome<MemArg> {
        let offset = arg.offset + u64::from(ROOM);
        if offset > u64::from(u32::MAX) {
            return Err(reencode::Error::UserError(unknown("so large an offset")));
        }
        Ok(MemArg {
            offset,
            ..utils::mem_arg(self, arg)?
        })
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Outcome<()> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            let mut sink = function.instructions();
            let helper = match operator {
                Operator::MemorySize { mem: 0 } => {
                    sink.memory_size(0).i32_const(ROOM_PAGES as i32).i32_sub();
                    continue;
                }
                Operator::MemoryGrow { mem: 0 } => Helper::Grow,
                Operator::MemoryCopy {
                    dst_mem: 0,
                    src_mem: 0,
                } => Helper::Copy,
                Operator::MemoryFill { mem: 0 } => Helper::Fill,
                Operator::MemoryInit { .. } => {
                    return Err(reencode::Error::UserError(unknown("memory.init")));
                }
                operator => {
                    function.instruction(&self.instruction(operator)?);
                    continue;
                }
            };
            sink.call(helper.index(&self.before));
        }
        code.function(&function);
        Ok(())
    }

    fn parse_data(&mut self, data: &mut DataSection, datum: wasmparser::Data<'_>) -> Outcome<()> {
        match datum.kind {
            wasmparser::DataKind::Active { offset_expr, .. } => {
                let offset = self
                    .offset(&offset_expr)
                    .map_err(reencode::Error::UserError)?;
                data.active(0, &offset, datum.data.iter().copied());
                Ok(())
            }
            wasmparser::DataKind::Passive => utils::parse_data(self, data, datum),
        }
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Outcome<()> {
        utils::parse_type_section(self, types, section)?;
        for helper in Helper::ALL {
            types.ty().function(
                vec![ValType::I32; helper.parameters()],
                vec![ValType::I32; helper.results()],
            );
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Outcome<()> {
        utils::parse_function_section(self, functions, section)?;
        let types = self.before.types.len() as u32;
        for helper in Helper::ALL {
            functions.function(types + helper as u32);
        }
        for import in &self.before.imports {
            functions.function(import.type_index);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Outcome<()> {
        utils::parse_export_section(self, exports, section)?;
        let realloc = Helper::Realloc.index(&self.before);
        exports.export(REALLOC, ExportKind::Func, realloc);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Outcome<()> {
        utils::parse_code_section(self, code, section)?;
        for helper in Helper::ALL {
            code.function(&helper.body(&self.before));
        }
        for (index, import) in (0..).zip(&self.before.imports) {
            let wrapper = self.wrapper(index, import);
            code.function(&wrapper.map_err(reencode::Error::UserError)?);
        }
        Ok(())
    }

    /// As they are: no function has another index.
    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: wasmparser::CustomSectionReader<'_>,
    ) -> Outcome<()> {
        module.section(&CustomSection {
            name: section.name().into(),
            data: section.data().into(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Exit, component, validate};
    use super::*;

    fn module(items: &str) -> Vec<u8> {
        let text =
            format!(r#"(module {items} (memory (export "memory") 2) (func (export "_start")))"#);
        wat::parse_str(text).unwrap()
    }

    const WRITE: &str = r#"(import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))"#;

    fn refusal(items: &str) -> String {
        make_room(&module(items)).unwrap_err().to_string()
    }

    #[test]
    fn a_module_of_each_kind_of_access_stays_valid() {
        let items = format!(
            r#"{WRITE}
            (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "args_sizes_get" (func (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
            (table 2 funcref) (elem (i32.const 0) $write $access)
            (data (i32.const 8) "data")
            (func $access
                (i64.store offset=8 (i32.const 1) (i64.load8_u (i32.const 2)))
                (memory.copy (i32.const 1) (i32.const 2) (i32.const 3))
                (memory.fill (i32.const 1) (i32.const 2) (i32.const 3))
                (drop (memory.grow (memory.size)))
                (drop (call $args (i32.const 16) (i32.const 32)))
                (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))"#
        );
        let shifted = make_room(&module(&items)).unwrap();
        validate(&shifted).unwrap();
        let text = |needle: &[u8]| shifted.windows(needle.len()).any(|bytes| bytes == needle);
        assert!(text(REALLOC.as_bytes()), "the adapter finds its room");
        component(&shifted, Exit::Code).unwrap();
    }

    #[test]
    fn only_a_module_of_go_is_shifted() {
        let language = |name: &str| {
            let mut bytes = module(WRITE);
            let mut field = wasm_encoder::ProducersField::new();
            field.value(name, "1");
            let mut producers = wasm_encoder::ProducersSection::new();
            producers.field("language", &field);
            bytes.push(0);
            wasm_encoder::Encode::encode(&producers, &mut bytes);
            Parser::new(0)
                .parse_all(&bytes)
                .any(|payload| matches!(payload, Ok(Payload::CustomSection(s)) if is_of_go(&s)))
        };
        assert!(language("Go"));
        assert!(!language("Rust"));
    }

    #[test]
    fn what_cannot_be_shifted_is_refused_with_its_name() {
        let import = |name| format!(r#"(import "wasi_snapshot_preview1" "{name}" (func))"#);
        assert!(refusal(&import("fd_unheard_of")).contains("`fd_unheard_of`"));
        assert!(refusal(&import("fd_write")).contains("this `fd_write`"));
        let init = r#"(data $d "x") (func
            (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))"#;
        assert!(refusal(init).contains("memory.init"));
        let far = "(func (drop (i32.load offset=0xffff0000 (i32.const 0))))";
        assert!(refusal(far).contains("offset"));
        let computed = r#"(import "env" "base" (global i32)) (data (global.get 0) "x")"#;
        assert!(refusal(computed).contains("`base`"));
    }
}
