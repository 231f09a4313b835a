//! What the guest programs share: where they work, and lines that read the
//! same on every platform.
//!
//! Each program prints one line per operation: `AREA: WHAT = OUTCOME`. A test
//! compares the lines of a composed program with those of the same program
//! run natively in an empty tmpfs directory. So an outcome may hold nothing
//! that differs between two correct runs: no absolute path, inode number,
//! time of day, or error *number* (WASI numbers errors differently).

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use rustix::io::Errno;

/// The directory to work in: the first argument, or `/`.
pub fn root() -> PathBuf {
    env::args()
        .nth(1)
        .map_or_else(|| PathBuf::from("/"), PathBuf::from)
}

/// A fresh directory below the root for one area of operations.
pub struct Area {
    name: &'static str,
    dir: PathBuf,
}

impl Area {
    /// Creates the directory `name` in the root.
    pub fn new(name: &'static str) -> io::Result<Self> {
        let dir = root().join(name);
        fs::create_dir(&dir)?;
        Ok(Self { name, dir })
    }

    /// The directory itself.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The path of `name` in the directory.
    ///
    /// Joined as text: `Path::join` drops a trailing slash or `.`, and how
    /// those resolve is among the things to test.
    pub fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.dir.display())
    }

    /// Prints what an operation gave.
    pub fn show<T: Debug>(&self, what: &str, outcome: io::Result<T>) {
        match outcome {
            Ok(value) => println!("{}: {what} = {value:?}", self.name),
            Err(error) => println!("{}: {what} = {}", self.name, error_name(&error)),
        }
    }

    /// Prints a value that no error can replace.
    pub fn tell(&self, what: &str, value: impl Debug) {
        println!("{}: {what} = {value:?}", self.name);
    }
}

/// The names in a directory, sorted.
pub fn names(dir: impl AsRef<Path>) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(dir)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// `len` bytes that differ from page to page.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

/// FNV-1a, so that long content fits on a line.
pub fn digest(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{} bytes {hash:016x}", bytes.len())
}

/// The name of an error as `errno.h` spells it.
pub fn error_name(error: &io::Error) -> String {
    let Some(errno) = Errno::from_io_error(error) else {
        return format!("{:?}", error.kind());
    };
    NAMES
        .iter()
        .find(|(known, _)| *known == errno)
        .map_or_else(|| format!("{errno:?}"), |(_, name)| (*name).to_string())
}

const NAMES: &[(Errno, &str)] = &[
    (Errno::ACCESS, "EACCES"),
    (Errno::AGAIN, "EAGAIN"),
    (Errno::BADF, "EBADF"),
    (Errno::BUSY, "EBUSY"),
    (Errno::CONNREFUSED, "ECONNREFUSED"),
    (Errno::EXIST, "EEXIST"),
    (Errno::FBIG, "EFBIG"),
    (Errno::INVAL, "EINVAL"),
    (Errno::IO, "EIO"),
    (Errno::ISDIR, "EISDIR"),
    (Errno::LOOP, "ELOOP"),
    (Errno::MLINK, "EMLINK"),
    (Errno::NAMETOOLONG, "ENAMETOOLONG"),
    (Errno::NOENT, "ENOENT"),
    (Errno::NOSPC, "ENOSPC"),
    (Errno::NOSYS, "ENOSYS"),
    (Errno::NOTDIR, "ENOTDIR"),
    (Errno::NOTEMPTY, "ENOTEMPTY"),
    (Errno::NOTSUP, "ENOTSUP"),
    (Errno::OVERFLOW, "EOVERFLOW"),
    (Errno::PERM, "EPERM"),
    (Errno::PIPE, "EPIPE"),
    (Errno::ROFS, "EROFS"),
    (Errno::SPIPE, "ESPIPE"),
    (Errno::XDEV, "EXDEV"),
];
