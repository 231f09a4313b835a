//! What a descriptor does beyond a call of the core.

use super::stream::READ_BYTES_MAX;
use monaka_fs_core::{
    Access, Env, Error, Fd, Follow, Found, Gather, OpenFlags, Result, Time, View,
};

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// `descriptor.open-at`.
///
/// A deviation from WASI: a directory gets `mutate-directory` where the
/// descriptor that it is opened from has it, asked for or not. No libc asks:
/// POSIX has no such right, so a directory opened with `O_RDONLY` must allow
/// `unlinkat` (`remove_dir_all` of Rust, `shutil.rmtree` of Python). Wasmtime
/// does the same. What the base has not is refused.
pub fn open<E: Env>(
    volume: &mut View<E>,
    base: Fd,
    path: &str,
    follow: Follow,
    open: OpenFlags,
    access: Access,
) -> Result<Fd> {
    let inherited = volume.access(base)? & Access::MUTATE_DIRECTORY;
    volume.open_at(base, path, follow, open, access | inherited)
}

/// `descriptor.read`: gathers the bytes at `offset`, at most `len` and
/// [`READ_BYTES_MAX`]. Fewer than that before a damaged block, whose error the
/// next read gives, and where `into` takes no more.
pub fn read<E: Env>(
    volume: &mut View<E>,
    file: Fd,
    offset: u64,
    len: u64,
    into: &mut dyn Gather,
) -> Result<Found> {
    let len_max = len.min(READ_BYTES_MAX) as usize;
    volume.gather(file, offset, len_max, into)
}

/// Whether two descriptors are of the same inode. The handles keep both inodes
/// alive, so their numbers tell.
pub fn is_same_object<E: Env>(volume: &View<E>, one: Fd, other: Fd) -> Result<bool> {
    Ok(volume.ino(one)? == volume.ino(other)?)
}

/// The time of a `datetime`; one that is too late for the core is the latest.
/// A `datetime` with a whole second of nanoseconds is invalid.
pub fn time(seconds: u64, nanoseconds: u32) -> Result<Time> {
    let nanoseconds = u64::from(nanoseconds);
    if nanoseconds >= NANOSECONDS_PER_SECOND {
        return Err(Error::Invalid);
    }
    // A multiplication that checks takes 128 bits, and each write asks for the
    // time.
    const SECONDS_MAX: u64 = u64::MAX / NANOSECONDS_PER_SECOND;
    let whole = match seconds {
        0..=SECONDS_MAX => seconds.wrapping_mul(NANOSECONDS_PER_SECOND),
        _ => u64::MAX,
    };
    Ok(Time(whole.saturating_add(nanoseconds)))
}

/// The seconds and nanoseconds of a `datetime`.
pub fn datetime(time: Time) -> (u64, u32) {
    let nanoseconds = time.0 % NANOSECONDS_PER_SECOND;
    (time.0 / NANOSECONDS_PER_SECOND, nanoseconds as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Still, create, root, volume};
    use alloc::vec;
    use alloc::vec::Vec;

    fn read(volume: &mut View<Still>, file: Fd, offset: u64, len: u64) -> Result<(Vec<u8>, bool)> {
        let mut bytes = Vec::new();
        let found = super::read(volume, file, offset, len, &mut bytes)?;
        assert_eq!(found.len, bytes.len());
        Ok((bytes, found.end))
    }

    #[test]
    fn a_read_tells_whether_it_came_to_the_end() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        volume.write(file, 0, b"abc").unwrap();
        assert_eq!(read(&mut volume, file, 0, 2), Ok((b"ab".to_vec(), false)));
        assert_eq!(read(&mut volume, file, 1, 2), Ok((b"bc".to_vec(), true)));
        assert_eq!(read(&mut volume, file, 3, 9), Ok((vec![], true)));
        assert_eq!(read(&mut volume, file, u64::MAX, 9), Ok((vec![], true)));
        assert_eq!(read(&mut volume, file, 0, 0), Ok((vec![], false)));
    }

    #[test]
    fn reading_needs_the_right_even_for_nothing() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let writer = volume.dup(file, Access::WRITE).unwrap();
        assert_eq!(read(&mut volume, writer, 0, 0), Err(Error::BadDescriptor));
        let root = root(&mut volume);
        assert_eq!(read(&mut volume, root, 0, 1), Err(Error::IsDirectory));
    }

    /// `remove_dir_all` opens each directory with `O_RDONLY` and removes its
    /// entries through that descriptor; it failed with "read-only filesystem".
    #[test]
    fn a_directory_inherits_the_right_to_be_changed() {
        let mut volume = volume();
        let base = root(&mut volume);
        volume.create_directory_at(base, "dir").unwrap();
        let (follow, flags) = (Follow::Yes, OpenFlags::DIRECTORY);
        let dir = open(&mut volume, base, "dir", follow, flags, Access::READ).unwrap();
        volume.create_directory_at(dir, "below").unwrap();

        let base = volume.open_root(Access::READ).unwrap();
        let dir = open(&mut volume, base, "dir", follow, flags, Access::READ).unwrap();
        assert_eq!(
            volume.remove_directory_at(dir, "below"),
            Err(Error::ReadOnly)
        );
        let refused = open(
            &mut volume,
            base,
            "dir",
            follow,
            flags,
            Access::MUTATE_DIRECTORY,
        );
        assert_eq!(refused.err(), Some(Error::ReadOnly));
    }

    #[test]
    fn times_are_clamped_at_the_latest_and_checked() {
        assert_eq!(time(1, 2), Ok(Time(1_000_000_002)));
        assert_eq!(time(u64::MAX, 999_999_999), Ok(Time(u64::MAX)));
        assert_eq!(time(0, 1_000_000_000), Err(Error::Invalid));
        assert_eq!(datetime(Time(1_000_000_002)), (1, 2));
    }
}
