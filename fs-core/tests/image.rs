//! Images: what is mounted is what was written, damage is noticed, and no bytes whatever make the
//! reader panic.

mod common;

use common::Clock;
use common::image::{Builder, TIME, reseal, sample};
use common::naive::Naive;
use common::ops::{Op, ops};
use common::run::{Run, run, run_at};
use common::subject::{Subject, VolumeSubject, dump};
use monaka_fs_core::image::{Content, Image, ImageError};
use monaka_fs_core::{Access, Error, Fd, Follow, Ino, Kind, Limits, OpenFlags, Time, View};
use proptest::prelude::*;

const ALL: Access = Access::READ
    .union(Access::WRITE)
    .union(Access::MUTATE_DIRECTORY);

fn leak(bytes: Vec<u8>) -> &'static [u8] {
    Vec::leak(bytes)
}

fn mount(builder: &Builder) -> View<Clock> {
    mount_bytes(builder.build())
}

fn mount_bytes(bytes: Vec<u8>) -> View<Clock> {
    let image = Image::parse(leak(bytes)).unwrap();
    let volume = View::from_image(Clock::new(), Limits::default(), image).unwrap();
    assert_eq!(volume.check(), Ok(()));
    volume
}

fn root(volume: &mut View<Clock>) -> Fd {
    volume
        .open_root(Access::READ | Access::MUTATE_DIRECTORY)
        .unwrap()
}

fn open(volume: &mut View<Clock>, path: &str, access: Access) -> Result<Fd, Error> {
    let root = root(volume);
    volume.open_at(root, path, Follow::Yes, OpenFlags::empty(), access)
}

fn content(volume: &mut View<Clock>, path: &str) -> Result<Vec<u8>, Error> {
    let fd = open(volume, path, Access::READ)?;
    let size = volume.stat(fd)?.size as usize;
    let mut bytes = vec![0; size];
    let count = volume.read(fd, 0, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

#[test]
fn what_was_written_is_mounted() {
    let mut volume = mount(&sample());
    let large: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    assert_eq!(content(&mut volume, "empty").unwrap(), b"");
    assert_eq!(content(&mut volume, "hello").unwrap(), b"hello, world\n");
    assert_eq!(content(&mut volume, "etc/up").unwrap(), b"hello, world\n");
    assert_eq!(content(&mut volume, "etc/large").unwrap(), large);
    assert_eq!(
        content(&mut volume, "fixed/link").unwrap(),
        b"hello, world\n"
    );

    let root = root(&mut volume);
    let stat = volume
        .stat_at(root, "etc/deep/er/again", Follow::No)
        .unwrap();
    assert_eq!((stat.ino, stat.kind, stat.nlink), (Ino(2), Kind::File, 2));
    assert_eq!((stat.mtime, stat.ctime), (Time(TIME), Time(TIME)));
    assert_eq!(volume.stat_at(root, "etc", Follow::No).unwrap().nlink, 3);
    assert_eq!(volume.usage().bytes, 0, "what is borrowed is free");
    assert_eq!(volume.usage().inodes, 13, "12 inodes and a second name");
}

#[test]
fn a_change_copies_one_block() {
    let mut volume = mount(&sample());
    let fd = open(&mut volume, "etc/large", ALL).unwrap();
    assert_eq!(volume.write(fd, 70_000, b"changed").unwrap(), 7);
    assert_eq!(volume.usage().bytes, 65_536);
    let mut expected: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    expected[70_000..70_007].copy_from_slice(b"changed");
    assert_eq!(content(&mut volume, "etc/large").unwrap(), expected);

    volume.set_size(fd, 65_536 * 2).unwrap();
    volume.append(fd, b"end").unwrap();
    expected.truncate(65_536 * 2);
    expected.extend(b"end");
    assert_eq!(content(&mut volume, "etc/large").unwrap(), expected);
    volume.set_size(fd, 0).unwrap();
    assert_eq!(volume.usage().bytes, 0);
    assert_eq!(volume.check(), Ok(()));
}

#[test]
fn a_read_only_subtree_refuses_every_change() {
    let mut volume = mount(&sample());
    let root = root(&mut volume);
    let dir = open(
        &mut volume,
        "fixed",
        Access::READ | Access::MUTATE_DIRECTORY,
    )
    .unwrap();
    let open_flags = |volume: &mut View<Clock>, path, flags, access| {
        volume.open_at(dir, path, Follow::No, flags, access)
    };
    let refused = Err(Error::ReadOnly);

    assert_eq!(open(&mut volume, "fixed/file", ALL), refused.map(|()| dir));
    assert_eq!(
        open_flags(&mut volume, "file", OpenFlags::TRUNCATE, Access::READ).map(drop),
        refused
    );
    assert_eq!(
        open_flags(&mut volume, "new", OpenFlags::CREATE, Access::READ).map(drop),
        refused
    );
    assert_eq!(volume.create_directory_at(dir, "new"), refused);
    assert_eq!(volume.symlink_at("file", dir, "new"), refused);
    assert_eq!(
        volume.link_at(dir, Follow::No, "file", root, "new"),
        refused
    );
    assert_eq!(
        volume.link_at(root, Follow::No, "hello", dir, "new"),
        refused
    );
    assert_eq!(volume.unlink_file_at(dir, "file"), refused);
    assert_eq!(volume.remove_directory_at(dir, "dir"), refused);
    assert_eq!(volume.rename_at(dir, "file", dir, "new"), refused);
    assert_eq!(volume.rename_at(dir, "file", root, "new"), refused);
    assert_eq!(volume.rename_at(root, "hello", dir, "new"), refused);
    assert_eq!(volume.rename_at(root, "hello", dir, "file"), refused);
    assert_eq!(volume.rename_at(root, "fixed", root, "moved"), refused);
    let now = monaka_fs_core::SetTime::Now;
    assert_eq!(
        volume.set_times_at(dir, "file", Follow::No, now, now),
        refused
    );
    assert_eq!(volume.set_times(dir, now, now), refused);

    assert_eq!(content(&mut volume, "fixed/file").unwrap(), b"unchangeable");
    let stat = volume.stat_at(dir, "file", Follow::No).unwrap();
    assert_eq!(stat.atime, Time(TIME), "reading leaves no trace either");
    assert_eq!(open(&mut volume, "hello", ALL).map(drop), Ok(()));
}

/// The whole of a damaged block is refused, wherever it would have been read, and nothing else.
#[test]
fn a_damaged_block_gives_io_and_the_rest_works() {
    let mut bytes = sample().build();
    let image = Image::parse(leak(bytes.clone())).unwrap();
    let large = image.record(Ino(4)).unwrap();
    let Content::File(file) = large.content else {
        panic!("{large:?}")
    };
    assert!(file.blocks().all(|block| block.is_ok()));
    let second_block = bytes
        .windows(300)
        .position(|window| window == &file.bytes_unverified()[65_536..65_836])
        .unwrap();
    // The content repeats every 251 bytes: this is the first block.
    bytes[second_block + 5] ^= 1;

    let mut volume = mount_bytes(bytes);
    let fd = open(&mut volume, "etc/large", ALL).unwrap();
    let mut buf = [0; 10];
    assert_eq!(volume.read(fd, 0, &mut buf), Err(Error::Io));
    assert_eq!(run(&mut volume, fd, 60_000, 10), Err(Error::Io));
    assert_eq!(
        volume.write(fd, 60_000, b"x"),
        Err(Error::Io),
        "a write of a part needs the rest"
    );
    assert_eq!(volume.set_size(fd, 10), Err(Error::Io));
    assert_eq!(volume.stat(fd).unwrap().size, 200_000);
    assert_eq!(volume.read(fd, 65_536, &mut buf), Ok(10));
    assert_eq!(content(&mut volume, "hello").unwrap(), b"hello, world\n");
    assert_eq!(volume.check(), Ok(()));

    assert_eq!(
        volume.write(fd, 0, &[7; 65_536]),
        Ok(65_536),
        "a block that is replaced is not read"
    );
    assert_eq!(volume.read(fd, 60_000, &mut buf), Ok(10));
    assert_eq!(buf, [7; 10]);
    assert_eq!(volume.check(), Ok(()));
}

#[test]
fn a_damaged_small_file_can_be_replaced() {
    let mut bytes = sample().build();
    let at = bytes
        .windows(5)
        .position(|window| window == b"hello")
        .unwrap();
    bytes[at] ^= 0x40;
    let mut volume = mount_bytes(bytes);
    assert_eq!(content(&mut volume, "hello"), Err(Error::Io));
    let fd = open(&mut volume, "hello", ALL).unwrap();
    assert_eq!(volume.append(fd, b"x"), Err(Error::Io));
    volume.set_size(fd, 0).unwrap();
    volume.append(fd, b"whole again").unwrap();
    assert_eq!(content(&mut volume, "hello").unwrap(), b"whole again");
}

#[test]
fn what_is_not_an_image_is_told_apart() {
    let parse = |bytes: &[u8]| Image::parse(bytes).map(drop);
    let image = sample().build();
    assert_eq!(parse(b""), Err(ImageError::Magic));
    assert_eq!(parse(&[0; 200]), Err(ImageError::Magic));
    assert_eq!(parse(&image[..image.len() - 1]), Err(ImageError::Length));
    assert_eq!(
        parse(&[image.as_slice(), b"x"].concat()),
        Err(ImageError::Length)
    );
    let changed = |at: usize, byte: u8| {
        let mut image = image.clone();
        image[at] = byte;
        parse(&image)
    };
    assert_eq!(changed(8, 2), Err(ImageError::Version(2)));
    assert_eq!(changed(12, 1), Err(ImageError::Header));
    assert_eq!(changed(40, 200), Err(ImageError::Header));
    let index_off = u64::from_le_bytes(image[32..40].try_into().unwrap()) as usize;
    assert_eq!(changed(index_off, 9), Err(ImageError::Checksum));
    assert_eq!(changed(image.len() - 1, 9), Err(ImageError::Magic));
}

/// Two directories that hold each other: each has one name and the right number of links, but no
/// way leads to them.
#[test]
fn directories_in_a_circle_are_refused() {
    let mut builder = Builder::new();
    builder.directory("a").directory("a/b").directory("c");
    let mut image = builder.build();
    assert!(Image::parse(&image).is_ok());
    // Entries in order: a (1) and c (3) of the root, b (2) of a. `a` and `b` exchange their names.
    let index_off = u64::from_le_bytes(image[32..40].try_into().unwrap()) as usize;
    let dirent = |i: usize| index_off + 4 * 64 + i * 16;
    image[dirent(0)] = 3;
    image[dirent(1)] = 2;
    image[dirent(2)] = 1;
    // Now a holds itself.
    reseal(&mut image);
    assert!(matches!(Image::parse(&image), Err(ImageError::Inode(_))));
}

/// Every byte changed in several ways, with the old checksum and with a new one: an error, or a
/// volume that can be walked.
#[test]
fn no_changed_byte_makes_the_reader_panic() {
    let image = sample().build();
    let index_off = u64::from_le_bytes(image[32..40].try_into().unwrap()) as usize;
    let positions = (0..64).chain(index_off..image.len());
    for at in positions {
        for flip in [0x01, 0x80, 0xFF] {
            for seal in [false, true] {
                let mut image = image.clone();
                image[at] ^= flip;
                if seal {
                    reseal(&mut image);
                }
                walk(&image);
            }
        }
    }
}

#[test]
fn no_cut_makes_the_reader_panic() {
    let mut builder = Builder::new();
    builder
        .directory("d")
        .file("d/f", b"content")
        .symlink("l", "d/f");
    let image = builder.build();
    for len in 0..image.len() {
        let mut cut = image[..len].to_vec();
        walk(&cut);
        if len >= 24 {
            cut[16..24].copy_from_slice(&(len as u64).to_le_bytes());
            reseal(&mut cut);
            walk(&cut);
        }
    }
}

/// Parses, and if that succeeds mounts and reads everything. The memory of the image is leaked only
/// then.
fn walk(bytes: &[u8]) {
    if Image::parse(bytes).is_err() {
        return;
    }
    let image = Image::parse(leak(bytes.to_vec())).unwrap();
    let volume = View::from_image(Clock::new(), Limits::default(), image).unwrap();
    assert_eq!(volume.check(), Ok(()));
    dump(&mut VolumeSubject::new(volume));
}

/// Operations of the naive filesystem, applied to what an image brought.
fn populate(naive: &mut impl Subject, builder_ops: &[Op]) {
    for op in builder_ops {
        naive.apply(op).unwrap();
    }
}

proptest! {
    /// A mounted tree behaves as one that was made by operations.
    #[test]
    fn a_mounted_volume_behaves_as_the_naive_filesystem(ops in ops(40)) {
        let large: Vec<u8> = common::ops::pattern(3, 150_000);
        let small: Vec<u8> = common::ops::pattern(9, 200);
        let mut builder = Builder::new();
        builder.directory("a").file("a/b", &large).file("c", &small).symlink("d", "a/b");
        let image = Image::parse(leak(builder.build())).unwrap();

        let clock = Clock::new();
        clock.set(Time(TIME));
        let mut naive = Naive::new(clock.clone());
        let create = |path: &str| Op::Open {
            slot: 1, dir: 0, path: path.to_owned(), follow: true, flags: OpenFlags::CREATE, access: ALL
        };
        populate(&mut naive, &[
            Op::CreateDirectory { dir: 0, path: "a".to_owned() },
            create("a/b"),
            Op::Write { fd: 1, offset: 0, seed: 3, len: 150_000 },
            create("c"),
            Op::Write { fd: 1, offset: 0, seed: 9, len: 200 },
            Op::Symlink { target: "a/b".to_owned(), dir: 0, path: "d".to_owned() },
            Op::Close { fd: 1 },
        ]);
        let mut volume = VolumeSubject::new(View::from_image(clock.clone(), Limits::default(), image).unwrap());
        for op in &ops {
            clock.tick();
            prop_assert_eq!(volume.apply(op), naive.apply(op), "{:?}", op);
            prop_assert_eq!(volume.volume.check(), Ok(()), "{:?}", op);
        }
        prop_assert_eq!(dump(&mut volume), dump(&mut naive));
    }
}

#[test]
fn a_run_of_an_image_is_not_copied() {
    let bytes = leak(sample().build());
    let image = Image::parse(bytes).unwrap();
    let mut volume = View::from_image(Clock::new(), Limits::default(), image).unwrap();
    let fd = open(&mut volume, "hello", Access::READ).unwrap();
    let (run, place) = run_at(&mut volume, fd, 7, 100).unwrap();
    assert_eq!(run, Run::Data(b"world\n".to_vec()));
    assert!(bytes.as_ptr_range().contains(&place.start));
}
