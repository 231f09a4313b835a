//! Files of a volume for the host itself, by path.
//!
//! [`Volume`] and [`View`] have the same operations: the paths of a volume start at its root, those of a view at
//! the root of the view, and what a program may not do there the host may not do through it. A path may
//! start with `/` or not.
//!
//! ```
//! use monaka_host::{Limits, Volume};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let volume = Volume::new(Limits::default())?;
//! volume.create_dir_all("/tenants/a")?;
//! volume.write("/tenants/a/settings", b"colour = blue\n")?;
//! volume.append("/tenants/a/settings", b"size = 7\n")?;
//!
//! let tenant = volume.view().root("/tenants/a").read_only(true).build()?;
//! assert_eq!(tenant.read("/settings")?, b"colour = blue\nsize = 7\n");
//! let refused = tenant.write("/settings", b"").unwrap_err();
//! assert_eq!(refused.to_string(), "/settings: read-only filesystem");
//! # Ok(())
//! # }
//! ```

use monaka_fs_core::{Access, Fd, Follow, Kind, OpenFlags, Scope, Stat};

use crate::shared::Core;
use crate::{Error, ErrorCode, Result, View, Volume};

/// What an operation of the core gives.
type Done<T> = Result<T, ErrorCode>;

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without `/`.
    pub name: String,
    /// The type of what it names.
    pub kind: Kind,
}

macro_rules! files {
    ($of:ty) => {
        impl $of {
            /// All bytes of a file, as it is at one moment if it is in memory: a device may change meanwhile.
            ///
            /// # Errors
            ///
            /// Those of opening and reading.
            pub fn read(&self, path: &str) -> Result<Vec<u8>> {
                self.at(path, Files::read)
            }

            /// Creates a file, or replaces its content: others may see a part of it meanwhile. To replace a file
            /// in one step, write another one and rename it.
            ///
            /// # Errors
            ///
            /// Those of opening and writing; `InsufficientSpace` leaves what did fit.
            pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
                self.at(path, |files, path| {
                    files.append(path, OpenFlags::TRUNCATE, bytes)
                })
            }

            /// Writes at the end of a file, which is created if it does not exist. What fits into the limits is
            /// written in one step, as by `O_APPEND`.
            ///
            /// # Errors
            ///
            /// As [`Self::write`].
            pub fn append(&self, path: &str, bytes: &[u8]) -> Result<()> {
                self.at(path, |files, path| {
                    files.append(path, OpenFlags::empty(), bytes)
                })
            }

            /// Creates a directory, and those that it is in, where they are missing.
            ///
            /// # Errors
            ///
            /// `NotDirectory` where something else is in the way.
            pub fn create_dir_all(&self, path: &str) -> Result<()> {
                self.at(path, Files::create_dir_all)
            }

            /// The entries of a directory, in the order in which they were made.
            ///
            /// # Errors
            ///
            /// `NoEntry`, `NotDirectory`, and what else there is.
            pub fn list(&self, path: &str) -> Result<Vec<Entry>> {
                self.at(path, Files::list)
            }

            /// The metadata of what a path leads to.
            ///
            /// # Errors
            ///
            /// `NoEntry`, and what else there is.
            pub fn stat(&self, path: &str) -> Result<Stat> {
                self.at(path, |files, path| files.stat(path, Follow::Yes))
            }

            /// As [`Self::stat`], of a symbolic link itself where the path ends at one.
            ///
            /// # Errors
            ///
            /// `NoEntry`, and what else there is.
            pub fn lstat(&self, path: &str) -> Result<Stat> {
                self.at(path, |files, path| files.stat(path, Follow::No))
            }

            /// Removes a name of a file or symbolic link, or an empty directory.
            ///
            /// # Errors
            ///
            /// `NoEntry`, `NotEmpty`, and what else there is.
            pub fn remove(&self, path: &str) -> Result<()> {
                self.at(path, Files::remove)
            }

            /// Moves a name, in place of what the new one names until now, in one step.
            ///
            /// # Errors
            ///
            /// Those of `rename` of Linux.
            pub fn rename(&self, path: &str, new: &str) -> Result<()> {
                self.at(path, |files, path| files.rename(path, new))
            }

            /// Gives a file a further name.
            ///
            /// # Errors
            ///
            /// Those of `link` of Linux.
            pub fn link(&self, path: &str, new: &str) -> Result<()> {
                self.at(path, |files, path| files.link(path, new))
            }

            /// Creates a symbolic link at a path.
            ///
            /// # Errors
            ///
            /// Those of `symlink` of Linux.
            pub fn symlink(&self, target: &str, path: &str) -> Result<()> {
                self.at(path, |files, path| files.symlink(target, path))
            }

            /// The target of a symbolic link.
            ///
            /// # Errors
            ///
            /// `Invalid` where something else is at the path.
            pub fn read_link(&self, path: &str) -> Result<String> {
                self.at(path, Files::read_link)
            }

            fn at<T>(
                &self,
                path: &str,
                operation: impl FnOnce(&mut Files, &str) -> Done<T>,
            ) -> Result<T> {
                let result = self
                    .files()
                    .and_then(|mut files| operation(&mut files, path));
                result.map_err(|code| Error::at(path, code))
            }
        }
    };
}

files!(View);
files!(Volume);

impl View {
    fn files(&self) -> Done<Files> {
        Files::of(self.core().fork()?, self.root_access())
    }
}

impl Volume {
    fn files(&self) -> Done<Files> {
        let core = Core::of(self.core.clone(), &Scope::default())?;
        Files::of(core, Access::READ | Access::MUTATE_DIRECTORY)
    }
}

/// Handles of its own, for one operation.
struct Files {
    core: Core,
    root: Fd,
}

impl Files {
    fn of(mut core: Core, access: Access) -> Done<Self> {
        let root = core.open_root(access)?;
        Ok(Self { core, root })
    }

    fn open(&mut self, path: &str, open: OpenFlags, access: Access) -> Done<Fd> {
        let path = relative(path);
        self.core
            .open_at(self.root, path, Follow::Yes, open, access)
    }

    fn read(&mut self, path: &str) -> Done<Vec<u8>> {
        let file = self.open(path, OpenFlags::empty(), Access::READ)?;
        let mut bytes = Vec::new();
        // To the end, and not to a size: what the host makes need not know its own.
        loop {
            let offset = bytes.len() as u64;
            let found = self.core.gather(file, offset, usize::MAX, &mut bytes)?;
            if found.len == 0 {
                return Ok(bytes);
            }
        }
    }

    fn append(&mut self, path: &str, open: OpenFlags, mut bytes: &[u8]) -> Done<()> {
        let file = self.open(path, OpenFlags::CREATE | open, Access::WRITE)?;
        while !bytes.is_empty() {
            let (_, written) = self.core.append(file, bytes)?;
            if written == 0 {
                return Err(ErrorCode::InsufficientSpace);
            }
            bytes = bytes.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    fn create_dir_all(&mut self, path: &str) -> Done<()> {
        let path = relative(path);
        let ends = path.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([path.len()]) {
            self.create_dir(path.get(..end).unwrap_or_default())?;
        }
        Ok(())
    }

    /// One directory, if it is not there.
    fn create_dir(&mut self, path: &str) -> Done<()> {
        match self.core.create_directory_at(self.root, path) {
            Ok(()) => Ok(()),
            Err(error) => match self.stat(path, Follow::Yes).map(|stat| stat.kind) {
                Ok(Kind::Directory) => Ok(()),
                Ok(_) => Err(ErrorCode::NotDirectory),
                Err(_) => Err(error),
            },
        }
    }

    fn list(&mut self, path: &str) -> Done<Vec<Entry>> {
        let directory = self.open(path, OpenFlags::DIRECTORY, Access::READ)?;
        let mut cursor = self.core.read_directory(directory)?;
        let mut entries = Vec::new();
        while let Some(entry) = self.core.next_entry(directory, &mut cursor)? {
            entries.push(Entry {
                name: entry.name.into(),
                kind: entry.kind,
            });
        }
        Ok(entries)
    }

    fn stat(&mut self, path: &str, follow: Follow) -> Done<Stat> {
        self.core.stat_at(self.root, relative(path), follow)
    }

    fn remove(&mut self, path: &str) -> Done<()> {
        match self.stat(path, Follow::No)?.kind {
            Kind::Directory => self.core.remove_directory_at(self.root, relative(path)),
            Kind::File | Kind::Symlink => self.core.unlink_file_at(self.root, relative(path)),
        }
    }

    fn rename(&mut self, path: &str, new: &str) -> Done<()> {
        let (path, new) = (relative(path), relative(new));
        self.core.rename_at(self.root, path, self.root, new)
    }

    fn link(&mut self, path: &str, new: &str) -> Done<()> {
        let (path, new) = (relative(path), relative(new));
        self.core
            .link_at(self.root, Follow::No, path, self.root, new)
    }

    fn symlink(&mut self, target: &str, path: &str) -> Done<()> {
        self.core.symlink_at(target, self.root, relative(path))
    }

    fn read_link(&mut self, path: &str) -> Done<String> {
        let target = self.core.readlink_at(self.root, relative(path))?;
        Ok(target.into())
    }
}

/// A path of the host as the core has it: from the root that it is given.
fn relative(path: &str) -> &str {
    match path.trim_start_matches('/') {
        "" => ".",
        relative => relative,
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
    fn names_are_moved_linked_and_followed() {
        let volume = volume();
        volume.append("/log", b"one\n").unwrap();
        volume.append("log", b"two\n").unwrap();
        volume.link("/log", "/same").unwrap();
        volume.symlink("log", "/to").unwrap();
        assert_eq!(volume.read_link("/to").unwrap(), "log");
        assert_eq!(volume.stat("/to").unwrap().size, 8);
        assert_eq!(volume.stat("/to").unwrap().nlink, 2);
        assert_eq!(volume.lstat("/to").unwrap().kind, Kind::Symlink);
        volume.rename("/log", "/old").unwrap();
        assert_eq!(volume.read("/same").unwrap(), b"one\ntwo\n");
        assert_eq!(code(volume.read("/to")), ErrorCode::NoEntry);
        assert_eq!(code(volume.read_link("/old")), ErrorCode::Invalid);
        assert_eq!(code(volume.rename("/no", "/new")), ErrorCode::NoEntry);
        assert_eq!(code(volume.link("/old", "/same")), ErrorCode::Exist);
        assert_eq!(volume.usage().handles, 0);
    }

    #[test]
    fn a_view_gives_what_its_programs_get() {
        let volume = volume();
        volume.create_dir_all("/tenants/a").unwrap();
        volume.write("/secret", b"").unwrap();
        let tenant = volume.view().root("/tenants/a").build().unwrap();
        tenant.create_dir_all("/x/y").unwrap();
        tenant.symlink("/../../secret", "/x/out").unwrap();
        assert_eq!(code(tenant.read("/x/out")), ErrorCode::NoEntry);
        assert_eq!(code(tenant.read("../../secret")), ErrorCode::NoEntry);
        tenant.write("/x/f", b"f").unwrap();
        assert_eq!(volume.read("/tenants/a/x/f").unwrap(), b"f");

        let looking = volume.view().root("tenants/a").read_only(true);
        let looking = looking.build().unwrap();
        assert_eq!(looking.read("/x/f").unwrap(), b"f");
        assert_eq!(code(looking.write("/x/f", b"")), ErrorCode::ReadOnly);
        assert_eq!(code(looking.create_dir_all("/new")), ErrorCode::ReadOnly);
        looking.create_dir_all("/x/y").unwrap();
        let small = volume.view().quota(crate::Quota::new(10, 2));
        let small = small.build().unwrap();
        let full = small.write("/ten", &[0; 11]);
        assert_eq!(code(full), ErrorCode::InsufficientSpace);
        assert_eq!(small.read("/ten").unwrap().len(), 10);
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
