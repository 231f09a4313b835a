//! Where the bytes of a read are.

use super::lab::{Lab, bytes_of, image_of};
use crate::segments::SEGMENTS_MAX;
use monaka_fs_core::{CHUNK_BYTES, Error, OpenFlags};
use monaka_wasi::stream::READ_BYTES_MAX;

const CHUNK: u64 = CHUNK_BYTES as u64;

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

#[test]
fn a_read_goes_across_chunks() {
    let mut lab = Lab::new();
    let bytes = pattern(3 * CHUNK_BYTES + 100);
    let file = lab.file("f", &bytes);
    for (offset, len) in [
        (0, 1),
        (CHUNK - 1, 2),
        (10, 2 * CHUNK),
        (0, u64::MAX),
        (3 * CHUNK, 9),
    ] {
        let (found, end) = lab.vfs.read(file, len, offset).unwrap();
        let to = offset.saturating_add(len).min(bytes.len() as u64) as usize;
        assert!(bytes_of(found) == bytes[offset as usize..to]);
        assert_eq!(end, to == bytes.len());
    }
    let (found, end) = lab.vfs.read(file, 1, u64::MAX).unwrap();
    assert_eq!((found.as_slice().len(), end), (0, true));
    let (found, end) = lab.vfs.read(file, 0, 0).unwrap();
    assert_eq!((found.as_slice().len(), end), (0, false));
}

#[test]
fn what_is_not_stored_is_zeros_at_no_address() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"head");
    lab.write(file, 3 * CHUNK, b"tail");
    let (found, _) = lab.vfs.read(file, u64::MAX, 0).unwrap();
    let segments = found.as_slice();
    assert_eq!(segments.len(), 3);
    assert_eq!(segments[0].len, 4);
    assert_eq!(
        (segments[1].address, segments[1].len as u64),
        (0, 3 * CHUNK - 4)
    );
    let bytes = bytes_of(found);
    assert!(bytes.starts_with(b"head\0") && bytes.ends_with(b"\0tail"));
    assert_eq!(bytes.len() as u64, 3 * CHUNK + 4);
}

#[test]
fn stored_bytes_are_not_copied() {
    let mut lab = Lab::new();
    let file = lab.file("f", &pattern(100));
    let address = |lab: &mut Lab, offset| {
        let (found, _) = lab.vfs.read(file, 10, offset).unwrap();
        found.as_slice()[0].address
    };
    let start = address(&mut lab, 0);
    assert_eq!(address(&mut lab, 0), start);
    assert_eq!(address(&mut lab, 70), start + 70);
}

/// The worst that a file can be: each chunk is some bytes and then zeros.
#[test]
fn the_longest_read_is_served_whole_whatever_the_file() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"");
    let chunks = READ_BYTES_MAX / CHUNK + 1;
    for chunk in 0..chunks {
        lab.write(file, chunk * CHUNK, b"x");
    }
    lab.vfs.set_size(file, chunks * CHUNK).unwrap();
    for offset in [0, 1, CHUNK - 1] {
        let (found, end) = lab.vfs.read(file, u64::MAX, offset).unwrap();
        assert_eq!(found.bytes() as u64, READ_BYTES_MAX);
        assert!(found.as_slice().len() <= SEGMENTS_MAX && !end);
    }
}

#[test]
fn the_blocks_of_an_image_are_one_segment_where_they_are() {
    let bytes = pattern(200_000);
    let mut lab = Lab::with_image(image_of("f", &bytes));
    let file = lab.open("f", OpenFlags::empty()).unwrap();
    let (found, end) = lab.vfs.read(file, u64::MAX, 10).unwrap();
    assert_eq!(found.as_slice().len(), 1);
    assert!(end && bytes_of(found) == bytes[10..]);

    // A block that is written to moves away from the others.
    lab.write(file, CHUNK + 5, b"new");
    let (found, _) = lab.vfs.read(file, u64::MAX, 0).unwrap();
    assert_eq!(found.as_slice().len(), 3);
    let mut expected = bytes;
    expected[CHUNK_BYTES + 5..CHUNK_BYTES + 8].copy_from_slice(b"new");
    assert!(bytes_of(found) == expected);
}

#[test]
fn a_read_ends_before_a_damaged_block_and_fails_at_it() {
    let bytes = pattern(3 * CHUNK_BYTES);
    let mut image = image_of("f", &bytes);
    image[64 + CHUNK_BYTES + 7] ^= 1;
    let mut lab = Lab::with_image(image);
    let file = lab.open("f", OpenFlags::empty()).unwrap();

    let (found, end) = lab.vfs.read(file, u64::MAX, 0).unwrap();
    assert!(bytes_of(found) == bytes[..CHUNK_BYTES] && !end);
    assert_eq!(lab.vfs.read(file, 1, CHUNK).err(), Some(Error::Io));
    let (found, end) = lab.vfs.read(file, u64::MAX, 2 * CHUNK).unwrap();
    assert!(bytes_of(found) == bytes[2 * CHUNK_BYTES..] && end);

    // A stream stays where it is.
    let stream = lab.input(file, 10);
    let first = lab.read(stream, u64::MAX).unwrap();
    assert!(first == bytes[10..CHUNK_BYTES]);
    for _ in 0..2 {
        let failed = lab.read(stream, u64::MAX);
        assert_eq!(lab.code(failed), Some(Error::Io));
    }
    assert_eq!(lab.vfs.input_skip(stream, CHUNK), Ok(CHUNK));
    assert!(lab.read(stream, u64::MAX).unwrap() == bytes[2 * CHUNK_BYTES..]);
}

#[test]
fn entries_and_targets_are_found_in_place() {
    let mut lab = Lab::new();
    lab.file("f", b"");
    lab.vfs.symlink_at(lab.root, "a/target", "link").unwrap();
    assert_eq!(lab.vfs.readlink_at(lab.root, "link"), Ok("a/target"));
    assert_eq!(lab.vfs.readlink_at(lab.root, "f"), Err(Error::Invalid));
    let stream = lab.vfs.read_directory(lab.root).unwrap();
    let mut names = Vec::new();
    while let Some(entry) = lab.vfs.read_directory_entry(stream).unwrap() {
        names.push(entry.name.to_owned());
    }
    assert_eq!(names, ["f", "link"]);
    assert_eq!(lab.vfs.read_directory_entry(stream), Ok(None));
}
