//! A component as a list of its items, each with what it defines and uses.

use super::scoped::{Scoped, Space};
use crate::app::InterfaceName;
use crate::error::Error;
use crate::locate::usize_range;
use std::ops::Range;
use wasm_encoder::reencode::ReencodeComponent;
use wasm_encoder::{
    CanonicalFunctionSection, ComponentExportSection, ComponentInstanceSection,
    ComponentTypeSection, InstanceSection,
};
use wasmparser::{
    CanonicalFunction, Chunk, ComponentAlias, ComponentExport, ComponentExternalKind,
    ComponentImport, ComponentInstance, ComponentOuterAliasKind, ComponentType, ComponentTypeRef,
    ExternalKind, Instance, Parser, Payload,
};

/// What a section of a component holds.
#[derive(Clone, Debug)]
pub(super) enum Definition<'a> {
    Type(ComponentType<'a>),
    Import(ComponentImport<'a>),
    Alias(ComponentAlias<'a>),
    Canonical(CanonicalFunction),
    CoreModule(Range<usize>),
    CoreInstance(Instance<'a>),
    /// A nested component: its bytes, and whether it has code or instances of
    /// its own.
    Component(Range<usize>, Nested),
    Instance(ComponentInstance<'a>),
    Export(ComponentExport<'a>),
    /// A custom section: name and content.
    Custom(&'a str, &'a [u8]),
    /// A section that this crate does not rewrite.
    Other(&'static str),
}

/// What a nested component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nested {
    /// Imports that are exported again, as wit-component writes for each
    /// exported interface.
    Shim,
    /// Anything else.
    Program,
}

#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    pub(super) definition: Definition<'a>,
    pub(super) defines: Option<(Space, u32)>,
    /// What it refers to, in order, with repetitions.
    pub(super) uses: Vec<(Space, u32)>,
}

/// The items of a component, in the order of the file.
pub(super) struct Survey<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) items: Vec<Item<'a>>,
    /// For each space, the item behind each index.
    by_index: [Vec<usize>; Space::COUNT],
}

impl<'a> Survey<'a> {
    /// Reads a valid component.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut survey = Self {
            bytes,
            items: Vec::new(),
            by_index: Default::default(),
        };
        let mut parser = Parser::new(0);
        let mut rest = bytes;
        while !rest.is_empty() {
            let Chunk::Parsed { consumed, payload } =
                parser.parse(rest, true).map_err(Error::invalid)?
            else {
                return Err(Error::Invalid("it is cut short".to_string()));
            };
            rest = rest.get(consumed..).unwrap_or_default();
            if let Payload::ModuleSection {
                unchecked_range, ..
            }
            | Payload::ComponentSection {
                unchecked_range, ..
            } = &payload
            {
                let skipped = (unchecked_range.end - unchecked_range.start) as usize;
                rest = rest.get(skipped..).unwrap_or_default();
            }
            survey.section(payload)?;
        }
        Ok(survey)
    }

    /// The item that defines an index.
    pub(super) fn item(&self, space: Space, index: u32) -> Option<&Item<'a>> {
        let position = self.position(space, index)?;
        self.items.get(position)
    }

    /// The place of that item in the list.
    pub(super) fn position(&self, space: Space, index: u32) -> Option<usize> {
        self.by_index[space as usize].get(index as usize).copied()
    }

    /// The first name of a core item: the lowest index that is an alias of the
    /// same export.
    pub(super) fn first_alias(&self, space: Space, index: u32) -> u32 {
        let export = |index| match self.item(space, index).map(|item| &item.definition) {
            Some(Definition::Alias(ComponentAlias::CoreInstanceExport {
                instance_index,
                name,
                ..
            })) => Some((*instance_index, *name)),
            _ => None,
        };
        let wanted = export(index);
        (0..index)
            .find(|&other| wanted.is_some() && export(other) == wanted)
            .unwrap_or(index)
    }

    /// The name that an instance is imported by.
    pub(super) fn imported_as(&self, instance: u32) -> Option<&'a str> {
        match self.item(Space::Instance, instance)?.definition {
            Definition::Import(import) => Some(import.name.name),
            _ => None,
        }
    }

    /// Where a function comes from, if it is one of an imported instance.
    pub(super) fn imported_function(&self, function: u32) -> Option<ImportedFunction<'a>> {
        match self.item(Space::Func, function)?.definition {
            Definition::Alias(ComponentAlias::InstanceExport {
                instance_index,
                name,
                ..
            }) => Some(ImportedFunction {
                instance: instance_index,
                import: self.imported_as(instance_index)?,
                name,
            }),
            _ => None,
        }
    }

    /// The imported instances: index, name in full, and name taken apart.
    pub(super) fn imported_instances(
        &self,
    ) -> impl Iterator<Item = (u32, &'a str, InterfaceName)> + '_ {
        self.items.iter().filter_map(|item| {
            let (Definition::Import(import), Some((Space::Instance, index))) =
                (&item.definition, item.defines)
            else {
                return None;
            };
            let name = InterfaceName::parse(import.name.name)?;
            Some((index, import.name.name, name))
        })
    }

    fn section(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        match payload {
            Payload::ComponentTypeSection(section) => self.all(section, Definition::Type),
            Payload::ComponentImportSection(section) => self.all(section, Definition::Import),
            Payload::ComponentAliasSection(section) => self.all(section, Definition::Alias),
            Payload::ComponentCanonicalSection(section) => self.all(section, Definition::Canonical),
            Payload::InstanceSection(section) => self.all(section, Definition::CoreInstance),
            Payload::ComponentInstanceSection(section) => self.all(section, Definition::Instance),
            Payload::ComponentExportSection(section) => self.all(section, Definition::Export),
            Payload::ModuleSection {
                unchecked_range, ..
            } => self.push(Definition::CoreModule(usize_range(unchecked_range))),
            Payload::ComponentSection {
                unchecked_range, ..
            } => {
                let range = usize_range(unchecked_range);
                let nested = nested(self.bytes.get(range.clone()).unwrap_or_default())?;
                self.push(Definition::Component(range, nested))
            }
            Payload::CustomSection(section) => {
                self.push(Definition::Custom(section.name(), section.data()))
            }
            Payload::Version { .. } | Payload::End(_) => Ok(()),
            Payload::CoreTypeSection(_) => self.push(Definition::Other("core types")),
            Payload::ComponentStartSection { .. } => {
                self.push(Definition::Other("a start function"))
            }
            _ => self.push(Definition::Other("a section of an unknown kind")),
        }
    }

    fn all<T: wasmparser::FromReader<'a>>(
        &mut self,
        section: wasmparser::SectionLimited<'a, T>,
        definition: impl Fn(T) -> Definition<'a>,
    ) -> Result<(), Error> {
        for entry in section {
            self.push(definition(entry.map_err(Error::invalid)?))?;
        }
        Ok(())
    }

    fn push(&mut self, definition: Definition<'a>) -> Result<(), Error> {
        let defines = space(&definition).map(|space| {
            let known = &mut self.by_index[space as usize];
            known.push(self.items.len());
            (space, (known.len() - 1) as u32)
        });
        let uses = uses(&definition)?;
        self.items.push(Item {
            definition,
            defines,
            uses,
        });
        Ok(())
    }
}

/// A function of an imported instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImportedFunction<'a> {
    pub(super) instance: u32,
    /// The name of the instance's import.
    pub(super) import: &'a str,
    /// The name of the function in it.
    pub(super) name: &'a str,
}

fn space(definition: &Definition<'_>) -> Option<Space> {
    Some(match definition {
        Definition::Type(_) => Space::Type,
        Definition::Import(import) => match import.ty {
            ComponentTypeRef::Module(_) => Space::CoreModule,
            ComponentTypeRef::Func(_) => Space::Func,
            ComponentTypeRef::Value(_) => Space::Value,
            ComponentTypeRef::Type(_) => Space::Type,
            ComponentTypeRef::Instance(_) => Space::Instance,
            ComponentTypeRef::Component(_) => Space::Component,
        },
        Definition::Alias(alias) => match alias {
            ComponentAlias::InstanceExport { kind, .. } => external_space(*kind),
            ComponentAlias::CoreInstanceExport { kind, .. } => core_space(*kind),
            ComponentAlias::Outer { kind, .. } => match kind {
                ComponentOuterAliasKind::CoreModule => Space::CoreModule,
                ComponentOuterAliasKind::CoreType => Space::CoreType,
                ComponentOuterAliasKind::Type => Space::Type,
                ComponentOuterAliasKind::Component => Space::Component,
            },
        },
        Definition::Canonical(CanonicalFunction::Lift { .. }) => Space::Func,
        Definition::Canonical(_) => Space::CoreFunc,
        Definition::CoreModule(_) => Space::CoreModule,
        Definition::CoreInstance(_) => Space::CoreInstance,
        Definition::Component(..) => Space::Component,
        Definition::Instance(_) => Space::Instance,
        Definition::Export(export) => external_space(export.kind),
        Definition::Custom(..) | Definition::Other(_) => return None,
    })
}

pub(super) fn external_space(kind: ComponentExternalKind) -> Space {
    match kind {
        ComponentExternalKind::Module => Space::CoreModule,
        ComponentExternalKind::Func => Space::Func,
        ComponentExternalKind::Value => Space::Value,
        ComponentExternalKind::Type => Space::Type,
        ComponentExternalKind::Instance => Space::Instance,
        ComponentExternalKind::Component => Space::Component,
    }
}

fn core_space(kind: ExternalKind) -> Space {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => Space::CoreFunc,
        ExternalKind::Table => Space::CoreTable,
        ExternalKind::Memory => Space::CoreMemory,
        ExternalKind::Global => Space::CoreGlobal,
        ExternalKind::Tag => Space::CoreTag,
    }
}

/// What an item refers to, as its re-encoding shows.
fn uses(definition: &Definition<'_>) -> Result<Vec<(Space, u32)>, Error> {
    let mut uses = Vec::new();
    let mut scoped = Scoped::new(|space, index| {
        uses.push((space, index));
        index
    });
    let seen = match definition.clone() {
        Definition::Type(ty) => scoped.parse_component_type(ComponentTypeSection::new().ty(), ty),
        Definition::Import(import) => scoped.component_type_ref(import.ty).map(drop),
        Definition::Alias(alias) => scoped.component_alias(alias).map(drop),
        Definition::Canonical(canonical) => {
            scoped.parse_component_canonical(&mut CanonicalFunctionSection::new(), canonical)
        }
        Definition::CoreInstance(instance) => {
            scoped.parse_instance(&mut InstanceSection::new(), instance)
        }
        Definition::Instance(instance) => {
            scoped.parse_component_instance(&mut ComponentInstanceSection::new(), instance)
        }
        Definition::Export(export) => {
            scoped.parse_component_export(&mut ComponentExportSection::new(), export)
        }
        Definition::CoreModule(_)
        | Definition::Component(..)
        | Definition::Custom(..)
        | Definition::Other(_) => Ok(()),
    };
    seen.map_err(|error| Error::Invalid(error.to_string()))?;
    Ok(uses)
}

/// Looks into a nested component.
fn nested(bytes: &[u8]) -> Result<Nested, Error> {
    for payload in Parser::new(0).parse_all(bytes) {
        let shim = match payload.map_err(Error::invalid)? {
            Payload::Version { .. }
            | Payload::ComponentImportSection(_)
            | Payload::ComponentExportSection(_)
            | Payload::CustomSection(_)
            | Payload::End(_) => true,
            Payload::ComponentAliasSection(section) => no_outer_alias(section)?,
            Payload::ComponentTypeSection(section) => closed(section)?,
            _ => false,
        };
        if !shim {
            return Ok(Nested::Program);
        }
    }
    Ok(Nested::Shim)
}

fn no_outer_alias(section: wasmparser::ComponentAliasSectionReader<'_>) -> Result<bool, Error> {
    for alias in section {
        if let ComponentAlias::Outer { .. } = alias.map_err(Error::invalid)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the types refer to nothing outside of the component that they are
/// in.
fn closed(section: wasmparser::ComponentTypeSectionReader<'_>) -> Result<bool, Error> {
    let mut reencoder = Outside {
        depth: 0,
        seen: false,
    };
    reencoder
        .parse_component_type_section(&mut ComponentTypeSection::new(), section)
        .map_err(|error| Error::Invalid(error.to_string()))?;
    Ok(!reencoder.seen)
}

/// Notices an alias that leads out of the component.
struct Outside {
    depth: u32,
    seen: bool,
}

impl wasm_encoder::reencode::Reencode for Outside {
    type Error = std::convert::Infallible;
}

impl ReencodeComponent for Outside {
    fn outer_component_type_index(&mut self, count: u32, index: u32) -> u32 {
        self.seen |= count > self.depth;
        index
    }

    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }
}
