//! What differs between hosts: modes, link identity, kinds of special files.

use std::ffi::OsStr;
use std::fs::{File, FileType, Metadata, Permissions};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use monaka_fs_core::Time;

/// A file of the host, whatever its name: device and inode.
pub(crate) type HostId = (u64, u64);

/// What is before and after the last colon, for text that is not Unicode.
#[cfg(unix)]
pub(crate) fn split_at_last_colon(text: &OsStr) -> Option<(&OsStr, Option<&OsStr>)> {
    use std::os::unix::ffi::OsStrExt;
    let mut parts = text.as_bytes().rsplitn(2, |&byte| byte == b':');
    let last = OsStr::from_bytes(parts.next()?);
    Some(match parts.next() {
        Some(first) => (OsStr::from_bytes(first), Some(last)),
        None => (last, None),
    })
}

/// This host does not let such text be taken apart.
#[cfg(not(unix))]
pub(crate) fn split_at_last_colon(_text: &OsStr) -> Option<(&OsStr, Option<&OsStr>)> {
    None
}

/// The modification time, clamped to what an image can say.
pub(crate) fn mtime(metadata: &Metadata) -> Time {
    let since = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Time(since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }))
}

/// The permission bits.
#[cfg(unix)]
pub(crate) fn mode(metadata: &Metadata) -> u16 {
    use std::os::unix::fs::MetadataExt;
    u16::try_from(metadata.mode() & 0o7777).unwrap_or(0)
}

/// The permission bits that a Unix host would show.
#[cfg(not(unix))]
pub(crate) fn mode(metadata: &Metadata) -> u16 {
    let write = if metadata.permissions().readonly() {
        0
    } else {
        0o200
    };
    write | if metadata.is_dir() { 0o555 } else { 0o444 }
}

/// The identity of a file that has other names too.
#[cfg(unix)]
pub(crate) fn linked(metadata: &Metadata) -> Option<HostId> {
    use std::os::unix::fs::MetadataExt;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// This host does not tell: hard links become separate files.
#[cfg(not(unix))]
pub(crate) fn linked(_metadata: &Metadata) -> Option<HostId> {
    None
}

/// What a file is that is neither file nor directory nor symbolic link.
#[cfg(unix)]
pub(crate) fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "named pipe"
    } else if kind.is_socket() {
        "socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "device"
    } else {
        "special file"
    }
}

/// What a file is that is neither file nor directory nor symbolic link.
#[cfg(not(unix))]
pub(crate) fn special(_kind: FileType) -> &'static str {
    "special file"
}

/// The permission bits for an extracted file; those that give it another identity are left out.
#[cfg(unix)]
pub(crate) fn permissions(_file: &File, mode: u16) -> io::Result<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Ok(Permissions::from_mode(u32::from(mode & 0o777)))
}

/// What this host can say of permission bits: whether anyone may write.
#[cfg(not(unix))]
pub(crate) fn permissions(file: &File, mode: u16) -> io::Result<Permissions> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(mode & 0o222 == 0);
    Ok(permissions)
}

/// Makes a symbolic link.
#[cfg(unix)]
pub(crate) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Makes a symbolic link to a file: what it points at may not exist yet.
#[cfg(windows)]
pub(crate) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, link)
}
