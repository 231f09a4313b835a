//! Whether a program can be fused, and what is to be replaced in it.
//!
//! Fusing is safe if no virtual handle can leave the program: every imported
//! function that takes a resource of the replaced interfaces has glue, no
//! export gives one away, and no import is handed on to code that is not seen
//! here. Resources are told apart by identity, not by name.

use super::Fused;
use super::functions::{Functions, Name, is_replaced};
use super::refusal::Refusal;
use super::scoped::Space;
use super::survey::{Definition, ImportedFunction, Nested, Survey};
use crate::app::InterfaceName;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncTypeId,
    ComponentValType, ResourceId,
};
use wasmparser::types::TypesRef;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentExternName, ComponentExternalKind,
    ComponentImport, ComponentInstance, ComponentTypeRef,
};

/// A `canon lower` or `canon resource.drop` that glue stands in for.
#[derive(Clone, Debug)]
pub(super) struct Replaced {
    /// Where it is among the items.
    pub(super) item: usize,
    /// The core function that it defines.
    pub(super) core_func: u32,
    pub(super) name: Name,
    pub(super) target: Target,
    pub(super) options: LowerOptions,
}

/// What is lowered or dropped.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// A function of the instance with this index.
    Function(u32),
    /// The resource that the name tells.
    Resource,
}

/// The options of a lowering: indices of core items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LowerOptions {
    pub(super) memory: Option<u32>,
    pub(super) realloc: Option<u32>,
}

/// What is to be replaced in a program, if that is safe.
pub(super) fn plan(
    survey: &Survey<'_>,
    types: TypesRef<'_>,
    functions: &Functions,
) -> Fused<Vec<Replaced>> {
    single_versions(survey)?;
    let analysis = Analysis {
        survey,
        types,
        functions,
        resources: resources(survey, types, functions),
    };
    let mut replaced = Vec::new();
    for position in 0..survey.items.len() {
        replaced.extend(analysis.item(position)?);
    }
    let memories: BTreeSet<u32> = replaced.iter().filter_map(|r| r.options.memory).collect();
    if memories.len() > 1 {
        return Err(Refusal::SeveralMemories.into());
    }
    Ok(replaced)
}

/// One interface at two versions has two sets of resources, and only one of
/// them would be looked at.
fn single_versions(survey: &Survey<'_>) -> Fused<()> {
    let mut seen = BTreeSet::new();
    for (_, _, name) in survey.imported_instances() {
        if name.is_wasi_02() && !seen.insert(name.unversioned()) {
            let interface = name.unversioned();
            return Err(Refusal::TwoVersions { interface }.into());
        }
    }
    Ok(())
}

/// The resources that may be virtual, each with its name.
fn resources(
    survey: &Survey<'_>,
    types: TypesRef<'_>,
    functions: &Functions,
) -> HashMap<ResourceId, String> {
    let mut resources = HashMap::new();
    for (index, _, name) in survey.imported_instances() {
        if !is_replaced(&name) {
            continue;
        }
        let instance = &types[types.component_instance_at(index)];
        for (export, entity) in &instance.exports {
            if let ComponentEntityType::Type {
                referenced: ComponentAnyTypeId::Resource(id),
                ..
            } = entity.ty
                && functions.home(export).is_some()
            {
                resources.insert(id.resource(), export.clone());
            }
        }
    }
    resources
}

/// Interfaces are told by their names, as tools write them. One of the replaced
/// packages that is imported otherwise would be left to the host unseen, as would
/// what a component does that is imported.
fn imported(import: &ComponentImport<'_>) -> Fused<()> {
    let ComponentExternName {
        name,
        implements,
        version_suffix,
        ..
    } = import.name;
    let plain = implements.is_none() && version_suffix.is_none();
    if matches!(import.ty, ComponentTypeRef::Component(_)) {
        return Err(Refusal::NestsComponents.into());
    }
    if plain && matches!(import.ty, ComponentTypeRef::Instance(_)) {
        return Ok(());
    }
    match [Some(name), implements]
        .into_iter()
        .flatten()
        .find(|name| is_of_replaced(name))
    {
        Some(name) => Err(Refusal::ImportedOtherwise {
            interface: name.to_string(),
        }
        .into()),
        None => Ok(()),
    }
}

/// Whether a name, of whatever version, is of a package that is replaced.
fn is_of_replaced(name: &str) -> bool {
    ["wasi:io/", "wasi:filesystem/"]
        .iter()
        .any(|package| name.starts_with(package))
}

struct Analysis<'a> {
    survey: &'a Survey<'a>,
    types: TypesRef<'a>,
    functions: &'a Functions,
    resources: HashMap<ResourceId, String>,
}

impl Analysis<'_> {
    /// What to replace in one item, or why it cannot be.
    fn item(&self, position: usize) -> Fused<Option<Replaced>> {
        let Some(item) = self.survey.items.get(position) else {
            return Ok(None);
        };
        match &item.definition {
            Definition::Canonical(canonical) => {
                let core_func = item.defines.map_or(0, |(_, index)| index);
                self.canonical(position, core_func, canonical)
            }
            Definition::Import(import) => imported(import).map(|()| None),
            Definition::Component(_, Nested::Program) => Err(Refusal::NestsComponents.into()),
            Definition::Other(what) => Err(Refusal::Unsupported(what.to_string()).into()),
            Definition::Instance(instance) => self.instance(instance).map(|()| None),
            Definition::Export(export) => self.hands_on(export.kind, export.index).map(|()| None),
            _ => Ok(None),
        }
    }

    fn canonical(
        &self,
        item: usize,
        core_func: u32,
        canonical: &CanonicalFunction,
    ) -> Fused<Option<Replaced>> {
        match canonical {
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                let Some((name, instance)) = self.replaced_function(*func_index)? else {
                    self.takes_none(*func_index)?;
                    return Ok(None);
                };
                let options = self.lower_options(&name, options)?;
                Ok(Some(Replaced {
                    item,
                    core_func,
                    name,
                    target: Target::Function(instance),
                    options,
                }))
            }
            CanonicalFunction::ResourceDrop { resource } => {
                Ok(self.replaced_drop(*resource).map(|name| Replaced {
                    item,
                    core_func,
                    name,
                    target: Target::Resource,
                    options: LowerOptions::default(),
                }))
            }
            CanonicalFunction::Lift { type_index, .. } => {
                self.gives_none(*type_index).map(|()| None)
            }
            CanonicalFunction::ResourceNew { .. } | CanonicalFunction::ResourceRep { .. } => {
                Ok(None)
            }
            _ => Err(Refusal::Unsupported("built-ins of the async ABI".to_string()).into()),
        }
    }

    /// The name of a function that is replaced, and the instance that it is of.
    fn replaced_function(&self, function: u32) -> Fused<Option<(Name, u32)>> {
        let Some(imported) = self.survey.imported_function(function) else {
            return Ok(None);
        };
        let Some(interface) = InterfaceName::parse(imported.import) else {
            return Ok(None);
        };
        let name = Name::new(&interface.unversioned(), imported.name);
        if interface.is_wasi_02() && self.functions.route(&name).is_some() {
            return Ok(Some((name, imported.instance)));
        }
        if is_replaced(&interface) {
            let ImportedFunction { import, name, .. } = imported;
            return Err(Refusal::Unknown {
                import: import.to_string(),
                function: name.to_string(),
            }
            .into());
        }
        Ok(None)
    }

    fn replaced_drop(&self, resource: u32) -> Option<Name> {
        let ComponentAnyTypeId::Resource(id) = self.types.component_any_type_at(resource) else {
            return None;
        };
        let resource = self.resources.get(&id.resource())?;
        Some(Name::drop_of(self.functions.home(resource)?, resource))
    }

    /// A function that stays the host's must not take a virtual handle.
    fn takes_none(&self, function: u32) -> Fused<()> {
        let Some(resource) = self.taken(self.types.component_function_at(function)) else {
            return Ok(());
        };
        let (import, function) = self.origin(function);
        Err(Refusal::Takes {
            import,
            function,
            resource,
        }
        .into())
    }

    /// The import that a function is from, and its name there.
    fn origin(&self, function: u32) -> (String, String) {
        if let Some(ImportedFunction { import, name, .. }) = self.survey.imported_function(function)
        {
            return (import.to_string(), name.to_string());
        }
        match self
            .survey
            .item(Space::Func, function)
            .map(|item| &item.definition)
        {
            Some(Definition::Import(import)) => {
                let name = import.name.name.to_string();
                (name.clone(), name)
            }
            _ => ("(a nested component)".to_string(), function.to_string()),
        }
    }

    fn gives_none(&self, ty: u32) -> Fused<()> {
        let ComponentAnyTypeId::Func(id) = self.types.component_any_type_at(ty) else {
            return Ok(());
        };
        match self.types[id].result.and_then(|ty| self.mentioned(ty)) {
            Some(resource) => Err(Refusal::Gives { resource }.into()),
            None => Ok(()),
        }
    }

    fn instance(&self, instance: &ComponentInstance<'_>) -> Fused<()> {
        match instance {
            ComponentInstance::Instantiate { args, .. } => args
                .iter()
                .try_for_each(|arg| self.hands_on(arg.kind, arg.index)),
            ComponentInstance::FromExports(exports) => exports
                .iter()
                .try_for_each(|export| self.hands_on(export.kind, export.index)),
        }
    }

    /// What leaves the program by another way than a call must not be an
    /// imported instance, or a function that takes a virtual handle.
    fn hands_on(&self, kind: ComponentExternalKind, index: u32) -> Fused<()> {
        match kind {
            ComponentExternalKind::Func => match self.survey.item(Space::Func, index) {
                Some(item) if matches!(item.definition, Definition::Canonical(_)) => Ok(()),
                _ => self.takes_none(index),
            },
            ComponentExternalKind::Instance => match self.survey.imported_as(index) {
                Some(import) => Err(Refusal::HandsOn {
                    import: import.to_string(),
                }
                .into()),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The name of a resource that a function takes and that may be virtual.
    fn taken(&self, function: ComponentFuncTypeId) -> Option<String> {
        self.types[function]
            .params
            .iter()
            .find_map(|(_, ty)| self.mentioned(*ty))
    }

    fn any_mentioned(&self, mut types: impl Iterator<Item = ComponentValType>) -> Option<String> {
        types.find_map(|ty| self.mentioned(ty))
    }

    /// The name of a resource that may be virtual, in a value of this type.
    fn mentioned(&self, ty: ComponentValType) -> Option<String> {
        let ComponentValType::Type(id) = ty else {
            return None;
        };
        match &self.types[id] {
            ComponentDefinedType::Own(id) | ComponentDefinedType::Borrow(id) => {
                self.resources.get(&id.resource()).cloned()
            }
            ComponentDefinedType::Record(record) => {
                self.any_mentioned(record.fields.values().copied())
            }
            ComponentDefinedType::Variant(variant) => {
                self.any_mentioned(variant.cases.values().filter_map(|case| case.ty))
            }
            ComponentDefinedType::Tuple(tuple) => self.any_mentioned(tuple.types.iter().copied()),
            ComponentDefinedType::List { element, .. }
            | ComponentDefinedType::FixedLengthList { element, .. } => self.mentioned(*element),
            ComponentDefinedType::Map { key, value, .. } => {
                self.any_mentioned([*key, *value].into_iter())
            }
            ComponentDefinedType::Option { ty, .. } => self.mentioned(*ty),
            ComponentDefinedType::Result { ok, err, .. } => {
                self.any_mentioned(ok.iter().chain(err).copied())
            }
            ComponentDefinedType::Future { ty, .. } | ComponentDefinedType::Stream { ty, .. } => {
                ty.and_then(|ty| self.mentioned(ty))
            }
            ComponentDefinedType::Primitive(_)
            | ComponentDefinedType::Flags(_)
            | ComponentDefinedType::Enum(_) => None,
        }
    }

    fn lower_options(&self, name: &Name, options: &[CanonicalOption]) -> Fused<LowerOptions> {
        let mut known = LowerOptions::default();
        for option in options {
            let unknown = match *option {
                CanonicalOption::UTF8 => continue,
                CanonicalOption::Memory(memory) => {
                    known.memory = Some(self.survey.first_alias(Space::CoreMemory, memory));
                    continue;
                }
                CanonicalOption::Realloc(function) => {
                    known.realloc = Some(self.survey.first_alias(Space::CoreFunc, function));
                    continue;
                }
                CanonicalOption::UTF16 => "strings in UTF-16",
                CanonicalOption::CompactUTF16 => "strings in Latin-1 or UTF-16",
                CanonicalOption::Async => "the async ABI",
                CanonicalOption::Gc | CanonicalOption::CoreType(_) => "the GC ABI",
                CanonicalOption::PostReturn(_) | CanonicalOption::Callback(_) => "a callback",
            };
            return Err(Refusal::Option {
                function: name.to_string(),
                option: unknown.to_string(),
            }
            .into());
        }
        Ok(known)
    }
}

/// The replaced items by the options that they are lowered with, those without
/// a memory first.
pub(super) fn groups(plan: &[Replaced]) -> BTreeMap<LowerOptions, Vec<&Replaced>> {
    let mut groups: BTreeMap<LowerOptions, Vec<&Replaced>> = BTreeMap::new();
    for replaced in plan {
        groups.entry(replaced.options).or_default().push(replaced);
    }
    groups
}
