//! What a program sees when an operation fails.

/// The error codes of `wasi:filesystem/types@0.2`, by their names there, as
/// far as a filesystem in memory can produce them.
///
/// Each operation returns the code that stands for the `errno` which Linux
/// gives for the same call on tmpfs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `EACCES`
    #[error("permission denied")]
    Access,
    /// `EBADF`: a stale handle, or one without the right for the operation.
    #[error("bad descriptor")]
    BadDescriptor,
    /// `EBUSY`
    #[error("resource busy")]
    Busy,
    /// `EXDEV`
    #[error("cross-device link")]
    CrossDevice,
    /// `EEXIST`
    #[error("file exists")]
    Exist,
    /// `EFBIG`
    #[error("file too large")]
    FileTooLarge,
    /// `ENOMEM`: the memory or the handle table of the volume is exhausted.
    #[error("not enough memory")]
    InsufficientMemory,
    /// `ENOSPC`: a limit on bytes or inodes is reached.
    #[error("no space left")]
    InsufficientSpace,
    /// `EINVAL`
    #[error("invalid argument")]
    Invalid,
    /// `ESPIPE`
    #[error("invalid seek")]
    InvalidSeek,
    /// `EIO`: stored bytes do not match their checksum.
    #[error("input/output error")]
    Io,
    /// `EISDIR`
    #[error("is a directory")]
    IsDirectory,
    /// `ELOOP`
    #[error("too many levels of symbolic links")]
    Loop,
    /// `ENAMETOOLONG`
    #[error("name too long")]
    NameTooLong,
    /// `ENOENT`
    #[error("no such file or directory")]
    NoEntry,
    /// `ENOTDIR`
    #[error("not a directory")]
    NotDirectory,
    /// `ENOTEMPTY`
    #[error("directory not empty")]
    NotEmpty,
    /// `EPERM`
    #[error("operation not permitted")]
    NotPermitted,
    /// `EOVERFLOW`
    #[error("value too large")]
    Overflow,
    /// `EROFS`: a change below a read-only subtree, or through a descriptor
    /// without the right to mutate its directory.
    #[error("read-only filesystem")]
    ReadOnly,
    /// `EMLINK`
    #[error("too many links")]
    TooManyLinks,
    /// `ENOTSUP`
    #[error("not supported")]
    Unsupported,
}

/// The result of an operation on a volume.
pub type Result<T> = core::result::Result<T, Error>;
