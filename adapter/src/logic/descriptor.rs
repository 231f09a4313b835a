//! What a descriptor does beyond a call of the core.

use super::stream::READ_BYTES_MAX;
use alloc::vec::Vec;
use monaka_fs_core::{Access, Env, Error, Fd, Follow, OpenFlags, Result, Run, Time, Volume};

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// `descriptor.open-at`.
///
/// A deviation from WASI: a directory gets `mutate-directory` where the
/// descriptor that it is opened from has it, asked for or not. No libc asks:
/// POSIX has no such right, so a directory opened with `O_RDONLY` must allow
/// `unlinkat` (`remove_dir_all` of Rust, `shutil.rmtree` of Python). Wasmtime
/// does the same. What the base has not is refused.
pub fn open<E: Env>(
    volume: &mut Volume<E>,
    base: Fd,
    path: &str,
    follow: Follow,
    open: OpenFlags,
    access: Access,
) -> Result<Fd> {
    let inherited = volume.access(base)? & Access::MUTATE_DIRECTORY;
    volume.open_at(base, path, follow, open, access | inherited)
}

/// `descriptor.read`: the bytes at `offset`, at most `len` and
/// [`READ_BYTES_MAX`], and whether they reach the end of the file.
pub fn read<E: Env>(
    volume: &mut Volume<E>,
    file: Fd,
    offset: u64,
    len: u64,
) -> Result<(Vec<u8>, bool)> {
    let rest = volume.stat(file)?.size.saturating_sub(offset);
    let len = rest.min(len).min(READ_BYTES_MAX) as usize;
    if len == 0 {
        // The core checks that the handle may read.
        volume.run(file, offset, 1)?;
        return Ok((Vec::new(), rest == 0));
    }
    let mut bytes = super::vec_with_capacity(len)?;
    while bytes.len() < len {
        let left = len.saturating_sub(bytes.len());
        let at = offset.saturating_add(bytes.len() as u64);
        match volume.run(file, at, left)? {
            Run::Data(data) => bytes.extend_from_slice(data),
            Run::Zero(zeroes) => {
                let zeroes = zeroes.min(left as u64) as usize;
                bytes.resize(bytes.len().saturating_add(zeroes), 0);
            }
            Run::End => break,
        }
    }
    let end = bytes.len() as u64 >= rest;
    Ok((bytes, end))
}

/// Whether two descriptors are of the same inode. The handles keep both inodes
/// alive, so their numbers tell.
pub fn is_same_object<E: Env>(volume: &Volume<E>, one: Fd, other: Fd) -> Result<bool> {
    Ok(volume.ino(one)? == volume.ino(other)?)
}

/// The time of a `datetime`; one that is too late for the core is the latest.
/// A `datetime` with a whole second of nanoseconds is invalid.
pub fn time(seconds: u64, nanoseconds: u32) -> Result<Time> {
    let nanoseconds = u64::from(nanoseconds);
    if nanoseconds >= NANOSECONDS_PER_SECOND {
        return Err(Error::Invalid);
    }
    let whole = seconds.saturating_mul(NANOSECONDS_PER_SECOND);
    Ok(Time(whole.saturating_add(nanoseconds)))
}

/// The seconds and nanoseconds of a `datetime`.
pub fn datetime(time: Time) -> (u64, u32) {
    let nanoseconds = time.0 % NANOSECONDS_PER_SECOND;
    (time.0 / NANOSECONDS_PER_SECOND, nanoseconds as u32)
}
