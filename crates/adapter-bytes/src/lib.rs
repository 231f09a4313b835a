//! The adapter, compiled: the core modules that composing links with a program.
//!
//! The build script compiles the packages `monaka-adapter-component` and
//! `monaka-adapter-lowered` for `wasm32-unknown-unknown`, with the profile
//! `adapter`, into a target directory of its own.

#![forbid(unsafe_code)]

/// The module for the component link, with the description of its world in a
/// custom section.
pub const ADAPTER: &[u8] = include_bytes!(env!("MONAKA_ADAPTER"));

/// The module for the fused link.
pub const LOWERED: &[u8] = include_bytes!(env!("MONAKA_LOWERED"));

#[cfg(test)]
mod tests {
    use super::{ADAPTER, LOWERED};

    #[test]
    fn each_is_a_core_module_with_one_configuration_record() {
        for module in [ADAPTER, LOWERED] {
            assert!(module.starts_with(b"\0asm\x01\0\0\0"));
            let magic = b"monaka-config-01";
            let records = module.windows(magic.len()).filter(|bytes| bytes == magic);
            assert_eq!(records.count(), 1);
        }
    }

    /// The bytes of a composed file depend on its inputs only, not on the
    /// machine that built the tool.
    #[test]
    fn they_name_no_path_of_the_machine_they_were_built_on() {
        let root = env!("CARGO_MANIFEST_DIR").as_bytes();
        for module in [ADAPTER, LOWERED] {
            assert!(!module.windows(root.len()).any(|bytes| bytes == root));
            assert!(!module.windows(7).any(|bytes| bytes == b".cargo/"));
        }
    }
}
