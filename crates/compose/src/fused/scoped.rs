//! Re-encoding the items of one component with other indices.
//!
//! The hooks of `wasm-encoder` see every index, also those that belong to the
//! scope of a type inside the component. [`Scoped`] hands on only those of the
//! component's own index spaces.

use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};

/// An index space of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Space {
    CoreFunc,
    CoreTable,
    CoreMemory,
    CoreGlobal,
    CoreTag,
    CoreType,
    CoreModule,
    CoreInstance,
    Type,
    Func,
    Value,
    Component,
    Instance,
}

impl Space {
    /// How many there are.
    pub(super) const COUNT: usize = 13;
}

/// Turns each index of the component's own spaces.
pub(super) struct Scoped<F> {
    depth: u32,
    turn: F,
}

impl<F: FnMut(Space, u32) -> u32> Scoped<F> {
    pub(super) fn new(turn: F) -> Self {
        Self { depth: 0, turn }
    }

    fn local(&mut self, space: Space, index: u32) -> u32 {
        self.outer(space, 0, index)
    }

    /// An index `count` scopes further out.
    fn outer(&mut self, space: Space, count: u32, index: u32) -> u32 {
        if self.depth == count {
            (self.turn)(space, index)
        } else {
            index
        }
    }
}

type Reencoded = Result<u32, Error<Infallible>>;

impl<F: FnMut(Space, u32) -> u32> Reencode for Scoped<F> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Reencoded {
        Ok(self.local(Space::CoreFunc, index))
    }

    fn table_index(&mut self, index: u32) -> Reencoded {
        Ok(self.local(Space::CoreTable, index))
    }

    fn memory_index(&mut self, index: u32) -> Reencoded {
        Ok(self.local(Space::CoreMemory, index))
    }

    fn global_index(&mut self, index: u32) -> Reencoded {
        Ok(self.local(Space::CoreGlobal, index))
    }

    fn tag_index(&mut self, index: u32) -> Reencoded {
        Ok(self.local(Space::CoreTag, index))
    }

    fn type_index(&mut self, index: u32) -> Reencoded {
        Ok(self.local(Space::CoreType, index))
    }
}

impl<F: FnMut(Space, u32) -> u32> ReencodeComponent for Scoped<F> {
    fn component_type_index(&mut self, index: u32) -> u32 {
        self.local(Space::Type, index)
    }

    fn component_instance_index(&mut self, index: u32) -> u32 {
        self.local(Space::Instance, index)
    }

    fn component_func_index(&mut self, index: u32) -> u32 {
        self.local(Space::Func, index)
    }

    fn component_index(&mut self, index: u32) -> u32 {
        self.local(Space::Component, index)
    }

    fn module_index(&mut self, index: u32) -> u32 {
        self.local(Space::CoreModule, index)
    }

    fn instance_index(&mut self, index: u32) -> u32 {
        self.local(Space::CoreInstance, index)
    }

    fn component_value_index(&mut self, index: u32) -> u32 {
        self.local(Space::Value, index)
    }

    fn outer_type_index(&mut self, count: u32, index: u32) -> Reencoded {
        Ok(self.outer(Space::CoreType, count, index))
    }

    fn outer_component_type_index(&mut self, count: u32, index: u32) -> u32 {
        self.outer(Space::Type, count, index)
    }

    fn outer_component_index(&mut self, count: u32, index: u32) -> u32 {
        self.outer(Space::Component, count, index)
    }

    fn outer_module_index(&mut self, count: u32, index: u32) -> u32 {
        self.outer(Space::CoreModule, count, index)
    }

    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }
}
