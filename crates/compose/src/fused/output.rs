//! The component that is being written, and where its items end up.

use super::scoped::{Scoped, Space};
use super::survey::{Definition, Item};
use crate::error::Error;
use wasm_encoder::reencode::ReencodeComponent;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentSection, ComponentSectionId, ComponentTypeRef, ComponentTypeSection, CustomSection,
    ExportKind, InstanceSection, InstanceType, ModuleArg, RawSection,
};

/// An index that nothing has: of an item that was left out.
const LEFT_OUT: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Output {
    component: Component,
    open: Open,
    counts: [u32; Space::COUNT],
    /// For each space, the new index of each old one.
    moved: [Vec<u32>; Space::COUNT],
}

/// The section that items are being added to.
#[derive(Default)]
enum Open {
    #[default]
    None,
    Types(ComponentTypeSection),
    Imports(ComponentImportSection),
    Aliases(ComponentAliasSection),
    Canonicals(CanonicalFunctionSection),
    CoreInstances(InstanceSection),
    Instances(ComponentInstanceSection),
    Exports(ComponentExportSection),
}

/// Gives the open section of a kind, closing one of another kind first.
macro_rules! section {
    ($name:ident, $variant:ident, $section:ty) => {
        fn $name(&mut self) -> &mut $section {
            if !matches!(self.open, Open::$variant(_)) {
                self.close();
                self.open = Open::$variant(<$section>::new());
            }
            match &mut self.open {
                Open::$variant(section) => section,
                _ => unreachable!("it has just been opened"),
            }
        }
    };
}

impl Output {
    section!(types, Types, ComponentTypeSection);
    section!(imports, Imports, ComponentImportSection);
    section!(aliases, Aliases, ComponentAliasSection);
    section!(canonicals, Canonicals, CanonicalFunctionSection);
    section!(core_instances, CoreInstances, InstanceSection);
    section!(instances, Instances, ComponentInstanceSection);
    section!(exports, Exports, ComponentExportSection);

    fn close(&mut self) {
        let section: &dyn Close = match &self.open {
            Open::None => return,
            Open::Types(section) => section,
            Open::Imports(section) => section,
            Open::Aliases(section) => section,
            Open::Canonicals(section) => section,
            Open::CoreInstances(section) => section,
            Open::Instances(section) => section,
            Open::Exports(section) => section,
        };
        section.close(&mut self.component);
        self.open = Open::None;
    }

    fn raw(&mut self, section: &impl ComponentSection) {
        self.close();
        self.component.section(section);
    }

    /// The index of the next item of a space.
    fn next(&mut self, space: Space) -> u32 {
        let count = &mut self.counts[space as usize];
        *count += 1;
        *count - 1
    }

    /// Says that what had an index before has another now.
    pub(super) fn moves(&mut self, space: Space, from: u32, to: u32) {
        let moved = &mut self.moved[space as usize];
        let from = from as usize;
        if moved.len() <= from {
            moved.resize(from + 1, LEFT_OUT);
        }
        moved[from] = to;
    }

    /// The new index of what had one before.
    pub(super) fn moved(&self, space: Space, from: u32) -> Result<u32, Error> {
        match self.moved[space as usize].get(from as usize) {
            Some(&to) if to != LEFT_OUT => Ok(to),
            _ => Err(left_out()),
        }
    }

    /// Copies an item, its references turned.
    pub(super) fn copy(&mut self, bytes: &[u8], item: &Item<'_>) -> Result<(), Error> {
        for &(space, index) in &item.uses {
            self.moved(space, index)?;
        }
        // While a section is open to be added to, the indices cannot be borrowed.
        let moved = std::mem::take(&mut self.moved);
        let copied = self.definition(bytes, item.definition.clone(), &moved);
        self.moved = moved;
        copied?;
        if let Some((space, from)) = item.defines {
            let to = self.next(space);
            self.moves(space, from, to);
        }
        Ok(())
    }

    fn definition(
        &mut self,
        bytes: &[u8],
        definition: Definition<'_>,
        moved: &[Vec<u32>; Space::COUNT],
    ) -> Result<(), Error> {
        let mut scoped = Scoped::new(|space: Space, index: u32| {
            let known = moved[space as usize].get(index as usize);
            known.copied().unwrap_or(LEFT_OUT)
        });
        let copied = match definition {
            Definition::Type(ty) => scoped.parse_component_type(self.types().ty(), ty),
            Definition::Import(import) => scoped.component_type_ref(import.ty).map(|ty| {
                self.imports().import(import.name, ty);
            }),
            Definition::Alias(alias) => scoped.component_alias(alias).map(|alias| {
                self.aliases().alias(alias);
            }),
            Definition::Canonical(canonical) => {
                scoped.parse_component_canonical(self.canonicals(), canonical)
            }
            Definition::CoreInstance(instance) => {
                scoped.parse_instance(self.core_instances(), instance)
            }
            Definition::Instance(instance) => {
                scoped.parse_component_instance(self.instances(), instance)
            }
            Definition::Export(export) => scoped.parse_component_export(self.exports(), export),
            Definition::CoreModule(range) => {
                self.section_bytes(ComponentSectionId::CoreModule, &bytes[range]);
                Ok(())
            }
            Definition::Component(range, _) => {
                self.section_bytes(ComponentSectionId::Component, &bytes[range]);
                Ok(())
            }
            Definition::Custom(name, data) => {
                self.raw(&CustomSection {
                    name: name.into(),
                    data: data.into(),
                });
                Ok(())
            }
            Definition::Other(what) => return Err(Error::Linked(what.to_string())),
        };
        copied.map_err(|error| Error::Linked(error.to_string()))
    }

    fn section_bytes(&mut self, id: ComponentSectionId, data: &[u8]) {
        self.raw(&RawSection { id: id as u8, data });
    }

    /// The instance type that re-encoding `ty` gives, to be added to.
    pub(super) fn instance_type(
        &self,
        declarations: &[wasmparser::InstanceTypeDeclaration<'_>],
    ) -> Result<InstanceType, Error> {
        Scoped::new(|space: Space, index: u32| self.moved(space, index).unwrap_or(LEFT_OUT))
            .component_instance_type(declarations.into())
            .map_err(|error| Error::Linked(error.to_string()))
    }

    pub(super) fn add_instance_type(&mut self, ty: &InstanceType) -> u32 {
        self.types().instance(ty);
        self.next(Space::Type)
    }

    pub(super) fn add_import(&mut self, name: &str, ty: u32) -> u32 {
        self.imports().import(name, ComponentTypeRef::Instance(ty));
        self.next(Space::Instance)
    }

    pub(super) fn add_module(&mut self, bytes: &[u8]) -> u32 {
        self.section_bytes(ComponentSectionId::CoreModule, bytes);
        self.next(Space::CoreModule)
    }

    /// Instantiates a module; each argument is a name and a core instance.
    pub(super) fn instantiate(&mut self, module: u32, arguments: &[(&str, u32)]) -> u32 {
        let arguments = arguments
            .iter()
            .map(|&(name, instance)| (name, ModuleArg::Instance(instance)));
        self.core_instances().instantiate(module, arguments);
        self.next(Space::CoreInstance)
    }

    /// A core instance made of items that are there.
    pub(super) fn bag(&mut self, exports: &[(&str, ExportKind, u32)]) -> u32 {
        self.core_instances().export_items(exports.iter().copied());
        self.next(Space::CoreInstance)
    }

    pub(super) fn core_export(&mut self, instance: u32, kind: ExportKind, name: &str) -> u32 {
        self.aliases().alias(Alias::CoreInstanceExport {
            instance,
            kind,
            name,
        });
        self.next(match kind {
            ExportKind::Memory => Space::CoreMemory,
            ExportKind::Table => Space::CoreTable,
            ExportKind::Global => Space::CoreGlobal,
            ExportKind::Tag => Space::CoreTag,
            _ => Space::CoreFunc,
        })
    }

    pub(super) fn function_of(&mut self, instance: u32, name: &str) -> u32 {
        self.aliases().alias(Alias::InstanceExport {
            instance,
            kind: ComponentExportKind::Func,
            name,
        });
        self.next(Space::Func)
    }

    pub(super) fn type_of(&mut self, instance: u32, name: &str) -> u32 {
        self.aliases().alias(Alias::InstanceExport {
            instance,
            kind: ComponentExportKind::Type,
            name,
        });
        self.next(Space::Type)
    }

    pub(super) fn lower(
        &mut self,
        function: u32,
        memory: Option<u32>,
        realloc: Option<u32>,
    ) -> u32 {
        let memory = memory.map(CanonicalOption::Memory);
        let realloc = realloc.map(CanonicalOption::Realloc);
        let options: Vec<_> = memory.into_iter().chain(realloc).collect();
        self.canonicals().lower(function, options);
        self.next(Space::CoreFunc)
    }

    pub(super) fn drop_of(&mut self, resource: u32) -> u32 {
        self.canonicals().resource_drop(resource);
        self.next(Space::CoreFunc)
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.close();
        self.component.finish()
    }
}

fn left_out() -> Error {
    Error::Linked("an item refers to one that was left out".to_string())
}

/// A section whose kind is known only when it is closed.
trait Close {
    fn close(&self, component: &mut Component);
}

impl<T: ComponentSection> Close for T {
    fn close(&self, component: &mut Component) {
        component.section(self);
    }
}
