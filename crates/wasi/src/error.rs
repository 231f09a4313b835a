//! Errors of streams.

use monaka_fs_core::Error;

/// The `error` of a stream: a file's, or one that the host made.
#[derive(Debug)]
pub enum IoError<H> {
    /// An operation on a file failed with this code.
    File(Error),
    /// An error of a host stream.
    Host(H),
}

impl<H> IoError<H> {
    /// What `filesystem-error-code` tells: a code for the errors of files only.
    pub fn code(&self) -> Option<Error> {
        match self {
            Self::File(code) => Some(*code),
            Self::Host(_) => None,
        }
    }
}

/// The name of the code, which `to-debug-string` gives for the error of a file.
/// `Display` of the core says it in prose, but would bring the machinery of
/// formatting into the module.
pub fn name(error: Error) -> &'static str {
    match error {
        Error::Access => "access",
        Error::BadDescriptor => "bad-descriptor",
        Error::Busy => "busy",
        Error::CrossDevice => "cross-device",
        Error::Exist => "exist",
        Error::FileTooLarge => "file-too-large",
        Error::InsufficientMemory => "insufficient-memory",
        Error::InsufficientSpace => "insufficient-space",
        Error::Invalid => "invalid",
        Error::InvalidSeek => "invalid-seek",
        Error::IsDirectory => "is-directory",
        Error::Loop => "loop",
        Error::NameTooLong => "name-too-long",
        Error::NoEntry => "no-entry",
        Error::NotDirectory => "not-directory",
        Error::NotEmpty => "not-empty",
        Error::NotPermitted => "not-permitted",
        Error::Overflow => "overflow",
        Error::ReadOnly => "read-only",
        Error::TooManyLinks => "too-many-links",
        Error::Unsupported => "unsupported",
        _ => "io",
    }
}
