//! Items of a component that may follow those of `program.wat`: each refers to
//! what comes before it, so that most of what comes out is valid.

use arbitrary::{Result, Unstructured};
use std::fmt::Write;

/// What an item is, for others to refer to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Instance,
    Func,
    /// A resource.
    Resource,
    /// Any other type, by which things may be declared.
    Type,
    FuncType,
    InstanceType,
    Component,
    CoreInstance,
    CoreMemory,
    CoreRealloc,
    CoreFunc,
}

/// What the program has already.
const KNOWN: &[(Sort, &str)] = &[
    (Sort::Instance, "$error"),
    (Sort::Instance, "$poll"),
    (Sort::Instance, "$streams"),
    (Sort::Instance, "$types"),
    (Sort::Instance, "$preopens"),
    (Sort::Resource, "$e"),
    (Sort::Resource, "$input"),
    (Sort::Resource, "$output"),
    (Sort::Resource, "$descriptor"),
    (Sort::CoreInstance, "$m"),
    (Sort::CoreFunc, "$read"),
    (Sort::CoreFunc, "$same"),
    (Sort::CoreFunc, "$close"),
];

const EXPORTS: &[(&str, &str, &str)] = &[
    ("func", "$poll", "poll"),
    ("func", "$streams", "[method]input-stream.blocking-read"),
    ("func", "$streams", "[method]output-stream.splice"),
    ("func", "$types", "[method]descriptor.is-same-object"),
    ("func", "$preopens", "get-directories"),
    ("type", "$error", "error"),
    ("type", "$poll", "pollable"),
    ("type", "$streams", "input-stream"),
    ("type", "$streams", "output-stream"),
    ("type", "$streams", "error"),
    ("type", "$types", "descriptor"),
    ("type", "$types", "output-stream"),
    ("type", "$preopens", "descriptor"),
];

/// Imports that may be there in addition.
const IMPORTS: &[&str] = &[
    "wasi:clocks/wall-clock@0.2.6",
    "wasi:clocks/monotonic-clock@0.2.6",
    "wasi:cli/stdout@0.2.6",
    "wasi:sockets/network@0.2.6",
    "wasi:http/types@0.2.6",
    "wasi:filesystem/other@0.2.6",
    "wasi:io/other@0.2.6",
    "wasi:io/poll@0.2.3",
    "wasi:io/streams",
    "wasi:nn/graph@0.2.0-rc",
    "acme:log/sink@1.0.0",
    "plain",
];

/// Some items, as text.
pub(super) fn more(input: &mut Unstructured<'_>) -> Result<String> {
    let mut items = Items {
        text: String::new(),
        known: KNOWN
            .iter()
            .map(|(sort, name)| (*sort, name.to_string()))
            .collect(),
        count: 0,
    };
    for _ in 0..input.int_in_range(1..=10)? {
        items.add(input)?;
    }
    Ok(items.text)
}

struct Items {
    text: String,
    known: Vec<(Sort, String)>,
    count: u32,
}

impl Items {
    fn add(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        match input.int_in_range(0..=17)? {
            0 | 1 => self.alias(input),
            2 | 3 => self.lower(input),
            4 => self.drop_of(input),
            5 => self.import_instance(input),
            6 => self.import_func(input),
            7 => self.import_type(input),
            8 => self.func_type(input),
            9 => self.value_type(input),
            10 => self.lift(input),
            11 => self.export(input),
            12 => self.component(input),
            13 => self.instantiate(input),
            14 => self.bag(input),
            15 => self.core(input),
            16 => self.outer(input),
            _ => self.own_resource(input),
        }
    }

    /// A name that nothing has, for what is being written.
    fn fresh(&mut self, sort: Sort) -> String {
        self.count += 1;
        let name = format!("$x{}", self.count);
        self.known.push((sort, name.clone()));
        name
    }

    /// Something of a sort that is there, the newest most likely.
    fn any(&self, input: &mut Unstructured<'_>, sort: Sort) -> Result<Option<String>> {
        let of_sort = self.known.iter().rev().filter(|(other, _)| *other == sort);
        let names: Vec<&String> = of_sort.map(|(_, name)| name).collect();
        match names.is_empty() {
            true => Ok(None),
            false => Ok(Some(input.choose(&names)?.to_string())),
        }
    }

    fn write(&mut self, item: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{item}").expect("a string grows");
    }

    fn alias(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let (kind, instance, export) = *input.choose(EXPORTS)?;
        let instance = match input.ratio(1, 4)? {
            true => self.any(input, Sort::Instance)?.unwrap_or_default(),
            false => instance.to_string(),
        };
        let sort = if kind == "func" {
            Sort::Func
        } else {
            Sort::Resource
        };
        let name = self.fresh(sort);
        self.write(format_args!(
            "(alias export {instance} \"{export}\" ({kind} {name}))"
        ));
        Ok(())
    }

    fn options(&mut self, input: &mut Unstructured<'_>) -> Result<String> {
        let memory = match self.any(input, Sort::CoreMemory)? {
            Some(name) if input.ratio(1, 2)? => format!("(memory {name})"),
            _ => "(memory (core memory $m \"memory\"))".to_string(),
        };
        let realloc = match self.any(input, Sort::CoreRealloc)? {
            Some(name) if input.ratio(1, 2)? => format!("(realloc {name})"),
            _ => "(realloc (core func $m \"realloc\"))".to_string(),
        };
        let encoding = *input.choose(&[
            "",
            "",
            "",
            "",
            "",
            "string-encoding=utf8",
            "string-encoding=utf16",
            "async",
        ])?;
        Ok(match input.int_in_range(0..=9)? {
            0 => String::new(),
            1 => format!("{memory} {encoding}"),
            2 => format!("{realloc} {memory}"),
            _ => format!("{encoding} {memory} {realloc}"),
        })
    }

    fn lower(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let function = match self.any(input, Sort::Func)? {
            Some(name) if input.ratio(1, 2)? => format!("(func {name})"),
            _ => {
                let functions: Vec<_> = EXPORTS
                    .iter()
                    .filter(|(kind, ..)| *kind == "func")
                    .collect();
                let (_, instance, export) = input.choose(&functions)?;
                format!("(func {instance} \"{export}\")")
            }
        };
        let options = self.options(input)?;
        let name = self.fresh(Sort::CoreFunc);
        self.write(format_args!(
            "(core func {name} (canon lower {function} {options}))"
        ));
        self.used(&name);
        Ok(())
    }

    fn drop_of(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let resource = self.any(input, Sort::Resource)?.unwrap_or_default();
        let builtin = *input.choose(&["drop", "drop", "drop", "new", "rep"])?;
        let name = self.fresh(Sort::CoreFunc);
        self.write(format_args!(
            "(core func {name} (canon resource.{builtin} {resource}))"
        ));
        self.used(&name);
        Ok(())
    }

    /// A core function in a core instance: there it can be seen which it is.
    fn used(&mut self, function: &str) {
        self.write(format_args!(
            "(core instance (export \"f\" (func {function})))"
        ));
    }

    fn own_resource(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let destructor = match input.ratio(1, 2)? {
            true => "(dtor (core func $close))",
            false => "",
        };
        let name = self.fresh(Sort::Resource);
        self.write(format_args!(
            "(type {name} (resource (rep i32) {destructor}))"
        ));
        Ok(())
    }

    /// A type that may mention a resource, as it is written in another type.
    /// Resources of the component itself are not at hand in instance types.
    fn mention(&mut self, input: &mut Unstructured<'_>) -> Result<String> {
        let Some(resource) = self.any(input, Sort::Resource)? else {
            return Ok("u32".to_string());
        };
        Ok(match input.int_in_range(0..=6)? {
            0 => "u32".to_string(),
            1 => "string".to_string(),
            2 => format!("(own {resource})"),
            3 | 4 => format!("(borrow {resource})"),
            5 => format!("(list (option (own {resource})))"),
            _ => format!("(tuple u8 (result (own {resource}) (error string)))"),
        })
    }

    fn signature(&mut self, input: &mut Unstructured<'_>) -> Result<String> {
        let param = self.mention(input)?;
        let result = self.mention(input)?.replace("borrow", "own");
        Ok(match input.int_in_range(0..=3)? {
            0 => String::new(),
            1 => format!("(param \"a\" {param})"),
            2 => format!("(result {result})"),
            _ => format!("(param \"a\" {param}) (result {result})"),
        })
    }

    fn func_type(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let signature = self.signature(input)?;
        let name = self.fresh(Sort::FuncType);
        self.write(format_args!("(type {name} (func {signature}))"));
        Ok(())
    }

    fn value_type(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let text = *input.choose(&[
            "(record (field \"a\" u8))",
            "(enum \"a\" \"b\")",
            "(list string)",
            "(flags \"a\")",
        ])?;
        let name = self.fresh(Sort::Type);
        self.write(format_args!("(type {name} {text})"));
        Ok(())
    }

    fn import_instance(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let import = *input.choose(IMPORTS)?;
        let mut body = String::new();
        if let Some(resource) = self.any(input, Sort::Resource)?
            && input.ratio(2, 3)?
        {
            body += &format!(
                "(alias outer 1 {resource} (type $outer)) (export \"r\" (type $r (eq $outer)))"
            );
            body += *input.choose(&[
                "(export \"f\" (func (param \"a\" (own $r))))",
                "(export \"f\" (func (result (own $r))))",
                "(export \"f\" (func (param \"a\" (list (borrow $r)))))",
                "(export \"i\" (instance (alias outer 1 $r (type $rr)) (export \"r\" (type $s (eq $rr))) (export \"f\" (func (param \"a\" (own $s))))))",
                "(export \"t\" (type (sub resource)))",
            ])?;
        }
        body += *input.choose(&[
            "",
            "(export \"now\" (func (result u64)))",
            "(export \"get-stdout\" (func (result u32)))",
            "(type (record (field \"seconds\" u64) (field \"nanoseconds\" u32))) (export \"datetime\" (type (eq 0)))",
        ])?;
        let name = self.fresh(Sort::Instance);
        match input.ratio(1, 4)? {
            true => {
                let ty = self.fresh(Sort::InstanceType);
                self.write(format_args!("(type {ty} (instance {body}))"));
                self.write(format_args!(
                    "(import \"{import}\" (instance {name} (type {ty})))"
                ));
            }
            false => self.write(format_args!(
                "(import \"{import}\" (instance {name} {body}))"
            )),
        }
        Ok(())
    }

    fn import_func(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let import =
            *input.choose(&["f", "g", "wasi:filesystem/types@0.2.7", "wasi:io/f@0.2.6"])?;
        let signature = self.signature(input)?;
        let name = self.fresh(Sort::Func);
        self.write(format_args!(
            "(import \"{import}\" (func {name} {signature}))"
        ));
        Ok(())
    }

    fn import_type(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let resource = self.any(input, Sort::Resource)?.unwrap_or_default();
        let import = *input.choose(&["t", "u"])?;
        let bound = match input.ratio(1, 2)? {
            true => format!("(eq {resource})"),
            false => "(sub resource)".to_string(),
        };
        let name = self.fresh(Sort::Resource);
        self.write(format_args!("(import \"{import}\" (type {name} {bound}))"));
        Ok(())
    }

    fn lift(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let (core, signature) = match input.int_in_range(0..=3)? {
            0 => ("", String::new()),
            1 => ("(result i32)", "(result u32)".to_string()),
            2 => {
                let resource = self.any(input, Sort::Resource)?.unwrap_or_default();
                ("(result i32)", format!("(result (own {resource}))"))
            }
            _ => {
                let resource = self.any(input, Sort::Resource)?.unwrap_or_default();
                ("(param i32)", format!("(param \"a\" (own {resource}))"))
            }
        };
        self.count += 1;
        let module = format!("$m{}", self.count);
        self.write(format_args!(
            "(core module {module} (func (export \"f\") {core} unreachable))"
        ));
        self.write(format_args!(
            "(core instance {module} (instantiate {module}))"
        ));
        let name = self.fresh(Sort::Func);
        self.write(format_args!(
            "(func {name} {signature} (canon lift (core func {module} \"f\")))"
        ));
        Ok(())
    }

    fn export(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let (sort, kind) = *input.choose(&[
            (Sort::Func, "func"),
            (Sort::Func, "func"),
            (Sort::Instance, "instance"),
            (Sort::Resource, "type"),
            (Sort::Type, "type"),
            (Sort::Component, "component"),
        ])?;
        let Some(of) = self.any(input, sort)? else {
            return Ok(());
        };
        let ascription = match kind {
            "type" if input.ratio(1, 10)? => "(type (sub resource))",
            _ => "",
        };
        let name = self.fresh(sort);
        let export = self.count;
        self.write(format_args!(
            "(export {name} \"e{export}\" ({kind} {of}) {ascription})"
        ));
        Ok(())
    }

    fn component(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let body = *input.choose(&[
            "",
            "(import \"a\" (func $f)) (export \"b\" (func $f))",
            "(import \"a\" (instance $i)) (export \"b\" (instance $i))",
            "(import \"a\" (type $t (sub resource))) (export \"b\" (type $t))",
            "(import \"a\" (type $t (sub resource))) (export \"b\" (type $t) (type (sub resource)))",
            "(import \"a\" (type $t (sub resource))) (import \"f\" (func $f (param \"a\" (own $t)))) (export $b \"b\" (type $t)) (export \"g\" (func $f) (func (param \"a\" (own $b))))",
            "(import \"a\" (type $t (sub resource))) (import \"f\" (func $f (param \"a\" (own $t)))) (export $b \"b\" (type $t) (type (sub resource))) (export \"g\" (func $f) (func (param \"a\" (own $b))))",
            "(core module)",
            "(type (instance (export \"r\" (type (sub resource)))))",
        ])?;
        let name = self.fresh(Sort::Component);
        self.write(format_args!("(component {name} {body})"));
        Ok(())
    }

    fn instantiate(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let Some(component) = self.any(input, Sort::Component)? else {
            return Ok(());
        };
        let (sort, kind) = *input.choose(&[
            (Sort::Func, "func"),
            (Sort::Instance, "instance"),
            (Sort::Resource, "type"),
            (Sort::Resource, "type"),
        ])?;
        let a = self.any(input, sort)?.unwrap_or_default();
        let f = match self.any(input, Sort::Func)? {
            Some(f) if input.ratio(1, 2)? => format!("(with \"f\" (func {f}))"),
            _ => String::new(),
        };
        let name = self.fresh(Sort::Instance);
        self.write(format_args!(
            "(instance {name} (instantiate {component} (with \"a\" ({kind} {a})) {f}))"
        ));
        for (sort, kind, export) in [
            (Sort::Resource, "type", "b"),
            (Sort::Func, "func", "b"),
            (Sort::Func, "func", "g"),
        ] {
            if input.ratio(1, 3)? {
                let alias = self.fresh(sort);
                self.write(format_args!(
                    "(alias export {name} \"{export}\" ({kind} {alias}))"
                ));
            }
        }
        Ok(())
    }

    fn bag(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let (sort, kind) = *input.choose(&[
            (Sort::Func, "func"),
            (Sort::Instance, "instance"),
            (Sort::Resource, "type"),
        ])?;
        let Some(of) = self.any(input, sort)? else {
            return Ok(());
        };
        let name = self.fresh(Sort::Instance);
        self.write(format_args!(
            "(instance {name} (export \"a\" ({kind} {of})))"
        ));
        let alias = self.fresh(sort);
        self.write(format_args!("(alias export {name} \"a\" ({kind} {alias}))"));
        Ok(())
    }

    fn core(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        match input.int_in_range(0..=4)? {
            0 => {
                let name = self.fresh(Sort::CoreMemory);
                self.write(format_args!(
                    "(alias core export $m \"memory\" (core memory {name}))"
                ));
            }
            1 => {
                let name = self.fresh(Sort::CoreRealloc);
                self.write(format_args!(
                    "(alias core export $m \"realloc\" (core func {name}))"
                ));
            }
            2 => {
                let name = self.fresh(Sort::CoreInstance);
                self.write(format_args!("(core instance {name} (instantiate $memory))"));
                let memory = self.fresh(Sort::CoreMemory);
                self.write(format_args!(
                    "(alias core export {name} \"memory\" (core memory {memory}))"
                ));
            }
            3 => {
                let function = self.any(input, Sort::CoreFunc)?.unwrap_or_default();
                let name = self.fresh(Sort::CoreInstance);
                self.write(format_args!(
                    "(core instance {name} (export \"f\" (func {function})))"
                ));
            }
            _ => self.write(format_args!("(@custom \"component-name\" \"\")")),
        }
        Ok(())
    }

    fn outer(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let resource = self.any(input, Sort::Resource)?.unwrap_or_default();
        let name = self.fresh(Sort::Resource);
        self.write(format_args!("(alias outer 0 {resource} (type {name}))"));
        Ok(())
    }
}
