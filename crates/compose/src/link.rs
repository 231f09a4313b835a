//! The component link: the adapter's exports become the application's
//! arguments.
//!
//! `wac_graph::plug` takes the first compatible import, and skips in silence
//! what does not fit. Here every import of a linked interface is satisfied, at
//! whatever patch version, or the failure names it.

use crate::app::{InterfaceName, uses_linked};
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};
use wac_types::{ItemKind, Package};

/// Links `app`, already registered in `graph`, with the adapter.
pub(crate) fn link(
    mut graph: CompositionGraph,
    app: PackageId,
    adapter: Vec<u8>,
    linked: &BTreeSet<String>,
) -> Result<Vec<u8>, Error> {
    let adapter = register(&mut graph, "monaka:adapter", adapter)
        .map_err(|error| Error::Adapter(format!("{error:#}")))?;
    let exports = exports_by_track(&graph, adapter);
    let adapter = graph.instantiate(adapter);
    let instance = graph.instantiate(app);
    for import in import_names(&graph, app) {
        satisfy(&mut graph, adapter, instance, &exports, linked, &import)?;
    }
    export_all(&mut graph, app, instance)?;
    graph
        .encode(EncodeOptions::default())
        .map_err(|error| Error::Linked(chain(&error)))
}

/// Refuses what the component link cannot express.
pub(crate) fn check(
    graph: &CompositionGraph,
    app: PackageId,
    linked: &BTreeSet<String>,
) -> Result<(), Error> {
    check_foreign(graph, app, linked)?;
    check_exports(graph, app, linked)
}

/// Adds a component to the graph.
pub(crate) fn register(
    graph: &mut CompositionGraph,
    name: &str,
    bytes: Vec<u8>,
) -> anyhow::Result<PackageId> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut())?;
    Ok(graph.register_package(package)?)
}

/// Interfaces by their names without a version, each with its full name.
fn exports_by_track(graph: &CompositionGraph, package: PackageId) -> BTreeMap<String, String> {
    graph.types()[graph[package].ty()]
        .exports
        .keys()
        .filter_map(|name| Some((InterfaceName::parse(name)?.unversioned(), name.clone())))
        .collect()
}

fn import_names(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    graph.types()[graph[package].ty()]
        .imports
        .keys()
        .cloned()
        .collect()
}

/// Sets the argument of one import, if it belongs to a linked interface.
fn satisfy(
    graph: &mut CompositionGraph,
    adapter: NodeId,
    instance: NodeId,
    exports: &BTreeMap<String, String>,
    linked: &BTreeSet<String>,
    import: &str,
) -> Result<(), Error> {
    let Some(name) = InterfaceName::parse(import).filter(InterfaceName::is_wasi_02) else {
        return Ok(());
    };
    let filesystem = name.package == "wasi:filesystem";
    let unsatisfied = |reason: String| {
        let import = import.to_string();
        if filesystem {
            Error::Filesystem { import, reason }
        } else {
            Error::Import { import, reason }
        }
    };
    match exports.get(&name.unversioned()) {
        Some(export) => graph
            .alias_instance_export(adapter, export)
            .map_err(|error| chain(&error))
            .and_then(|argument| {
                graph
                    .set_instantiation_argument(instance, import, argument)
                    .map_err(|error| chain(&error))
            })
            .map_err(unsatisfied),
        None if filesystem || linked.contains(&name.unversioned()) => {
            Err(unsatisfied("the adapter has no such interface".to_string()))
        }
        None => Ok(()),
    }
}

/// An interface that is not WASI's but passes `wasi:io` resources would see
/// two different types of them.
fn check_foreign(
    graph: &CompositionGraph,
    app: PackageId,
    linked: &BTreeSet<String>,
) -> Result<(), Error> {
    for (name, kind) in &graph.types()[graph[app].ty()].imports {
        let known = InterfaceName::parse(name)
            .is_some_and(|name| name.is_wasi_02() && linked.contains(&name.unversioned()));
        if let ItemKind::Instance(id) = kind
            && !known
            && let Some(interface) = uses_linked(graph.types(), *id, linked)
        {
            return Err(Error::ForeignImport {
                import: name.clone(),
                interface,
            });
        }
    }
    Ok(())
}

/// An export typed by a linked interface cannot be expressed: its types are
/// the adapter's, and those are not visible outside.
fn check_exports(
    graph: &CompositionGraph,
    app: PackageId,
    linked: &BTreeSet<String>,
) -> Result<(), Error> {
    for (name, kind) in &graph.types()[graph[app].ty()].exports {
        if let ItemKind::Instance(id) = kind
            && let Some(interface) = uses_linked(graph.types(), *id, linked)
        {
            return Err(Error::Export {
                export: name.clone(),
                interface,
            });
        }
    }
    Ok(())
}

fn export_all(graph: &mut CompositionGraph, app: PackageId, instance: NodeId) -> Result<(), Error> {
    let names: Vec<String> = graph.types()[graph[app].ty()]
        .exports
        .keys()
        .cloned()
        .collect();
    for name in names {
        let export = graph
            .alias_instance_export(instance, &name)
            .map_err(|error| Error::Linked(chain(&error)))?;
        graph
            .export(export, &name)
            .map_err(|error| Error::Linked(chain(&error)))?;
    }
    Ok(())
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
