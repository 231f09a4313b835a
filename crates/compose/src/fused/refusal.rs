//! Why a program is not fused.

/// What in a program makes fusing it unsafe, or more than this crate can do.
/// The component link may still take it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Someone else than the host and WASI would be given a virtual handle.
    #[error("`{function}` of its import `{import}` takes a `{resource}`")]
    Takes {
        /// The import.
        import: String,
        /// The function of it.
        function: String,
        /// The resource, as WASI names it.
        resource: String,
    },
    /// An export would give a virtual handle to whoever calls it.
    #[error("one of its exports gives a `{resource}` to its caller")]
    Gives {
        /// The resource, as WASI names it.
        resource: String,
    },
    /// A function of the replaced interfaces that this version does not know.
    #[error("`{function}` of its import `{import}` is not known to this version of Monaka")]
    Unknown {
        /// The import.
        import: String,
        /// The function of it.
        function: String,
    },
    /// An import is passed on as a whole.
    #[error("it hands its import `{import}` on to another component")]
    HandsOn {
        /// The import.
        import: String,
    },
    /// An import is one of the replaced interfaces in another way than tools
    /// write it.
    #[error("it imports `{interface}` as something else than an instance of that name")]
    ImportedOtherwise {
        /// The interface.
        interface: String,
    },
    /// It is made of several components.
    #[error("it nests components that have code of their own")]
    NestsComponents,
    /// The same interface at two versions: their resources differ.
    #[error("it imports `{interface}` twice, at different versions")]
    TwoVersions {
        /// The interface without a version.
        interface: String,
    },
    /// A lowering with options that the glue does not know.
    #[error("it lowers `{function}` with {option}")]
    Option {
        /// The function.
        function: String,
        /// The option, in words.
        option: String,
    },
    /// Functions are lowered with different memories.
    #[error("it lowers functions with several memories")]
    SeveralMemories,
    /// Something in the component that the rewriter does not take apart.
    #[error("it has {0}")]
    Unsupported(String),
    /// The imports do not come first.
    #[error("it uses `{interface}` before it imports what the filesystem needs")]
    Order {
        /// What is used.
        interface: String,
    },
    /// An import of `wasi:filesystem` is used by something else than calls.
    #[error("its import `{import}` is used by more than calls, as by the type of an export")]
    FilesystemTypes {
        /// The import.
        import: String,
    },
    /// The rewritten component does not validate.
    #[error("the rewritten component does not validate: {0}")]
    Invalid(String),
}
