//! A valid name.

use crate::{Error, NAME_BYTES_MAX, Result, text};

/// A name that a directory can hold: not empty, at most 255 bytes, without `/` and NUL, neither `.`
/// nor `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// A component that a path was split into, so without `/` and NUL, and neither `.` nor `..`.
    pub(crate) fn from_component(component: &'a str) -> Result<Self> {
        if component.len() > NAME_BYTES_MAX {
            return Err(Error::NameTooLong);
        }
        debug_assert!(Self::is_valid(component));
        Ok(Self(component))
    }

    pub(crate) fn is_valid(name: &str) -> bool {
        !matches!(name, "" | "." | "..")
            && name.len() <= NAME_BYTES_MAX
            && !text::contains(name, b'/')
            && !text::contains(name, 0)
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}
