//! The functions that are replaced, from the WIT of WASI.

use crate::app::InterfaceName;
use crate::error::Error;
use crate::world;
use std::collections::BTreeMap;
use wit_parser::{Function, Resolve, SizeAlign, TypeDefKind};

/// Interfaces whose every function is replaced.
const REPLACED: [&str; 5] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:filesystem/types",
    "wasi:filesystem/preopens",
];

/// Functions of other interfaces that take a resource of the ones above. No
/// error of a file is an error of a network or of http.
const ERROR_CODES: [(&str, &str); 2] = [
    ("wasi:sockets/network", "network-error-code"),
    ("wasi:http/types", "http-error-code"),
];

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// To the filesystem, always.
    Virtual,
    /// To the filesystem if the first parameter is a virtual handle, else to
    /// the host.
    ByHandle,
    /// The same, by either of the first two parameters.
    BySplice,
    /// The same, by any handle of the list.
    ByList,
    /// To the host; for a virtual handle the answer is `none`.
    NoneIfVirtual,
}

/// A function or the drop of a resource, by the names that WIT has for them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// The interface without a version.
    pub(super) interface: String,
    /// `[method]descriptor.stat`, or `[resource-drop]descriptor`.
    pub(super) item: String,
}

impl Name {
    pub(super) fn new(interface: &str, item: &str) -> Self {
        Self {
            interface: interface.to_string(),
            item: item.to_string(),
        }
    }

    /// The name of a drop.
    pub(super) fn drop_of(interface: &str, resource: &str) -> Self {
        Self::new(interface, &format!("[resource-drop]{resource}"))
    }

    /// Whether the host's function waits for something outside.
    pub(super) fn waits(&self) -> bool {
        matches!(
            self.item.as_str(),
            "poll"
                | "[method]pollable.block"
                | "[method]input-stream.blocking-read"
                | "[method]input-stream.blocking-skip"
        )
    }

    /// What the lowered module exports it as.
    pub(super) fn export(&self) -> String {
        format!("{}#{}", self.interface, self.item)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.interface, self.item)
    }
}

/// What is replaced.
pub(super) struct Functions {
    pub(super) resolve: Resolve,
    pub(super) sizes: SizeAlign,
    by_name: BTreeMap<Name, (Route, Option<Function>)>,
    /// The resources, each with the interface that defines it.
    resources: BTreeMap<String, String>,
}

impl Functions {
    /// Reads the vendored WIT.
    pub(super) fn load() -> Result<Self, Error> {
        let resolve = world::packages(world::VENDORED_VERSION, true)?;
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        let mut functions = Self {
            resolve: Resolve::default(),
            sizes,
            by_name: BTreeMap::new(),
            resources: BTreeMap::new(),
        };
        for (id, _) in resolve.interfaces.iter() {
            functions.add(&resolve, id);
        }
        functions.resolve = resolve;
        Ok(functions)
    }

    fn add(&mut self, resolve: &Resolve, id: wit_parser::InterfaceId) {
        let interface = world::interface_name(resolve, id).unversioned();
        let replaced = REPLACED.contains(&interface.as_str());
        for (item, function) in &resolve.interfaces[id].functions {
            let name = Name::new(&interface, item);
            let route = match route(&name) {
                Some(route) => route,
                None if ERROR_CODES.contains(&(&interface, item)) => Route::NoneIfVirtual,
                None => continue,
            };
            self.by_name.insert(name, (route, Some(function.clone())));
        }
        for (resource, &ty) in &resolve.interfaces[id].types {
            if replaced && matches!(resolve.types[ty].kind, TypeDefKind::Resource) {
                let name = Name::drop_of(&interface, resource);
                let route = route(&name).unwrap_or(Route::ByHandle);
                self.by_name.insert(name, (route, None));
                self.resources.insert(resource.clone(), interface.clone());
            }
        }
    }

    /// How a function or a drop is replaced, if it is.
    pub(super) fn route(&self, name: &Name) -> Option<Route> {
        self.by_name.get(name).map(|(route, _)| *route)
    }

    /// The WIT of a function; `None` for a drop.
    pub(super) fn function(&self, name: &Name) -> Option<&Function> {
        self.by_name.get(name)?.1.as_ref()
    }

    /// The interface that defines a resource of this name.
    pub(super) fn home(&self, resource: &str) -> Option<&str> {
        self.resources.get(resource).map(String::as_str)
    }
}

/// Whether every function of an interface is replaced, and virtual handles are
/// what its resources may be.
pub(super) fn is_replaced(name: &InterfaceName) -> bool {
    name.is_wasi_02() && REPLACED.contains(&name.unversioned().as_str())
}

fn route(name: &Name) -> Option<Route> {
    if !REPLACED.contains(&name.interface.as_str()) {
        return None;
    }
    Some(match name.item.as_str() {
        _ if name.interface.starts_with("wasi:filesystem/") => Route::Virtual,
        "poll" => Route::ByList,
        "[method]output-stream.splice" | "[method]output-stream.blocking-splice" => Route::BySplice,
        _ => Route::ByHandle,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In WASI 0.2, these are all the functions that take a resource of
    /// `wasi:io` or `wasi:filesystem`. A new one would have to be added here,
    /// or virtual handles would reach the host.
    #[test]
    fn every_function_that_takes_a_replaced_resource_is_replaced() {
        let functions = Functions::load().unwrap();
        let resolve = &functions.resolve;
        for (id, interface) in resolve.interfaces.iter() {
            let name = world::interface_name(resolve, id).unversioned();
            for (item, function) in &interface.functions {
                let takes = function
                    .params
                    .iter()
                    .any(|param| mentions(resolve, &param.ty));
                let name = Name::new(&name, item);
                assert!(!takes || functions.route(&name).is_some(), "{name}");
            }
        }
    }

    fn mentions(resolve: &Resolve, ty: &wit_parser::Type) -> bool {
        use wit_parser::{Handle, Type, TypeDefKind as Kind};
        let Type::Id(id) = ty else { return false };
        let any = |types: Vec<Type>| types.iter().any(|ty| mentions(resolve, ty));
        match &resolve.types[*id].kind {
            Kind::Handle(Handle::Own(of) | Handle::Borrow(of)) => mentions(resolve, &Type::Id(*of)),
            Kind::Type(of) | Kind::List(of) | Kind::Option(of) => mentions(resolve, of),
            Kind::Record(record) => any(record.fields.iter().map(|field| field.ty).collect()),
            Kind::Tuple(tuple) => any(tuple.types.clone()),
            Kind::Variant(variant) => {
                any(variant.cases.iter().filter_map(|case| case.ty).collect())
            }
            Kind::Result(result) => any(result.ok.into_iter().chain(result.err).collect()),
            Kind::Resource => match resolve.types[*id].owner {
                wit_parser::TypeOwner::Interface(owner) => {
                    is_replaced(&world::interface_name(resolve, owner))
                }
                _ => false,
            },
            _ => false,
        }
    }
}
