//! The adapter, compiled: the core module that composing turns into a component
//! and links with a program.
//!
//! The build script compiles the package `monaka-adapter` for
//! `wasm32-unknown-unknown`, with the profile `adapter`, into a target
//! directory of its own.

#![forbid(unsafe_code)]

/// The core module, with the description of its world in a custom section.
pub const ADAPTER: &[u8] = include_bytes!(env!("MONAKA_ADAPTER"));

#[cfg(test)]
mod tests {
    use super::ADAPTER;

    #[test]
    fn it_is_a_core_module_with_one_configuration_record() {
        assert!(ADAPTER.starts_with(b"\0asm\x01\0\0\0"));
        let magic = b"monaka-config-01";
        let records = ADAPTER.windows(magic.len()).filter(|bytes| bytes == magic);
        assert_eq!(records.count(), 1);
    }

    /// The bytes of a composed file depend on its inputs only, not on the
    /// machine that built the tool.
    #[test]
    fn it_names_no_path_of_the_machine_it_was_built_on() {
        let root = env!("CARGO_MANIFEST_DIR").as_bytes();
        assert!(!ADAPTER.windows(root.len()).any(|bytes| bytes == root));
        assert!(!ADAPTER.windows(7).any(|bytes| bytes == b".cargo/"));
    }
}
