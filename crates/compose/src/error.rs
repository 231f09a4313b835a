//! Why a program cannot be composed.

use crate::fused::Refusal;

/// Every failure of this crate: what is wrong with which input, and the way
/// out where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither WebAssembly nor its text form.
    #[error("not WebAssembly: it starts with neither the binary magic `\\0asm` nor `(`")]
    NotWasm,
    /// Text that does not parse.
    #[error("the WebAssembly text does not parse: {0}")]
    Text(String),
    /// Binary that does not validate, truncated files included.
    #[error("not valid WebAssembly: {0}")]
    Invalid(String),
    /// A core module that is no Preview 1 program.
    #[error(
        "the core module cannot be made a component: {0}; it must import `wasi_snapshot_preview1` only, or be a component already"
    )]
    CoreModule(String),
    /// A version of WASI that is not 0.2.
    #[error(
        "imports `{import}`, which is not WASI 0.2 or Preview 1; build the program for wasm32-wasip1 or wasm32-wasip2"
    )]
    Version {
        /// The import that says so.
        import: String,
    },
    /// The file is a result of this tool.
    #[error(
        "already composed by Monaka: it has a filesystem inside; compose the original program instead"
    )]
    AlreadyComposed,
    /// The file is not a result of this tool.
    #[error("not composed by Monaka: there is no Monaka filesystem inside")]
    NotComposed,
    /// An import of `wasi:filesystem` that the adapter does not satisfy.
    #[error("its import `{import}` cannot be satisfied: {reason}")]
    Filesystem {
        /// The import.
        import: String,
        /// What differs.
        reason: String,
    },
    /// Any other import that must be linked and does not fit.
    #[error("its import `{import}` cannot be linked: {reason}")]
    Import {
        /// The import.
        import: String,
        /// What differs.
        reason: String,
    },
    /// An interface that is not WASI's passes `wasi:io` resources.
    #[error(
        "its import `{import}` uses `{interface}`: the component link cannot proxy an interface that is not WASI's and passes `wasi:io` resources"
    )]
    ForeignImport {
        /// The import.
        import: String,
        /// The interface of `wasi:io` that it uses.
        interface: String,
    },
    /// An export whose types would be those of the adapter.
    #[error(
        "its export `{export}` uses `{interface}`, whose types come from inside the composed file: the component link cannot express such an export"
    )]
    Export {
        /// The export.
        export: String,
        /// The interface that it uses.
        interface: String,
    },
    /// A function that the proxies cannot express.
    #[error("no proxy for `{function}`: {reason}")]
    Proxy {
        /// The function or type.
        function: String,
        /// Why.
        reason: String,
    },
    /// A program that cannot be fused, though it may be linked otherwise.
    #[error("cannot be fused: {0}; the component link may take it (--link component)")]
    NotFusable(Refusal),
    /// A program that can be linked in neither way.
    #[error("{error}; and it cannot be fused: {refusal}")]
    NotLinkable {
        /// Why the component link does not take it.
        error: Box<Error>,
        /// Why it is not fused.
        refusal: Refusal,
    },
    /// The image does not fit a module.
    #[error(
        "the embedded files take {bytes} bytes, and a WebAssembly module holds at most {max}; embed less (--exclude), or keep large data outside of the program"
    )]
    ImageTooLarge {
        /// Bytes of the image.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// The adapter module is not one that this crate knows how to link.
    #[error("the adapter module does not fit this version of Monaka: {0}")]
    Adapter(String),
    /// The linked file does not validate.
    #[error("the linked component does not validate: {0}")]
    Linked(String),
}

impl Error {
    /// [`Error::Invalid`] for what does not parse or validate.
    pub(crate) fn invalid(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::NotFusable(refusal)
    }
}
