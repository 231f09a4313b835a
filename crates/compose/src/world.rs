//! The world of the adapter, made for one application.
//!
//! The adapter's core module implements `wasi:io` and `wasi:filesystem`. Its
//! world gets, in addition, each interface that the application imports and
//! that mentions a `wasi:io` resource, as an import and as an export at once.
//! All packages get the patch version that the application uses, so that the
//! composed file asks its host for nothing newer than the application did.

use crate::app::{Functions, Imports, InterfaceName};
use crate::error::Error;
use crate::proxy;
use std::collections::BTreeSet;
use wit_parser::{InterfaceId, Resolve, WorldId};

/// The patch version of the vendored packages and of the names in the adapter's
/// core module.
pub(crate) const VENDORED_VERSION: &str = "0.2.12";

/// The vendored packages, each after those that it depends on.
const PACKAGES: [(&str, &str); 7] = [
    ("io.wit", include_str!("../../../wit/deps/io.wit")),
    ("clocks.wit", include_str!("../../../wit/deps/clocks.wit")),
    ("random.wit", include_str!("../../../wit/deps/random.wit")),
    (
        "filesystem.wit",
        include_str!("../../../wit/deps/filesystem.wit"),
    ),
    ("sockets.wit", include_str!("../../../wit/deps/sockets.wit")),
    ("cli.wit", include_str!("../../../wit/deps/cli.wit")),
    ("http.wit", include_str!("../../../wit/deps/http.wit")),
];

/// What the adapter's core module imports itself.
const NATIVE_IMPORTS: [&str; 4] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/wall-clock",
];

/// What the adapter's core module implements itself.
const NATIVE_EXPORTS: [&str; 5] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:filesystem/types",
    "wasi:filesystem/preopens",
];

/// The world of one adapter.
pub(crate) struct AdapterWorld {
    pub(crate) resolve: Resolve,
    pub(crate) world: WorldId,
    /// The interfaces to generate proxies for.
    pub(crate) proxied: Vec<InterfaceId>,
    /// The patch version of every package.
    pub(crate) version: String,
}

impl AdapterWorld {
    /// The world for an application with these imports.
    pub(crate) fn for_app(imports: &Imports) -> Result<Self, Error> {
        let version = imports
            .version()
            .unwrap_or_else(|| VENDORED_VERSION.to_string());
        // Gated functions are there for those who import them; the rest is
        // trimmed.
        let resolve = packages(&version, true)?;
        let mut world = Self::with(resolve, &version, |name| imports.functions(name).is_some())?;
        for &id in &world.proxied {
            let used = imports.functions(&interface_name(&world.resolve, id));
            trim(&mut world.resolve, id, used);
        }
        Ok(world)
    }

    /// The world for any application that imports nothing but the packages
    /// named, of WASI 0.2.
    pub(crate) fn for_packages(packages: &[&str]) -> Result<Self, Error> {
        let resolve = self::packages(VENDORED_VERSION, false)?;
        Self::with(resolve, VENDORED_VERSION, |name| {
            packages.contains(&name.package.as_str())
        })
    }

    fn with(
        mut resolve: Resolve,
        version: &str,
        wanted: impl Fn(&InterfaceName) -> bool,
    ) -> Result<Self, Error> {
        let proxied = proxied(&resolve, wanted);
        let text = world_text(&resolve, &proxied, version);
        let package = resolve
            .push_str("adapter.wit", &text)
            .map_err(|error| Error::Adapter(error.to_string()))?;
        let world = resolve
            .select_world(&[package], Some("adapter"))
            .map_err(|error| Error::Adapter(error.to_string()))?;
        Ok(Self {
            resolve,
            world,
            proxied,
            version: version.to_string(),
        })
    }
}

/// The name, without a version, of every WASI 0.2 interface that the component
/// link satisfies or proxies.
pub(crate) fn linked_interfaces() -> Result<BTreeSet<String>, Error> {
    let resolve = packages(VENDORED_VERSION, true)?;
    let mut names: BTreeSet<String> = NATIVE_EXPORTS.iter().map(|name| name.to_string()).collect();
    names.extend(
        required(&resolve)
            .iter()
            .map(|&id| interface_name(&resolve, id).unversioned()),
    );
    Ok(names)
}

/// The interfaces to generate proxies for: those wanted, and those that they
/// use. An exported interface takes the types that it uses from exported ones,
/// so what needs a proxy has to be there too.
fn proxied(resolve: &Resolve, wanted: impl Fn(&InterfaceName) -> bool) -> Vec<InterfaceId> {
    let required = required(resolve);
    let mut proxied: Vec<InterfaceId> = required
        .iter()
        .copied()
        .filter(|&id| wanted(&interface_name(resolve, id)))
        .collect();
    let mut next = 0;
    while let Some(&id) = proxied.get(next) {
        for dependency in resolve.interface_direct_deps(id) {
            if required.contains(&dependency) && !proxied.contains(&dependency) {
                proxied.push(dependency);
            }
        }
        next += 1;
    }
    proxied
}

fn required(resolve: &Resolve) -> BTreeSet<InterfaceId> {
    proxy::required(resolve, |id| {
        NATIVE_EXPORTS.contains(&interface_name(resolve, id).unversioned().as_str())
    })
}

/// The vendored packages at a patch version, with or without what is behind a
/// feature gate.
pub(crate) fn packages(version: &str, gated: bool) -> Result<Resolve, Error> {
    let mut resolve = Resolve {
        all_features: gated,
        ..Resolve::default()
    };
    for (path, text) in PACKAGES {
        let text = at_version(text, version);
        resolve
            .push_str(path, &text)
            .map_err(|error| Error::Adapter(format!("{path} at {version}: {error:#}")))?;
    }
    Ok(resolve)
}

/// The gates that name a release, each on a line of its own.
const GATES: [&str; 2] = ["@since(", "@deprecated("];

/// A vendored package at another patch version. The gates of releases go: they
/// may name one later than that version, and an item that the application does
/// not import is harmless.
fn at_version(text: &str, version: &str) -> String {
    text.lines()
        .filter(|line| !GATES.iter().any(|gate| line.trim_start().starts_with(gate)))
        .map(|line| line.replace(&format!("@{VENDORED_VERSION}"), &format!("@{version}")) + "\n")
        .collect()
}

fn world_text(resolve: &Resolve, proxied: &[InterfaceId], version: &str) -> String {
    let proxies: Vec<String> = proxied
        .iter()
        .map(|&id| interface_name(resolve, id).unversioned())
        .collect();
    let mut text = String::from("package monaka:adapter;\nworld adapter {\n");
    let both = |native: &'static [&'static str]| {
        native
            .iter()
            .map(|name| name.to_string())
            .chain(proxies.iter().cloned())
            .collect::<Vec<_>>()
    };
    for name in both(&NATIVE_IMPORTS) {
        text.push_str(&format!("  import {name}@{version};\n"));
    }
    for name in both(&NATIVE_EXPORTS) {
        text.push_str(&format!("  export {name}@{version};\n"));
    }
    text.push_str("}\n");
    text
}

/// Removes the functions that the application does not import.
fn trim(resolve: &mut Resolve, id: InterfaceId, used: Option<&Functions>) {
    resolve.interfaces[id]
        .functions
        .retain(|name, _| used.is_some_and(|used| used.contains(name)));
}

pub(crate) fn interface_name(resolve: &Resolve, id: InterfaceId) -> InterfaceName {
    resolve
        .id_of(id)
        .and_then(|name| InterfaceName::parse(&name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_that_mentions_io_is_linked() {
        let linked = linked_interfaces().unwrap();
        for name in [
            "wasi:cli/stdin",
            "wasi:cli/stdout",
            "wasi:cli/stderr",
            "wasi:clocks/monotonic-clock",
            "wasi:sockets/network",
            "wasi:sockets/instance-network",
            "wasi:sockets/tcp",
            "wasi:sockets/tcp-create-socket",
            "wasi:sockets/udp",
            "wasi:sockets/udp-create-socket",
            "wasi:sockets/ip-name-lookup",
            "wasi:http/types",
            "wasi:http/outgoing-handler",
            "wasi:filesystem/types",
        ] {
            assert!(linked.contains(name), "{name}");
        }
        for name in [
            "wasi:clocks/wall-clock",
            "wasi:random/random",
            "wasi:cli/environment",
            "wasi:cli/terminal-stdin",
            "wasi:cli/exit",
        ] {
            assert!(!linked.contains(name), "{name}");
        }
    }
}
