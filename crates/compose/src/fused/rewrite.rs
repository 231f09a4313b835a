//! Writes the fused component.
//!
//! Items are copied in their order. Before the first that is replaced comes the
//! filesystem: its module, the shim, and the host's functions that it needs.
//! At the first of each group of lowerings that have the same options come the
//! original functions of the whole group (they need nothing but the imports)
//! and the glue. What nothing refers to any more is left out.

use super::analysis::{LowerOptions, Replaced, Target, groups};
use super::extend;
use super::functions::{Functions, is_replaced};
use super::glue::memory::{COPY_IN, Form, copier};
use super::glue::{self, Area, Entry, REALLOC};
use super::output::Output;
use super::refusal::Refusal;
use super::scoped::Space;
use super::shim::{self, Slot};
use super::survey::{Definition, Survey};
use super::{Fused, Vfs};
use crate::app::InterfaceName;
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use wasm_encoder::{ExportKind, InstanceType};
use wasmparser::types::TypesRef;
use wasmparser::{ComponentAlias, ComponentType, ComponentTypeRef};

const WALL_CLOCK: &str = "wasi:clocks/wall-clock";

pub(super) fn rewrite(
    survey: &Survey<'_>,
    types: TypesRef<'_>,
    plan: &[Replaced],
    functions: &Functions,
    vfs: &Vfs,
    form: Form,
) -> Fused<Vec<u8>> {
    let slots = shim::slots(&vfs.module)?;
    let hosts = Hosts::of(survey, types, plan, &slots)?;
    let live = live(survey, plan);
    check_order(survey, plan)?;
    check_filesystem(survey, &live)?;
    let mut rewriter = Rewriter {
        survey,
        plan,
        functions,
        vfs,
        form,
        slots,
        hosts,
        output: Output::default(),
        filesystem: None,
        copier: None,
    };
    rewriter.all(&live)?;
    Ok(rewriter.output.finish())
}

/// The items that are not left out: those that are something by themselves,
/// and what they refer to.
fn live(survey: &Survey<'_>, plan: &[Replaced]) -> HashSet<usize> {
    let replaced: HashSet<usize> = plan.iter().map(|r| r.item).collect();
    let mut used = HashSet::new();
    let mut live = HashSet::new();
    // References lead back, so that one pass from the end finds them all.
    for (position, item) in survey.items.iter().enumerate().rev() {
        let needed = item.defines.is_some_and(|defined| used.contains(&defined));
        if replaced.contains(&position) || (is_removable(&item.definition) && !needed) {
            continue;
        }
        live.insert(position);
        used.extend(item.uses.iter().copied());
    }
    live
}

fn is_removable(definition: &Definition<'_>) -> bool {
    match definition {
        Definition::Type(_) | Definition::Alias(ComponentAlias::InstanceExport { .. }) => true,
        Definition::Import(import) => is_filesystem(import.name.name),
        // Indices move, and names are for debuggers.
        Definition::Custom(name, _) => *name == "component-name",
        _ => false,
    }
}

fn is_filesystem(import: &str) -> bool {
    InterfaceName::parse(import)
        .is_some_and(|name| name.is_wasi_02() && name.package == "wasi:filesystem")
}

/// No import of the filesystem may be left to the host.
fn check_filesystem(survey: &Survey<'_>, live: &HashSet<usize>) -> Fused<()> {
    for (index, import, _) in survey.imported_instances() {
        let position = survey.position(Space::Instance, index);
        if is_filesystem(import) && position.is_some_and(|position| live.contains(&position)) {
            return Err(Refusal::FilesystemTypes {
                import: import.to_string(),
            }
            .into());
        }
    }
    Ok(())
}

/// What is put before the first replaced item refers to the imports.
fn check_order(survey: &Survey<'_>, plan: &[Replaced]) -> Fused<()> {
    let Some(first) = plan.iter().min_by_key(|replaced| replaced.item) else {
        return Ok(());
    };
    for (index, _, name) in survey.imported_instances() {
        let position = survey.position(Space::Instance, index).unwrap_or(0);
        let target =
            |replaced: &Replaced| matches!(replaced.target, Target::Function(of) if of == index);
        let concerned =
            name.unversioned() == WALL_CLOCK || is_replaced(&name) || plan.iter().any(target);
        if concerned && position > first.item {
            return Err(Refusal::Order {
                interface: first.name.interface.clone(),
            }
            .into());
        }
    }
    Ok(())
}

/// The host's functions that the filesystem calls.
struct Hosts {
    /// For each slot that is filled, the interface and its instance, if the
    /// program imports it.
    filled: BTreeMap<usize, Option<u32>>,
    /// Functions that types of imports get in addition, by the item that
    /// defines the type.
    added: BTreeMap<usize, Vec<String>>,
    /// The version that the program imports WASI at.
    version: String,
}

impl Hosts {
    fn of(
        survey: &Survey<'_>,
        types: TypesRef<'_>,
        plan: &[Replaced],
        slots: &[Slot],
    ) -> Fused<Self> {
        let mut hosts = Self {
            filled: BTreeMap::new(),
            added: BTreeMap::new(),
            version: version(survey),
        };
        let called: BTreeSet<&str> = plan.iter().map(|r| r.name.item.as_str()).collect();
        for (index, slot) in slots.iter().enumerate() {
            if is_needed(slot, &called) {
                hosts.fill(survey, types, index, slot)?;
            }
        }
        Ok(hosts)
    }

    fn fill(
        &mut self,
        survey: &Survey<'_>,
        types: TypesRef<'_>,
        index: usize,
        slot: &Slot,
    ) -> Fused<()> {
        let imported = survey
            .imported_instances()
            .find(|(_, _, name)| name.is_wasi_02() && name.unversioned() == slot.module);
        let instance = imported.map(|(instance, ..)| instance);
        self.filled.insert(index, instance);
        if let Some(instance) = instance
            && !types[types.component_instance_at(instance)]
                .exports
                .contains_key(slot.name.as_str())
        {
            let item = type_item(survey, instance)?;
            self.added.entry(item).or_default().push(slot.name.clone());
        }
        Ok(())
    }
}

/// Which of its imports the filesystem calls for a program.
fn is_needed(slot: &Slot, called: &BTreeSet<&str>) -> bool {
    match slot.module.as_str() {
        WALL_CLOCK => true,
        "wasi:io/poll" => called.contains("poll"),
        "wasi:io/streams" => {
            called.contains("[method]output-stream.splice")
                || called.contains("[method]output-stream.blocking-splice")
        }
        _ => false,
    }
}

/// The highest version of WASI that the program imports.
fn version(survey: &Survey<'_>) -> String {
    survey
        .imported_instances()
        .filter(|(_, _, name)| name.is_wasi_02())
        .filter_map(|(_, _, name)| name.version)
        .max()
        .map_or_else(
            || crate::world::VENDORED_VERSION.to_string(),
            |version| version.to_string(),
        )
}

/// The item that defines the type of an imported instance, which must have it
/// for itself.
fn type_item(survey: &Survey<'_>, instance: u32) -> Fused<usize> {
    let unsupported = || Refusal::Unsupported("an import whose type is shared".to_string());
    let item = survey.item(Space::Instance, instance);
    let Some(Definition::Import(import)) = item.map(|item| &item.definition) else {
        return Err(unsupported().into());
    };
    let ComponentTypeRef::Instance(ty) = import.ty else {
        return Err(unsupported().into());
    };
    let users = survey
        .items
        .iter()
        .filter(|item| item.uses.contains(&(Space::Type, ty)));
    match survey.position(Space::Type, ty) {
        Some(position) if users.count() == 1 => Ok(position),
        _ => Err(unsupported().into()),
    }
}

/// The filesystem in the component that is being written.
#[derive(Clone, Copy)]
struct Filesystem {
    instance: u32,
    shim: u32,
}

struct Rewriter<'a> {
    survey: &'a Survey<'a>,
    plan: &'a [Replaced],
    functions: &'a Functions,
    vfs: &'a Vfs,
    form: Form,
    slots: Vec<Slot>,
    hosts: Hosts,
    output: Output,
    filesystem: Option<Filesystem>,
    /// The instance that copies between the two memories.
    copier: Option<u32>,
}

impl Rewriter<'_> {
    fn all(&mut self, live: &HashSet<usize>) -> Fused<()> {
        let mut starts: BTreeMap<usize, Vec<(LowerOptions, Vec<&Replaced>)>> = BTreeMap::new();
        for (options, members) in groups(self.plan) {
            let first = members.iter().map(|member| member.item).min().unwrap_or(0);
            starts.entry(first).or_default().push((options, members));
        }
        for (position, item) in self.survey.items.iter().enumerate() {
            for (options, members) in starts.remove(&position).into_iter().flatten() {
                self.group(options, &members)?;
            }
            if !live.contains(&position) {
                continue;
            }
            match self.hosts.added.remove(&position) {
                Some(added) => self.extended(position, &added)?,
                None => self.output.copy(self.survey.bytes, item)?,
            }
        }
        // A program without files has it all the same, as the component link
        // gives it.
        self.filesystem()?;
        Ok(())
    }

    /// Copies an instance type, with functions in addition.
    fn extended(&mut self, position: usize, functions: &[String]) -> Fused<()> {
        let item = &self.survey.items[position];
        let (Definition::Type(ComponentType::Instance(declarations)), Some((space, from))) =
            (&item.definition, item.defines)
        else {
            let what = "an import whose type is defined elsewhere";
            return Err(Refusal::Unsupported(what.to_string()).into());
        };
        let mut ty = self.output.instance_type(declarations)?;
        let named = extend::named(declarations);
        for function in functions {
            extend::add(&mut ty, &named, function).ok_or_else(|| {
                Refusal::Unsupported(format!("an import that lacks the types of `{function}`"))
            })?;
        }
        let to = self.output.add_instance_type(&ty);
        self.output.moves(space, from, to);
        Ok(())
    }

    /// The filesystem, which the first call writes.
    fn filesystem(&mut self) -> Fused<Filesystem> {
        if let Some(filesystem) = self.filesystem {
            return Ok(filesystem);
        }
        let shim = self.output.add_module(&shim::shim(&self.slots).finish());
        let shim = self.output.instantiate(shim, &[]);
        let vfs = self.output.add_module(&self.vfs.module);
        let modules: BTreeSet<&str> = self.slots.iter().map(|s| s.module.as_str()).collect();
        let arguments: Vec<_> = modules.into_iter().map(|module| (module, shim)).collect();
        let instance = self.output.instantiate(vfs, &arguments);
        let filesystem = Filesystem { instance, shim };
        self.filesystem = Some(filesystem);
        self.host_functions(filesystem)?;
        Ok(filesystem)
    }

    /// Lowers the host's functions with the filesystem's memory, and puts them
    /// into the shim's table.
    fn host_functions(&mut self, filesystem: Filesystem) -> Fused<()> {
        let output = &mut self.output;
        let memory = output.core_export(filesystem.instance, ExportKind::Memory, "memory");
        let realloc = output.core_export(filesystem.instance, ExportKind::Func, "cabi_realloc");
        let mut host = Vec::new();
        for (&slot, &instance) in &self.hosts.filled {
            let name = &self.slots[slot].name;
            let instance = match instance {
                Some(instance) => output.moved(Space::Instance, instance)?,
                None => import_clock(output, &self.hosts.version)?,
            };
            let function = output.function_of(instance, name);
            let lowered = output.lower(function, Some(memory), Some(realloc));
            host.push((name.clone(), ExportKind::Func, lowered));
        }
        let filled: Vec<usize> = self.hosts.filled.keys().copied().collect();
        self.fill(filesystem, &filled, &host);
        Ok(())
    }

    /// Puts functions into the shim's table.
    fn fill(
        &mut self,
        filesystem: Filesystem,
        slots: &[usize],
        host: &[(String, ExportKind, u32)],
    ) {
        let module = shim::fixup(&self.slots, slots).finish();
        let module = self.output.add_module(&module);
        let host = bag(&mut self.output, host);
        let arguments = [("shim", filesystem.shim), ("host", host)];
        self.output.instantiate(module, &arguments);
    }

    /// The glue for lowerings with the same options.
    fn group(&mut self, options: LowerOptions, members: &[&Replaced]) -> Fused<()> {
        let filesystem = self.filesystem()?;
        let entries: Vec<Entry> = members
            .iter()
            .enumerate()
            .map(|(index, member)| Entry {
                name: member.name.clone(),
                label: index.to_string(),
            })
            .collect();
        let area = Area {
            address: self.vfs.area,
        };
        let has_memory = options.memory.is_some();
        let module = glue::module(self.functions, &entries, area, self.form, has_memory)?;
        let imported: Vec<(String, String)> = module
            .imported()
            .map(|(module, name)| (module.to_string(), name.to_string()))
            .collect();
        let imports = |module: &str| imported.iter().any(|(m, _)| m == module);
        let mut arguments = vec![("vfs", filesystem.instance), ("shim", filesystem.shim)];
        if has_memory {
            arguments.push(("app", self.app(options)?));
            let copier = self.copier(filesystem, options)?;
            if imports("copy") {
                arguments.push(("copy", copier));
            }
        }
        let host = self.originals(options, members, &entries, &imported)?;
        arguments.push(("host", host));
        let module = self.output.add_module(&module.finish().finish());
        let instance = self.output.instantiate(module, &arguments);
        for (member, entry) in members.iter().zip(&entries) {
            let function = self
                .output
                .core_export(instance, ExportKind::Func, &entry.label);
            self.output
                .moves(Space::CoreFunc, member.core_func, function);
        }
        Ok(())
    }

    /// The program's memory and allocator.
    fn app(&mut self, options: LowerOptions) -> Fused<u32> {
        let mut exports = Vec::new();
        if let Some(memory) = options.memory {
            let memory = self.output.moved(Space::CoreMemory, memory)?;
            exports.push(("memory", ExportKind::Memory, memory));
        }
        if let Some(realloc) = options.realloc {
            let realloc = self.output.moved(Space::CoreFunc, realloc)?;
            exports.push((REALLOC, ExportKind::Func, realloc));
        }
        Ok(self.output.bag(&exports))
    }

    /// What copies between the memories, which the first call writes: every
    /// group has the same memory.
    fn copier(&mut self, filesystem: Filesystem, options: LowerOptions) -> Fused<u32> {
        if let Some(copier) = self.copier {
            return Ok(copier);
        }
        let app = self.app(options)?;
        let module = copier(self.form).finish().finish();
        let module = self.output.add_module(&module);
        let arguments = [("vfs", filesystem.instance), ("app", app)];
        let instance = self.output.instantiate(module, &arguments);
        self.copier = Some(instance);
        let slot = self.slots.iter().position(|slot| slot.name == COPY_IN);
        let slot = slot.ok_or_else(|| Error::Adapter(format!("it does not import {COPY_IN}")))?;
        let function = self.output.core_export(instance, ExportKind::Func, COPY_IN);
        let host = [(COPY_IN.to_string(), ExportKind::Func, function)];
        self.fill(filesystem, &[slot], &host);
        Ok(instance)
    }

    /// The host's functions that the glue hands on to, lowered as they were.
    fn originals(
        &mut self,
        options: LowerOptions,
        members: &[&Replaced],
        entries: &[Entry],
        imported: &[(String, String)],
    ) -> Fused<u32> {
        let memory = self.moved_option(Space::CoreMemory, options.memory)?;
        let realloc = self.moved_option(Space::CoreFunc, options.realloc)?;
        let mut host = Vec::new();
        for (member, entry) in members.iter().zip(entries) {
            if !imported
                .iter()
                .any(|(module, name)| module == "host" && *name == entry.label)
            {
                continue;
            }
            let function = match member.target {
                Target::Function(instance) => {
                    let instance = self.output.moved(Space::Instance, instance)?;
                    let function = self.output.function_of(instance, &member.name.item);
                    self.output.lower(function, memory, realloc)
                }
                Target::Resource => self.original_drop(member)?,
            };
            host.push((entry.label.clone(), ExportKind::Func, function));
        }
        Ok(bag(&mut self.output, &host))
    }

    /// The type of the resource may be named later than here; the interface
    /// that defines it is there.
    fn original_drop(&mut self, member: &Replaced) -> Fused<u32> {
        let resource = member.name.item.trim_start_matches("[resource-drop]");
        let home = self
            .survey
            .imported_instances()
            .find(|(_, _, name)| name.unversioned() == member.name.interface);
        let (instance, ..) = home.ok_or_else(|| Refusal::Order {
            interface: member.name.interface.clone(),
        })?;
        let instance = self.output.moved(Space::Instance, instance)?;
        let resource = self.output.type_of(instance, resource);
        Ok(self.output.drop_of(resource))
    }

    fn moved_option(&self, space: Space, index: Option<u32>) -> Result<Option<u32>, Error> {
        index
            .map(|index| self.output.moved(space, index))
            .transpose()
    }
}

fn bag(output: &mut Output, exports: &[(String, ExportKind, u32)]) -> u32 {
    let exports: Vec<_> = exports
        .iter()
        .map(|(name, kind, index)| (name.as_str(), *kind, *index))
        .collect();
    output.bag(&exports)
}

/// Imports the wall clock for a program that does not.
fn import_clock(output: &mut Output, version: &str) -> Fused<u32> {
    let mut ty = InstanceType::new();
    extend::add(&mut ty, &extend::Named::new(), "now")
        .ok_or_else(|| Error::Linked("the clock has no type".to_string()))?;
    let ty = output.add_instance_type(&ty);
    Ok(output.add_import(&format!("{WALL_CLOCK}@{version}"), ty))
}
