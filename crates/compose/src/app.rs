//! What an application imports and exports.

use crate::error::Error;
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};
use wac_types::{InterfaceId, ItemKind, Package, Types};

/// The items that an application imports from one interface: functions by
/// their names in the component (`[method]descriptor.stat`), and types.
pub(crate) type Functions = BTreeSet<String>;

/// `namespace:package/interface@version`, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InterfaceName {
    /// `namespace:package`
    pub(crate) package: String,
    pub(crate) interface: String,
    pub(crate) version: Option<Version>,
}

impl InterfaceName {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (path, version) = match name.split_once('@') {
            Some((path, version)) => (path, Some(Version::parse(version).ok()?)),
            None => (name, None),
        };
        let (package, interface) = path.split_once('/')?;
        Some(Self {
            package: package.to_string(),
            interface: interface.to_string(),
            version,
        })
    }

    pub(crate) fn unversioned(&self) -> String {
        format!("{}/{}", self.package, self.interface)
    }

    /// Whether it belongs to a release of WASI 0.2. Names are matched by this
    /// track, never by the patch version. Drafts of it had other types.
    pub(crate) fn is_wasi_02(&self) -> bool {
        self.package.starts_with("wasi:")
            && self.version.as_ref().is_some_and(|version| {
                version.major == 0 && version.minor == 2 && version.pre.is_empty()
            })
    }
}

/// The imports of an application that belong to WASI 0.2.
#[derive(Default)]
pub(crate) struct Imports {
    interfaces: BTreeMap<String, Functions>,
    version: Option<Version>,
}

impl Imports {
    /// Reads the imports of a component.
    pub(crate) fn of(package: &Package, types: &Types) -> Self {
        let mut imports = Self::default();
        for (name, kind) in &types[package.ty()].imports {
            let Some(parsed) = InterfaceName::parse(name) else {
                continue;
            };
            if !parsed.is_wasi_02() {
                continue;
            }
            let ItemKind::Instance(id) = kind else {
                continue;
            };
            let items = types[*id].exports.keys().cloned();
            imports
                .interfaces
                .entry(parsed.unversioned())
                .or_default()
                .extend(items);
            imports.version = imports.version.max(parsed.version);
        }
        imports
    }

    /// The items imported from an interface, whatever its patch version.
    pub(crate) fn functions(&self, name: &InterfaceName) -> Option<&Functions> {
        self.interfaces.get(&name.unversioned())
    }

    /// The highest patch version among the imports.
    pub(crate) fn version(&self) -> Option<String> {
        self.version.as_ref().map(Version::to_string)
    }
}

/// Fails for an import of another WASI than 0.2.
pub(crate) fn check_versions(imports: &[String]) -> Result<(), Error> {
    for import in imports {
        if let Some(name) = InterfaceName::parse(import)
            && name.package.starts_with("wasi:")
            && !name.is_wasi_02()
        {
            check_version(import, &name)?;
        }
    }
    Ok(())
}

/// Drafts of WASI carry other versions (`wasi:nn@0.2.0-rc`) and pass through;
/// another release of the packages that Monaka links is an error.
fn check_version(import: &str, name: &InterfaceName) -> Result<(), Error> {
    let released = [
        "wasi:io",
        "wasi:filesystem",
        "wasi:cli",
        "wasi:clocks",
        "wasi:sockets",
        "wasi:http",
        "wasi:random",
    ];
    if released.contains(&name.package.as_str()) {
        return Err(Error::Version {
            import: import.to_string(),
        });
    }
    Ok(())
}

/// The interface among `linked` that `interface` takes a resource from, itself
/// or through the interfaces that it uses.
pub(crate) fn uses_linked(
    types: &Types,
    interface: InterfaceId,
    linked: &BTreeSet<String>,
) -> Option<String> {
    types[interface].uses.values().find_map(|used| {
        let name = types[used.interface].id.as_deref()?;
        let parsed = InterfaceName::parse(name)?;
        if parsed.is_wasi_02() && linked.contains(&parsed.unversioned()) {
            return Some(name.to_string());
        }
        uses_linked(types, used.interface, linked)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_matched_by_track() {
        let name = InterfaceName::parse("wasi:io/streams@0.2.6").unwrap();
        assert_eq!(name.package, "wasi:io");
        assert_eq!(name.unversioned(), "wasi:io/streams");
        assert!(name.is_wasi_02());
        assert!(
            !InterfaceName::parse("wasi:io/streams@0.3.0")
                .unwrap()
                .is_wasi_02()
        );
        assert!(InterfaceName::parse("run").is_none());
    }
}
