//! `HOST[:GUEST]`: what is embedded, and where it appears.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use monaka_fs_core::{NAME_BYTES_MAX, PATH_BYTES_MAX};

use crate::host;

/// A host file or directory, and its place in the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// A file or directory of the host. A symbolic link given here is followed. An image stands for the files in
    /// it, as a directory does.
    pub host: PathBuf,
    /// Where it appears; by default `/` and the last name of `host`, or `/` for an image.
    pub guest: Option<GuestPath>,
}

/// An absolute path of the guest in its shortest form: no `.`, no `..`, no doubled or trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestPath {
    names: Vec<String>,
    /// The path was given with a trailing slash: a file goes below it, under its own name.
    into: bool,
}

/// Why a text is not `HOST[:GUEST]` or a guest path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// Nothing before the colon.
    #[error("the host path is empty")]
    EmptyHost,
    /// The guest path does not start with `/`.
    #[error("the guest path `{0}` does not start with `/`")]
    Relative(String),
    /// The guest path has a `..`.
    #[error("the guest path `{0}` has a `..`")]
    DotDot(String),
    /// A name of the guest path is longer than a directory entry can be.
    #[error("a name in the guest path `{0}` is longer than 255 bytes")]
    NameTooLong(String),
    /// The whole guest path is longer than a program could open.
    #[error("the guest path is longer than 4095 bytes")]
    PathTooLong,
    /// The guest path is not Unicode, which WASI paths are.
    #[error("the guest path is not UTF-8")]
    NotUnicode,
    /// The guest path has a NUL byte.
    #[error("the guest path has a NUL byte")]
    Nul,
}

/// `HOST` or `HOST:/GUEST`, cut at the last colon. A host path that itself has a colon needs its guest path.
impl FromStr for Embed {
    type Err = EmbedError;

    fn from_str(text: &str) -> Result<Self, EmbedError> {
        let (host, guest) = match text.rsplit_once(':') {
            Some((host, guest)) => (host, Some(guest.parse()?)),
            None => (text, None),
        };
        if host.is_empty() {
            return Err(EmbedError::EmptyHost);
        }
        Ok(Self {
            host: host.into(),
            guest,
        })
    }
}

/// The same for paths that are not Unicode, which hosts may have and the guest may not.
impl TryFrom<OsString> for Embed {
    type Error = EmbedError;

    fn try_from(text: OsString) -> Result<Self, EmbedError> {
        if let Some(text) = text.to_str() {
            return text.parse();
        }
        let (host, guest) = host::split_at_last_colon(&text).ok_or(EmbedError::NotUnicode)?;
        if host.is_empty() {
            return Err(EmbedError::EmptyHost);
        }
        let guest = guest.map(|guest| guest.to_str().ok_or(EmbedError::NotUnicode)?.parse());
        Ok(Self {
            host: host.into(),
            guest: guest.transpose()?,
        })
    }
}

impl GuestPath {
    /// The names below the root; none for the root itself.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether this is `/`.
    pub fn is_root(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether it was given with a trailing slash: a file goes below it, under its own name.
    pub(crate) fn needs_file_name(&self) -> bool {
        self.into
    }

    /// The place of a file called `name`: below this path if that was given with a trailing slash, else here.
    pub(crate) fn for_file(mut self, name: String) -> Self {
        if self.into {
            self.names.push(name);
            self.into = false;
        }
        self
    }

    pub(crate) fn of_name(name: Option<String>) -> Self {
        Self {
            names: name.into_iter().collect(),
            into: false,
        }
    }
}

impl FromStr for GuestPath {
    type Err = EmbedError;

    fn from_str(text: &str) -> Result<Self, EmbedError> {
        if !text.starts_with('/') {
            return Err(EmbedError::Relative(text.into()));
        }
        if text.contains('\0') {
            return Err(EmbedError::Nul);
        }
        if text.len() > PATH_BYTES_MAX {
            return Err(EmbedError::PathTooLong);
        }
        let names: Vec<String> = text
            .split('/')
            .filter(|name| !matches!(*name, "" | "."))
            .map(String::from)
            .collect();
        if names.iter().any(|name| name == "..") {
            return Err(EmbedError::DotDot(text.into()));
        }
        if names.iter().any(|name| name.len() > NAME_BYTES_MAX) {
            return Err(EmbedError::NameTooLong(text.into()));
        }
        Ok(Self {
            names,
            into: text.ends_with('/'),
        })
    }
}

impl std::fmt::Display for GuestPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.names.is_empty() {
            return f.write_str("/");
        }
        self.names.iter().try_for_each(|name| write!(f, "/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(text: &str) -> String {
        text.parse::<Embed>().unwrap().guest.unwrap().to_string()
    }

    #[test]
    fn a_guest_path_is_normalised() {
        assert_eq!(guest("./site:/srv/www"), "/srv/www");
        assert_eq!(guest("site://srv/./www//"), "/srv/www");
        assert_eq!(guest("a:b:/c"), "/c");
        assert_eq!(guest("x:/"), "/");
        assert_eq!("./config".parse::<Embed>().unwrap().guest, None);
    }

    #[test]
    fn a_trailing_slash_puts_a_file_below() {
        let place = |text: &str| {
            text.parse::<GuestPath>()
                .unwrap()
                .for_file("f".into())
                .to_string()
        };
        assert_eq!(place("/etc/"), "/etc/f");
        assert_eq!(place("/etc"), "/etc");
        assert_eq!(place("/"), "/f");
    }

    #[cfg(unix)]
    #[test]
    fn a_host_path_need_not_be_unicode() {
        use std::os::unix::ffi::OsStringExt;
        let embed = |bytes: &[u8]| Embed::try_from(OsString::from_vec(bytes.to_vec()));
        let host = PathBuf::from(OsString::from_vec(b"a:\xff".to_vec()));
        let with_guest = embed(b"a:\xff:/b/").unwrap();
        assert_eq!(with_guest.host, host);
        assert_eq!(with_guest.guest, Some("/b/".parse().unwrap()));
        assert_eq!(embed(b"\xff").unwrap().guest, None);
        assert_eq!(embed(b"a:/\xff"), Err(EmbedError::NotUnicode));
        assert_eq!(embed(b"\xff:b"), Err(EmbedError::Relative("b".into())));
        assert_eq!(embed(b"a:b"), "a:b".parse());
    }

    #[test]
    fn what_is_not_a_place_is_refused() {
        let error = |text: &str| text.parse::<Embed>().unwrap_err();
        assert_eq!(error(":/x"), EmbedError::EmptyHost);
        assert_eq!(error(""), EmbedError::EmptyHost);
        assert_eq!(error("a:"), EmbedError::Relative("".into()));
        assert_eq!(error("a:b"), EmbedError::Relative("b".into()));
        assert_eq!(error("a:/b/../c"), EmbedError::DotDot("/b/../c".into()));
        assert_eq!(error("a:/b\0"), EmbedError::Nul);
        let name = format!("/{}", "n".repeat(256));
        assert_eq!(error(&format!("a:{name}")), EmbedError::NameTooLong(name));
        assert_eq!(
            error(&format!("a:{}", "/n".repeat(2048))),
            EmbedError::PathTooLong
        );
    }
}
