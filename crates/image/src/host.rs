//! What differs between hosts: modes, link identity, kinds of special files.

use std::fs::{FileType, Metadata};
use std::time::UNIX_EPOCH;

use monaka_fs_core::Time;

/// A file of the host, whatever its name: device and inode.
pub(crate) type HostId = (u64, u64);

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
