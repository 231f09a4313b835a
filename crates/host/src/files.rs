//! What a host does with the files of a volume itself.

use monaka_fs_core::{Access, Fd, Follow, Kind, OpenFlags, Scope};

use crate::Volume;
use crate::error::{Error, ErrorCode, Result};
use crate::shared::Core;

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without `/`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// Files, from outside of any program: by paths from the root of the volume, with or without `/` before
/// them. The error of each is that of the operation, with the path.
impl Volume {
    /// The content of a file.
    ///
    /// # Errors
    ///
    /// `InsufficientMemory` where it is larger than memory, too.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.at(path, |files, root, path| {
            let file = files.open_at(root, path, Follow::Yes, OpenFlags::empty(), Access::READ)?;
            let mut bytes = Vec::new();
            // To the end, and not to a size: what the host makes need not know its own.
            while files
                .gather(file, bytes.len() as u64, usize::MAX, &mut bytes)?
                .len
                > 0
            {}
            Ok(bytes)
        })
    }

    /// Creates a file with this content, or replaces that of the one that is there.
    ///
    /// # Errors
    ///
    /// Where not all fits, what does stays.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.at(path, |files, root, path| {
            let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE;
            let file = files.open_at(root, path, Follow::Yes, flags, Access::WRITE)?;
            let mut rest = bytes;
            while !rest.is_empty() {
                let (_, written) = files.append(file, rest)?;
                if written == 0 {
                    return Err(ErrorCode::InsufficientSpace);
                }
                rest = rest.get(written..).unwrap_or_default();
            }
            Ok(())
        })
    }

    /// Creates a directory, and those on the way to it, where they are not there.
    ///
    /// # Errors
    ///
    /// `NotDirectory` where something else has one of the names.
    pub fn create_dir_all(&self, path: &str) -> Result<()> {
        self.at(path, |files, root, path| {
            let ends = path
                .match_indices('/')
                .map(|(end, _)| end)
                .chain([path.len()]);
            for dir in ends.filter_map(|end| path.get(..end)) {
                match files.create_directory_at(root, dir) {
                    Ok(()) | Err(ErrorCode::Exist) => {}
                    Err(code) => return Err(code),
                }
            }
            match files.stat_at(root, path, Follow::Yes)?.kind {
                Kind::Directory => Ok(()),
                _ => Err(ErrorCode::NotDirectory),
            }
        })
    }

    /// Creates a symbolic link.
    ///
    /// # Errors
    ///
    /// `Exist`.
    pub fn symlink(&self, target: &str, path: &str) -> Result<()> {
        self.at(path, |files, root, path| {
            files.symlink_at(target, root, path)
        })
    }

    /// The entries of a directory, in the order of their creation.
    ///
    /// # Errors
    ///
    /// `NotDirectory` where it is something else.
    pub fn list(&self, path: &str) -> Result<Vec<Entry>> {
        self.at(path, |files, root, path| {
            let flags = OpenFlags::DIRECTORY;
            let dir = files.open_at(root, path, Follow::Yes, flags, Access::READ)?;
            let mut cursor = files.read_directory(dir)?;
            let mut entries = Vec::new();
            while let Some(entry) = files.next_entry(dir, &mut cursor)? {
                entries.push(Entry {
                    name: entry.name.into(),
                    kind: entry.kind,
                });
            }
            Ok(entries)
        })
    }

    /// Removes a name: of a file, a symbolic link, or an empty directory.
    ///
    /// # Errors
    ///
    /// `NotEmpty`.
    pub fn remove(&self, path: &str) -> Result<()> {
        self.at(path, |files, root, path| {
            match files.stat_at(root, path, Follow::No)?.kind {
                Kind::Directory => files.remove_directory_at(root, path),
                _ => files.unlink_file_at(root, path),
            }
        })
    }

    /// Does something with the root and a path from it.
    fn at<T>(
        &self,
        path: &str,
        operation: impl FnOnce(&mut Core, Fd, &str) -> Result<T, ErrorCode>,
    ) -> Result<T> {
        let operate = || {
            let mut files = Core::of(self.core.clone(), &Scope::default())?;
            let root = files.open_root(Access::READ | Access::MUTATE_DIRECTORY)?;
            match path.trim_start_matches('/') {
                "" => operation(&mut files, root, "."),
                path => operation(&mut files, root, path),
            }
        };
        operate().map_err(|code| Error::Path {
            path: path.into(),
            code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use monaka_fs_core::Limits;

    fn volume() -> Volume {
        Volume::new(Limits::default()).unwrap()
    }

    fn code<T: std::fmt::Debug>(result: Result<T>) -> ErrorCode {
        match result.unwrap_err() {
            Error::Path { code, .. } | Error::Code(code) => code,
        }
    }

    #[test]
    fn what_is_written_is_read_listed_and_removed() {
        let volume = volume();
        volume.create_dir_all("/a/b").unwrap();
        volume.create_dir_all("a/b/").unwrap();
        let large = vec![7; 3 << 20];
        volume.write("/a/b/large", &large).unwrap();
        volume
            .write("a/b/../small", b"longer than what follows")
            .unwrap();
        volume.write("/a/small", b"small").unwrap();
        volume.symlink("../small", "/a/b/link").unwrap();
        assert_eq!(volume.read("/a/b/link").unwrap(), b"small");
        assert_eq!(volume.read("a/b/large").unwrap(), large);
        assert_eq!(volume.read("/a/small").unwrap(), b"small");
        let entries = volume.list("/a").unwrap();
        let entries: Vec<_> = entries
            .iter()
            .map(|entry| (&*entry.name, entry.kind))
            .collect();
        assert_eq!(entries, [("b", Kind::Directory), ("small", Kind::File)]);
        assert_eq!(volume.list("/").unwrap().len(), 1);
        assert_eq!(code(volume.remove("/a")), ErrorCode::NotEmpty);
        for path in ["/a/b/link", "/a/small", "/a/b/large", "a/b", "a"] {
            volume.remove(path).unwrap();
        }
        assert_eq!(volume.list("").unwrap(), []);
        assert_eq!(volume.usage().handles, 0);
        assert_eq!(volume.usage().inodes, 1);
    }

    #[test]
    fn errors_have_their_path() {
        let volume = volume();
        let error = volume.read("/no/file").unwrap_err();
        assert_eq!(error.to_string(), "/no/file: no such file or directory");
        assert_eq!(code(volume.list("/no")), ErrorCode::NoEntry);
        assert_eq!(code(volume.remove("/no")), ErrorCode::NoEntry);
        assert_eq!(code(volume.read("/")), ErrorCode::IsDirectory);
        volume.write("file", b"").unwrap();
        assert_eq!(
            code(volume.create_dir_all("/file")),
            ErrorCode::NotDirectory
        );
        assert_eq!(
            code(volume.create_dir_all("/file/dir")),
            ErrorCode::NotDirectory
        );
        assert_eq!(code(volume.list("/file")), ErrorCode::NotDirectory);
    }

    #[test]
    fn what_fits_stays() {
        let limits = Limits {
            bytes_max: 1 << 20,
            ..Limits::default()
        };
        let volume = Volume::new(limits).unwrap();
        let written = volume.write("file", &vec![1; 2 << 20]);
        assert_eq!(code(written), ErrorCode::InsufficientSpace);
        let len = volume.read("file").unwrap().len();
        assert!(len > 0 && len <= 1 << 20);
    }
}
