//! What a host author sees when something fails. (Programs see the codes of WASI.)

/// The code of a failed operation on files, by the names of WASI.
pub use monaka_fs_core::Error as ErrorCode;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation on a path of a volume.
    #[error("{path}: {code}")]
    Path {
        /// As it was given.
        path: String,
        /// Why.
        code: ErrorCode,
    },
    /// A volume or a view that cannot be made.
    #[error(transparent)]
    Code(#[from] ErrorCode),
}

impl Error {
    /// Of an operation on this path.
    pub(crate) fn at(path: &str, code: ErrorCode) -> Self {
        Self::Path {
            path: path.to_owned(),
            code,
        }
    }
}

/// The result of a function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
