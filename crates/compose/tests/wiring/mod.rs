//! What the modules of a component are given, as text, so that a program can be
//! compared before and after it was fused. It knows the rewriter's output only
//! by what it has to mean: glue is told by what it calls.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ResourceId};
use wasmparser::types::{Types, TypesRef};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentTypeRef, ExternalKind, Instance, InstantiationArgKind, Operator, Parser, Payload,
    TypeRef, Validator, WasmFeatures,
};

/// Interfaces whose functions go to the filesystem, or may.
const REPLACED: [&str; 5] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:filesystem/types",
    "wasi:filesystem/preopens",
];

/// Functions of other interfaces that have glue.
const ALSO: [&str; 2] = [
    "wasi:sockets/network#network-error-code",
    "wasi:http/types#http-error-code",
];

/// Panics unless the modules of the program, its exports and what it
/// instantiates are given the same things as before; where that was a function
/// of the filesystem, or one that streams and files share, the glue for it.
pub(crate) fn assert_same(program: &[u8], fused: &[u8]) {
    let modules: HashSet<&[u8]> = modules(program).into_iter().collect();
    let before = Wiring::of(program, &modules, false);
    let after = Wiring::of(fused, &modules, true);
    assert_eq!(before.lines, after.lines);
    // There are more of them afterwards, but none is missing.
    let mut after = after.bags.iter();
    for bag in before.bags {
        assert!(after.any(|other| *other == bag), "missing: {bag}");
    }
}

/// The core modules directly in a component.
fn modules(component: &[u8]) -> Vec<&[u8]> {
    let mut modules = Vec::new();
    each_payload(component, |payload| {
        if let Payload::ModuleSection {
            unchecked_range: range,
            ..
        } = payload
        {
            modules.push(&component[range.start as usize..range.end as usize]);
        }
    });
    modules
}

/// The payloads of a component, without those of what is in it.
fn each_payload<'a>(component: &'a [u8], mut each: impl FnMut(Payload<'a>)) {
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.unwrap();
        let enters = matches!(
            payload,
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. }
        );
        let leaves = matches!(payload, Payload::End(_));
        if depth == 0 {
            each(payload);
        }
        depth += i32::from(enters) - i32::from(leaves);
    }
}

/// The items of a component, each as text.
struct Wiring<'a> {
    bytes: &'a [u8],
    types: Types,
    resources: HashMap<ResourceId, String>,
    /// The modules of the program, as opposed to those that were added.
    program: &'a HashSet<&'a [u8]>,
    fused: bool,
    modules: Vec<&'a [u8]>,
    core_instances: Vec<CoreInstance<'a>>,
    core_items: HashMap<ItemKind, Vec<String>>,
    components: Vec<String>,
    funcs: Vec<String>,
    instances: Vec<String>,
    types_seen: u32,
    /// How many modules of the program are instantiated.
    count: usize,
    /// What is compared: what the program instantiates and exports.
    lines: Vec<String>,
    /// What it makes core instances of.
    bags: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ItemKind {
    Func,
    Memory,
    Other(u8),
}

enum CoreInstance<'a> {
    /// Of a module of the program, with its number.
    Program(usize),
    /// Of a module that was added: its arguments are instances.
    Added(&'a [u8], BTreeMap<&'a str, u32>),
    Bag(BTreeMap<&'a str, String>),
}

impl<'a> Wiring<'a> {
    fn of(bytes: &'a [u8], program: &'a HashSet<&'a [u8]>, fused: bool) -> Self {
        let types = Validator::new_with_features(WasmFeatures::all())
            .validate_all(bytes)
            .unwrap();
        let mut wiring = Self {
            bytes,
            types,
            resources: HashMap::new(),
            program,
            fused,
            modules: Vec::new(),
            core_instances: Vec::new(),
            core_items: HashMap::new(),
            components: Vec::new(),
            funcs: Vec::new(),
            instances: Vec::new(),
            types_seen: 0,
            count: 0,
            lines: Vec::new(),
            bags: Vec::new(),
        };
        each_payload(bytes, |payload| wiring.payload(payload));
        wiring
    }

    fn types(&self) -> TypesRef<'_> {
        self.types.as_ref()
    }

    fn payload(&mut self, payload: Payload<'a>) {
        match payload {
            Payload::ModuleSection {
                unchecked_range: range,
                ..
            } => self
                .modules
                .push(&self.bytes[range.start as usize..range.end as usize]),
            Payload::ComponentSection {
                unchecked_range: range,
                ..
            } => {
                let bytes = &self.bytes[range.start as usize..range.end as usize];
                self.components.push(digest(bytes));
            }
            Payload::ComponentTypeSection(section) => self.types_seen += section.count(),
            Payload::ComponentImportSection(section) => section
                .into_iter()
                .for_each(|import| self.import(import.unwrap())),
            Payload::ComponentAliasSection(section) => section
                .into_iter()
                .for_each(|alias| self.alias(alias.unwrap())),
            Payload::ComponentCanonicalSection(section) => section
                .into_iter()
                .for_each(|canonical| self.canonical(canonical.unwrap())),
            Payload::InstanceSection(section) => section
                .into_iter()
                .for_each(|instance| self.core_instance(instance.unwrap())),
            Payload::ComponentInstanceSection(section) => section
                .into_iter()
                .for_each(|instance| self.instance(instance.unwrap())),
            Payload::ComponentExportSection(section) => section.into_iter().for_each(|export| {
                let export = export.unwrap();
                let item = self.item(export.kind, export.index);
                self.lines
                    .push(format!("export {} = {item}", export.name.name));
                self.define(export.kind, item);
            }),
            _ => {}
        }
    }

    fn define(&mut self, kind: ComponentExternalKind, item: String) {
        match kind {
            ComponentExternalKind::Func => self.funcs.push(item),
            ComponentExternalKind::Instance => self.instances.push(item),
            ComponentExternalKind::Component => self.components.push(item),
            ComponentExternalKind::Type => self.types_seen += 1,
            ComponentExternalKind::Module | ComponentExternalKind::Value => {
                panic!("not in what is fused")
            }
        }
    }

    fn item(&self, kind: ComponentExternalKind, index: u32) -> String {
        let index = index as usize;
        match kind {
            ComponentExternalKind::Func => self.funcs[index].clone(),
            ComponentExternalKind::Instance => self.instances[index].clone(),
            ComponentExternalKind::Component => self.components[index].clone(),
            ComponentExternalKind::Type => self.ty(index as u32),
            ComponentExternalKind::Module | ComponentExternalKind::Value => {
                panic!("not in what is fused")
            }
        }
    }

    fn import(&mut self, import: wasmparser::ComponentImport<'a>) {
        let name = import.name.name.to_string();
        match import.ty {
            ComponentTypeRef::Func(_) => self.funcs.push(name),
            ComponentTypeRef::Instance(_) => {
                self.resources_of(&name);
                self.instances.push(name);
            }
            ComponentTypeRef::Component(_) => self.components.push(name),
            ComponentTypeRef::Type(_) => self.types_seen += 1,
            ComponentTypeRef::Module(_) | ComponentTypeRef::Value(_) => {
                panic!("not in what is fused")
            }
        }
    }

    /// The resources of an imported instance, which is the next.
    fn resources_of(&mut self, import: &str) {
        let types = self.types.as_ref();
        let interface = import.split('@').next().unwrap_or_default();
        let instance = &types[types.component_instance_at(self.instances.len() as u32)];
        for (export, item) in &instance.exports {
            if let ComponentEntityType::Type {
                referenced: ComponentAnyTypeId::Resource(id),
                ..
            } = item.ty
            {
                let name = format!("{interface}#[resource-drop]{export}");
                self.resources.entry(id.resource()).or_insert(name);
            }
        }
    }

    /// A resource by where it is from first; of other types nothing.
    fn ty(&self, index: u32) -> String {
        match self.types().component_any_type_at(index) {
            ComponentAnyTypeId::Resource(id) => match self.resources.get(&id.resource()) {
                Some(resource) => resource.clone(),
                None => "a resource".to_string(),
            },
            _ => "a type".to_string(),
        }
    }

    fn alias(&mut self, alias: ComponentAlias<'a>) {
        match alias {
            ComponentAlias::InstanceExport {
                kind,
                instance_index,
                name,
            } => {
                let item = format!("{}#{name}", self.instances[instance_index as usize]);
                self.define(kind, item);
            }
            ComponentAlias::CoreInstanceExport {
                kind,
                instance_index,
                name,
            } => {
                let item = self.core_export(instance_index, name);
                self.core_items
                    .entry(item_kind(kind))
                    .or_default()
                    .push(item);
            }
            ComponentAlias::Outer { kind, index, .. } => match kind {
                wasmparser::ComponentOuterAliasKind::Type => self.types_seen += 1,
                wasmparser::ComponentOuterAliasKind::Component => {
                    self.components
                        .push(self.components[index as usize].clone());
                }
                wasmparser::ComponentOuterAliasKind::CoreModule => {
                    self.modules.push(self.modules[index as usize]);
                }
                wasmparser::ComponentOuterAliasKind::CoreType => panic!("not in what is fused"),
            },
        }
    }

    fn core_export(&self, instance: u32, name: &str) -> String {
        match &self.core_instances[instance as usize] {
            CoreInstance::Program(number) => format!("module {number} {name}"),
            CoreInstance::Bag(exports) => exports[name].clone(),
            CoreInstance::Added(module, arguments) => self
                .glue(module, arguments, name)
                .unwrap_or_else(|| format!("(added) {name}")),
        }
    }

    fn core_item(&self, kind: ItemKind, index: u32) -> String {
        self.core_items[&kind][index as usize].clone()
    }

    fn canonical(&mut self, canonical: CanonicalFunction) {
        let item = match canonical {
            CanonicalFunction::Lift {
                core_func_index,
                options,
                ..
            } => {
                let core = self.core_item(ItemKind::Func, core_func_index);
                let options = self.options(&options);
                return self.funcs.push(format!("lift({core}, {options})"));
            }
            CanonicalFunction::Lower {
                func_index,
                options,
            } => self.lower(func_index, &options),
            CanonicalFunction::ResourceDrop { resource } => {
                let name = self.ty(resource);
                self.replaceable(&name, "memory - realloc -")
                    .unwrap_or_else(|| format!("drop({name})"))
            }
            CanonicalFunction::ResourceNew { resource } => format!("new({})", self.ty(resource)),
            CanonicalFunction::ResourceRep { resource } => format!("rep({})", self.ty(resource)),
            other => panic!("not in what is fused: {other:?}"),
        };
        self.core_items
            .entry(ItemKind::Func)
            .or_default()
            .push(item);
    }

    fn lower(&self, function: u32, options: &[CanonicalOption]) -> String {
        let function = &self.funcs[function as usize];
        let name = unversioned(function);
        let options = self.options(options);
        self.replaceable(&name, &options)
            .unwrap_or_else(|| format!("lower({function}, {options})"))
    }

    /// A function that is to be replaced: before, what will be glue, and
    /// afterwards, what only glue may have.
    fn replaceable(&self, name: &str, options: &str) -> Option<String> {
        let interface = name.split('#').next()?;
        if !name.contains('#') || !(REPLACED.contains(&interface) || ALSO.contains(&name)) {
            return None;
        }
        Some(match self.fused {
            true => raw(name, options),
            false => glue(name, options),
        })
    }

    fn options(&self, options: &[CanonicalOption]) -> String {
        let (mut memory, mut realloc) = ("-".to_string(), "-".to_string());
        let mut others = String::new();
        for option in options {
            match *option {
                CanonicalOption::Memory(index) => memory = self.core_item(ItemKind::Memory, index),
                CanonicalOption::Realloc(index) => realloc = self.core_item(ItemKind::Func, index),
                CanonicalOption::UTF8 => {}
                CanonicalOption::PostReturn(index) => {
                    others += &format!(" then {}", self.core_item(ItemKind::Func, index));
                }
                other => others += &format!(" {other:?}"),
            }
        }
        format!("memory {memory} realloc {realloc}{others}")
    }

    fn core_instance(&mut self, instance: Instance<'a>) {
        let instance = match instance {
            Instance::Instantiate { module_index, args } => {
                let arguments = args.iter().map(|arg| match arg.kind {
                    InstantiationArgKind::Instance => (arg.name, arg.index),
                });
                let arguments: BTreeMap<&str, u32> = arguments.collect();
                let module = self.modules[module_index as usize];
                match self.program.contains(module) {
                    true => self.program_instance(module, &arguments),
                    false => CoreInstance::Added(module, arguments),
                }
            }
            Instance::FromExports(exports) => {
                let exports = exports.iter().map(|export| {
                    let kind = item_kind(export.kind);
                    (export.name, self.core_item(kind, export.index))
                });
                let exports: BTreeMap<_, _> = exports.collect();
                self.bags.push(format!("{exports:#?}"));
                CoreInstance::Bag(exports)
            }
        };
        self.core_instances.push(instance);
    }

    fn program_instance(
        &mut self,
        module: &[u8],
        arguments: &BTreeMap<&str, u32>,
    ) -> CoreInstance<'a> {
        let number = self.count;
        self.count += 1;
        let module = digest(module);
        let arguments: BTreeMap<&str, String> = arguments
            .iter()
            .map(|(name, index)| (*name, self.core_argument(*index)))
            .collect();
        self.lines
            .push(format!("module {number} = {module} with {arguments:#?}"));
        CoreInstance::Program(number)
    }

    fn core_argument(&self, instance: u32) -> String {
        match &self.core_instances[instance as usize] {
            CoreInstance::Program(number) => format!("module {number}"),
            CoreInstance::Bag(exports) => format!("{exports:#?}"),
            CoreInstance::Added(..) => "(added)".to_string(),
        }
    }

    fn instance(&mut self, instance: ComponentInstance<'a>) {
        let item = match instance {
            ComponentInstance::Instantiate {
                component_index,
                args,
            } => {
                let arguments: Vec<String> = args
                    .iter()
                    .map(|arg| format!("{} = {}", arg.name, self.item(arg.kind, arg.index)))
                    .collect();
                let component = &self.components[component_index as usize];
                format!("{component} with {arguments:?}")
            }
            ComponentInstance::FromExports(exports) => {
                let exports: Vec<String> = exports
                    .iter()
                    .map(|export| {
                        format!(
                            "{} = {}",
                            export.name.name,
                            self.item(export.kind, export.index)
                        )
                    })
                    .collect();
                format!("{exports:?}")
            }
        };
        self.lines.push(item.clone());
        self.instances.push(item);
    }

    /// What a function of an added module stands for, if it is glue: it calls
    /// one function of the filesystem, or of the host, or both, then the same.
    fn glue(&self, module: &[u8], arguments: &BTreeMap<&str, u32>, name: &str) -> Option<String> {
        let calls = calls(module, name)?;
        let named: Vec<&str> = calls
            .iter()
            .filter(|(module, name)| module == "vfs" && name.starts_with("wasi:"))
            .map(|(_, name)| name.as_str())
            .collect();
        let host = calls.iter().find(|(module, _)| module == "host");
        let host = host.map(|(_, label)| self.core_export(arguments["host"], label));
        let options = self.glue_options(arguments);
        match (named.as_slice(), host) {
            ([name], None) => Some(glue(name, &options)),
            ([name], Some(host)) => {
                assert_eq!(host, raw(name, &options));
                Some(glue(name, &options))
            }
            ([], Some(host)) => {
                let name = ALSO.iter().find(|name| host == raw(name, &options));
                Some(glue(name.expect("one without a filesystem's"), &options))
            }
            _ => None,
        }
    }

    fn glue_options(&self, arguments: &BTreeMap<&str, u32>) -> String {
        let exports = arguments
            .get("app")
            .map(|app| &self.core_instances[*app as usize]);
        let export = |name: &str| match exports {
            Some(CoreInstance::Bag(exports)) => exports.get(name).cloned(),
            _ => None,
        };
        let or_none = |item: Option<String>| item.unwrap_or_else(|| "-".to_string());
        let (memory, realloc) = (or_none(export("memory")), or_none(export("realloc")));
        format!("memory {memory} realloc {realloc}")
    }
}

/// What tells bytes from others.
fn digest(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{} bytes {:x}", bytes.len(), hasher.finish())
}

fn glue(name: &str, options: &str) -> String {
    format!("glue({name}, {options})")
}

fn raw(name: &str, options: &str) -> String {
    format!("the host's own({name}, {options})")
}

/// `wasi:io/poll@0.2.6#poll` as `wasi:io/poll#poll`.
fn unversioned(function: &str) -> String {
    match (function.split_once('@'), function.split_once('#')) {
        (Some((interface, _)), Some((_, name))) => format!("{interface}#{name}"),
        _ => function.to_string(),
    }
}

fn item_kind(kind: ExternalKind) -> ItemKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ItemKind::Func,
        ExternalKind::Memory => ItemKind::Memory,
        ExternalKind::Table => ItemKind::Other(0),
        ExternalKind::Global => ItemKind::Other(1),
        ExternalKind::Tag => ItemKind::Other(2),
    }
}

/// The imports that an exported function of a module calls.
fn calls(module: &[u8], export: &str) -> Option<Vec<(String, String)>> {
    let mut imports = Vec::new();
    let mut exported = None;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    if let TypeRef::Func(_) = import.ty {
                        imports.push((import.module.to_string(), import.name.to_string()));
                    }
                }
            }
            Payload::ExportSection(section) => {
                for item in section {
                    let item = item.unwrap();
                    if item.name == export && item.kind == ExternalKind::Func {
                        exported = Some(item.index as usize);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let body = bodies.get(exported?.checked_sub(imports.len())?)?;
    let mut calls = Vec::new();
    for operator in body.get_operators_reader().unwrap() {
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
            operator.unwrap()
            && let Some(import) = imports.get(function_index as usize)
        {
            calls.push(import.clone());
        }
    }
    calls.sort();
    calls.dedup();
    Some(calls)
}
