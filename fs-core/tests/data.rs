//! The content of files.

mod common;

use common::fs::{BOTH, Fs, READ, WRITE};
use common::run::{Run, run};
use monaka_fs_core::{Error, FILE_SIZE_MAX, Limits, OpenFlags};

const MIB: u64 = 1 << 20;
const CHUNK: u64 = 64 * 1024;

#[test]
fn writes_are_read_back_across_chunks() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| (i % 241) as u8).collect();
    for piece in [1_usize, 100, 4096, 65_536, 100_000] {
        fs.volume.set_size(fd, 0).unwrap();
        for (i, bytes) in bytes.chunks(piece).enumerate() {
            assert_eq!(
                fs.volume.write(fd, (i * piece) as u64, bytes),
                Ok(bytes.len())
            );
        }
        assert!(fs.read(fd).unwrap() == bytes, "by {piece}");
    }
    let mut buf = [0; 10];
    assert_eq!(fs.volume.read(fd, CHUNK - 5, &mut buf), Ok(10));
    assert_eq!(buf, bytes[65_531..65_541]);
    assert_eq!(fs.volume.read(fd, 299_995, &mut buf), Ok(5));
    assert_eq!(fs.volume.read(fd, 300_000, &mut buf), Ok(0));
    assert_eq!(fs.volume.read(fd, u64::MAX, &mut buf), Ok(0));
    assert_eq!(fs.volume.read(fd, 0, &mut []), Ok(0));
}

#[test]
fn holes_read_as_zeros_and_cost_nothing() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    fs.volume.write(fd, 10 * MIB, b"end").unwrap();
    assert_eq!(fs.volume.stat(fd).unwrap().size, 10 * MIB + 3);
    assert!(fs.volume.usage().bytes < 4096, "{:?}", fs.volume.usage());
    assert_eq!(run(&mut fs.volume, fd, 100, 1000), Ok(Run::Zero(1000)));
    assert_eq!(
        run(&mut fs.volume, fd, 10 * MIB + 1, 1000),
        Ok(Run::Data(b"nd".to_vec()))
    );
    assert_eq!(run(&mut fs.volume, fd, 10 * MIB + 3, 1000), Ok(Run::End));
    assert!(
        fs.read(fd)
            .unwrap()
            .iter()
            .take(10 << 20)
            .all(|byte| *byte == 0)
    );
}

#[test]
fn offsets_beyond_4_gib() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    for offset in [(1 << 32) - 2, 1 << 32, 5 << 32, FILE_SIZE_MAX - 4] {
        assert_eq!(fs.volume.write(fd, offset, b"here"), Ok(4), "{offset}");
        let mut buf = [0; 6];
        assert_eq!(fs.volume.read(fd, offset - 1, &mut buf[..5]), Ok(5));
        assert_eq!(&buf[1..5], b"here", "{offset}");
    }
    assert_eq!(fs.volume.stat(fd).unwrap().size, FILE_SIZE_MAX);
    assert_eq!(fs.volume.append(fd, b"x"), Err(Error::FileTooLarge));
    fs.volume.set_size(fd, (1 << 32) + 1).unwrap();
    assert_eq!(fs.volume.append(fd, b"!"), Ok(((1 << 32) + 1, 1)));
    let mut buf = [0; 9];
    assert_eq!(fs.volume.read(fd, (1 << 32) - 2, &mut buf), Ok(4));
    assert_eq!(&buf[..4], b"heh!");
}

/// What a cut took away does not come back when the file grows again.
#[test]
fn a_cut_file_grows_with_zeros() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    for size in [10, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
        fs.volume.set_size(fd, 0).unwrap();
        fs.volume
            .write(fd, 0, &vec![7; 4 * CHUNK as usize])
            .unwrap();
        fs.volume.set_size(fd, size).unwrap();
        fs.volume.set_size(fd, 5 * CHUNK).unwrap();
        let bytes = fs.read(fd).unwrap();
        let (kept, zeros) = bytes.split_at(size as usize);
        assert!(
            kept.iter().all(|byte| *byte == 7) && zeros.iter().all(|byte| *byte == 0),
            "{size}"
        );
        assert_eq!(bytes.len() as u64, 5 * CHUNK);
    }
}

#[test]
fn appends_find_the_end_through_any_handle() {
    let mut fs = Fs::new();
    let (a, b) = (fs.create("f").unwrap(), fs.create("f").unwrap());
    let mut expected = vec![];
    for i in 0..3000 {
        let (fd, byte) = if i % 3 == 0 { (a, b'a') } else { (b, b'b') };
        let piece = vec![byte; i % 97];
        assert_eq!(
            fs.volume.append(fd, &piece),
            Ok((expected.len() as u64, piece.len()))
        );
        expected.extend(piece);
    }
    assert_eq!(fs.read(a).unwrap(), expected);
}

#[test]
fn a_reader_at_the_end_sees_what_is_appended_later() {
    let mut fs = Fs::new();
    let (writer, reader) = (fs.create("f").unwrap(), fs.open("f", READ).unwrap());
    let mut buf = [0; 10];
    assert_eq!(fs.volume.read(reader, 0, &mut buf), Ok(0));
    fs.volume.append(writer, b"one").unwrap();
    assert_eq!(fs.volume.read(reader, 0, &mut buf), Ok(3));
    assert_eq!(run(&mut fs.volume, reader, 3, 10), Ok(Run::End));
    fs.volume.append(writer, b"two").unwrap();
    assert_eq!(
        run(&mut fs.volume, reader, 3, 10),
        Ok(Run::Data(b"two".to_vec()))
    );
}

#[test]
fn written_zeros_give_space_back() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    let len = 10 * CHUNK;
    fs.volume.write(fd, 0, &vec![7; len as usize]).unwrap();
    let full = fs.volume.usage().bytes;
    assert_eq!(fs.volume.write_zeroes(fd, 100, len - 200), Ok(len - 200));
    assert!(fs.volume.usage().bytes <= full - 8 * CHUNK);
    let bytes = fs.read(fd).unwrap();
    let middle = 100..len as usize - 100;
    for (at, byte) in bytes.iter().enumerate() {
        assert_eq!(*byte == 0, middle.contains(&at), "{at}");
    }
    assert_eq!(fs.volume.write_zeroes(fd, 2 * len, 5), Ok(5));
    assert_eq!(fs.volume.stat(fd).unwrap().size, 2 * len + 5);
    let sparse = fs.create("sparse").unwrap();
    assert_eq!(
        fs.volume.write_zeroes(sparse, 0, FILE_SIZE_MAX),
        Ok(FILE_SIZE_MAX)
    );
}

#[test]
fn the_largest_size_cuts_writes_short() {
    let limits = Limits {
        file_size_max: 1000,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    let fd = fs.create("f").unwrap();
    assert_eq!(fs.volume.write(fd, 990, &[7; 20]), Ok(10));
    assert_eq!(fs.volume.write(fd, 1000, b"x"), Err(Error::FileTooLarge));
    assert_eq!(
        fs.volume.write(fd, u64::MAX, b"x"),
        Err(Error::FileTooLarge)
    );
    assert_eq!(fs.volume.write(fd, u64::MAX, b""), Ok(0));
    assert_eq!(fs.volume.write_zeroes(fd, 995, 100), Ok(5));
    assert_eq!(
        fs.volume.write_zeroes(fd, 1000, 1),
        Err(Error::FileTooLarge)
    );
    assert_eq!(fs.volume.set_size(fd, 1001), Err(Error::FileTooLarge));
    assert_eq!(fs.volume.set_size(fd, 1000), Ok(()));
}

#[test]
fn a_full_volume_keeps_what_it_has() {
    let limits = Limits {
        bytes_max: 64 * MIB,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    let fd = fs.create("f").unwrap();
    let piece = vec![7; 100_000];
    let mut written = 0;
    let error = loop {
        match fs.volume.append(fd, &piece) {
            Ok((_, count)) => written += count as u64,
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::InsufficientSpace);
    assert!(
        written >= 64 * MIB - 20_000,
        "nearly all of 64 MiB is for content: {written}"
    );
    assert_eq!(fs.volume.stat(fd).unwrap().size, written);
    assert!(fs.read(fd).unwrap().iter().all(|byte| *byte == 7));
    assert_eq!(
        fs.volume.write(fd, 0, &[8; 1000]),
        Ok(1000),
        "what is there can be overwritten"
    );
    assert_eq!(fs.symlink("target", "s"), Err(Error::InsufficientSpace));
    assert_eq!(fs.mkdir("d"), Ok(()));

    fs.volume.close(fd).unwrap();
    fs.unlink("f").unwrap();
    assert_eq!(
        fs.volume.usage().bytes,
        0,
        "a file that is deleted leaves room"
    );
    fs.put("g", &vec![7; 60 << 20]);
}

#[test]
fn ten_gib_go_through_64_mib() {
    let limits = Limits {
        bytes_max: 64 * MIB,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    let piece = vec![7; 40 << 20];
    fs.put("f", &piece);
    // Something behind it in memory, so that the allocator keeps what is freed and the test is
    // quick.
    fs.put("last", &[7; 1000]);
    for _ in 0..256 {
        fs.put("g", &piece[..10 << 20]);
        fs.unlink("f").unwrap();
        fs.put("f", &piece[..30 << 20]);
        fs.unlink("g").unwrap();
    }
    fs.unlink("f").unwrap();
    assert_eq!(fs.volume.usage().bytes, 1000);
}

#[test]
fn sparse_files_cannot_evade_the_limit() {
    let limits = Limits {
        bytes_max: MIB,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    let fd = fs.create("f").unwrap();
    let mut offset = 0;
    while fs.volume.write(fd, offset, b"x").is_ok() {
        offset += 64 * MIB + CHUNK;
    }
    assert!(
        offset < 1000 * 64 * MIB,
        "the table of a sparse file is charged for: {offset}"
    );
    assert!(fs.volume.usage().bytes <= MIB);
}

#[test]
fn handles_have_rights() {
    let mut fs = Fs::new();
    fs.put("f", b"content");
    fs.mkdir("d").unwrap();
    let (reader, writer) = (fs.open("f", READ).unwrap(), fs.open("f", WRITE).unwrap());
    let dir = fs.open("d", READ).unwrap();
    let mut buf = [0; 4];
    assert_eq!(
        fs.volume.read(writer, 0, &mut buf),
        Err(Error::BadDescriptor)
    );
    assert_eq!(run(&mut fs.volume, writer, 0, 4), Err(Error::BadDescriptor));
    assert_eq!(fs.volume.write(reader, 0, b"x"), Err(Error::BadDescriptor));
    assert_eq!(fs.volume.append(reader, b"x"), Err(Error::BadDescriptor));
    assert_eq!(
        fs.volume.write_zeroes(reader, 0, 1),
        Err(Error::BadDescriptor)
    );
    assert_eq!(fs.volume.set_size(reader, 0), Err(Error::Invalid));
    assert_eq!(fs.volume.read(dir, 0, &mut buf), Err(Error::IsDirectory));
    assert_eq!(fs.volume.write(dir, 0, b"x"), Err(Error::IsDirectory));
    assert_eq!(fs.volume.dup(reader, BOTH), Err(Error::NotPermitted));

    let other = fs.volume.dup(reader, READ).unwrap();
    fs.volume.close(reader).unwrap();
    assert_eq!(fs.volume.read(other, 0, &mut buf), Ok(4));
    assert_eq!(
        fs.volume.close(reader),
        Err(Error::BadDescriptor),
        "a handle closes once"
    );
    assert_eq!(
        fs.volume.read(reader, 0, &mut buf),
        Err(Error::BadDescriptor)
    );
    let reused = fs.open("f", READ).unwrap();
    assert_ne!(
        reused, reader,
        "a place that is used again is another handle"
    );
    assert_eq!(fs.volume.stat(reader).map(drop), Err(Error::BadDescriptor));
}

#[test]
fn a_directory_without_the_right_to_change_it_refuses_to() {
    let mut fs = Fs::new();
    fs.put("f", b"content");
    let dir = fs.volume.open_root(READ).unwrap();
    let follow = monaka_fs_core::Follow::Yes;
    let mut open = |flags, access| fs.volume.open_at(dir, "f", follow, flags, access).map(drop);
    assert_eq!(open(OpenFlags::empty(), READ), Ok(()));
    assert_eq!(open(OpenFlags::empty(), WRITE), Err(Error::ReadOnly));
    assert_eq!(open(OpenFlags::CREATE, READ), Err(Error::ReadOnly));
    assert_eq!(open(OpenFlags::TRUNCATE, READ), Err(Error::ReadOnly));
    let root = fs.root;
    assert_eq!(
        fs.volume.create_directory_at(dir, "x"),
        Err(Error::ReadOnly)
    );
    assert_eq!(fs.volume.symlink_at("x", dir, "x"), Err(Error::ReadOnly));
    assert_eq!(fs.volume.unlink_file_at(dir, "f"), Err(Error::ReadOnly));
    assert_eq!(
        fs.volume.remove_directory_at(dir, "f"),
        Err(Error::ReadOnly)
    );
    assert_eq!(
        fs.volume.rename_at(dir, "f", root, "x"),
        Err(Error::ReadOnly)
    );
    assert_eq!(
        fs.volume.rename_at(root, "f", dir, "x"),
        Err(Error::ReadOnly)
    );
    assert_eq!(
        fs.volume.link_at(root, follow, "f", dir, "x"),
        Err(Error::ReadOnly)
    );
    let now = monaka_fs_core::SetTime::Now;
    assert_eq!(
        fs.volume.set_times_at(dir, "f", follow, now, now),
        Err(Error::ReadOnly)
    );
    assert_eq!(fs.volume.set_times(dir, now, now), Err(Error::ReadOnly));
}

#[test]
fn a_read_only_volume_refuses_changes_and_can_be_read() {
    let mut fs = Fs::new();
    fs.put("f", b"content");
    let fd = fs.create("f").unwrap();
    fs.volume.set_read_only_root(true);
    assert_eq!(fs.volume.write(fd, 0, b"x"), Err(Error::ReadOnly));
    assert_eq!(fs.mkdir("d"), Err(Error::ReadOnly));
    assert_eq!(fs.mkdir("f"), Err(Error::Exist));
    assert_eq!(fs.unlink("f"), Err(Error::ReadOnly));
    assert_eq!(fs.open("f", WRITE).map(drop), Err(Error::ReadOnly));
    assert_eq!(fs.get("f").unwrap(), b"content");
}
