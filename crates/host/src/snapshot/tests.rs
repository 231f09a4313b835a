//! From a volume to an image and back.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use monaka_fs_core::image::{Content as Record, Image};
use monaka_fs_core::{Access, Fd, Follow, Limits, OpenFlags, Scope, SetTime, Time};
use monaka_image::{Embed, EntryKind, ExtractOptions, PackOptions};

use super::*;
use crate::Volume;
use crate::shared::Core;

const CHUNK: u64 = monaka_fs_core::CHUNK_BYTES as u64;

/// All of a volume, to be changed.
struct Files {
    core: Core,
    root: Fd,
}

impl Files {
    fn of(volume: &Volume) -> Self {
        let mut core = Core::of(volume.core.clone(), &Scope::default()).unwrap();
        let root = core.open_root(Access::READ | Access::MUTATE_DIRECTORY);
        Self {
            root: root.unwrap(),
            core,
        }
    }

    fn create(&mut self, path: &str) -> Fd {
        let open = OpenFlags::CREATE;
        self.core
            .open_at(self.root, path, Follow::Yes, open, Access::WRITE)
            .unwrap()
    }

    fn write(&mut self, path: &str, bytes: &[u8]) {
        let fd = self.create(path);
        assert_eq!(self.core.write(fd, 0, bytes).unwrap(), bytes.len());
    }

    fn read(&mut self, path: &str) -> Vec<u8> {
        let open = OpenFlags::empty();
        let fd = self
            .core
            .open_at(self.root, path, Follow::No, open, Access::READ);
        let mut bytes = Vec::new();
        self.core
            .gather(fd.unwrap(), 0, usize::MAX, &mut bytes)
            .unwrap();
        bytes
    }
}

/// Links of both kinds, holes, an empty directory, a file of several chunks, and times of their own.
fn sample() -> Volume {
    let volume = Volume::new(Limits::default()).unwrap();
    let mut files = Files::of(&volume);
    let root = files.root;
    files.write("small", b"small");
    files.core.create_directory_at(root, "dir").unwrap();
    files.core.create_directory_at(root, "dir/empty").unwrap();
    let linked = files
        .core
        .link_at(root, Follow::No, "small", root, "dir/linked");
    linked.unwrap();
    files.core.symlink_at("../small", root, "dir/to").unwrap();
    let sparse = files.create("dir/sparse");
    files.core.write(sparse, 3 * CHUNK + 5, b"end").unwrap();
    files.core.set_size(sparse, 6 * CHUNK + 1).unwrap();
    let large: Vec<u8> = (0..3 * CHUNK + 9).map(|i| (i % 251) as u8).collect();
    files.write("large", &large);
    let (atime, mtime) = (SetTime::At(Time(7)), SetTime::At(Time(1 << 60)));
    files
        .core
        .set_times_at(root, "dir", Follow::No, atime, mtime)
        .unwrap();
    volume
}

fn image(volume: &Volume) -> Vec<u8> {
    let mut image = Vec::new();
    let len = volume.snapshot().unwrap().write_image(&mut image).unwrap();
    assert_eq!(len, image.len() as u64);
    image
}

/// Paths, with what a program can find out about each, and its content.
fn listed(image: &[u8]) -> BTreeMap<String, String> {
    let image = Image::parse(image).unwrap();
    let mut listed = BTreeMap::new();
    for entry in monaka_image::tree(&image).unwrap() {
        let record = image.record(Ino(entry.ino)).unwrap();
        let content = match record.content {
            Record::File(content) => {
                assert!(content.blocks().all(|block| block.is_ok()));
                format!("{:x?}", monaka_hash(content.bytes_unverified()))
            }
            _ => String::new(),
        };
        let ctime = record.ctime;
        listed.insert(entry.path.clone(), format!("{entry:?} {ctime:?} {content}"));
    }
    listed
}

fn monaka_hash(bytes: &[u8]) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(bytes)
}

#[test]
fn an_image_has_what_the_volume_has() {
    let volume = sample();
    let bytes = image(&volume);
    let image = Image::parse(&bytes).unwrap();
    let entries = monaka_image::tree(&image).unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| (entry.path.as_str(), entry.ino, entry.nlink, entry.size))
        .collect();
    let (sparse, large) = (6 * CHUNK + 1, 3 * CHUNK + 9);
    assert_eq!(
        seen,
        [
            ("/", 0, 3, 0),
            ("/dir", 1, 3, 0),
            ("/dir/empty", 2, 2, 0),
            ("/dir/linked", 3, 2, 5),
            ("/dir/sparse", 4, 1, sparse),
            ("/dir/to", 5, 1, 8),
            ("/large", 6, 1, large),
            ("/small", 3, 2, 5),
        ]
    );
    let target = "../small".to_string();
    assert_eq!(entries[5].kind, EntryKind::Symlink { target });
    assert_eq!(entries[1].atime, Time(7));
    assert_eq!(entries[1].mtime, Time(1 << 60));
    let stat = Files::of(&volume)
        .core
        .stat_at(Files::of(&volume).root, "large", Follow::No);
    let record = image.record(Ino(6)).unwrap();
    let stat = stat.unwrap();
    assert_eq!(
        (record.mode, record.atime, record.mtime, record.ctime),
        (stat.mode, stat.atime, stat.mtime, stat.ctime)
    );
}

#[test]
fn an_image_mounts_again_and_gives_the_same_image() {
    let volume = sample();
    let bytes = image(&volume);
    assert_eq!(bytes, image(&volume), "of the same tree");
    let again = Volume::from_image_bytes(bytes.clone(), Limits::default()).unwrap();
    assert_eq!(image(&again), bytes);

    let mut files = Files::of(&again);
    let mut sparse = vec![0; 6 * CHUNK as usize + 1];
    sparse[3 * CHUNK as usize + 5..][..3].copy_from_slice(b"end");
    assert!(files.read("dir/sparse") == sparse);
    files.write("dir/linked", b"SMALL");
    assert_eq!(files.read("small"), b"SMALL");
    drop(files);
    assert_ne!(listed(&image(&again)), listed(&bytes));
}

#[test]
fn an_image_is_extracted() {
    let dir = tempfile::tempdir().unwrap();
    let (path, target) = (dir.path().join("state.img"), dir.path().join("out"));
    let len = sample().snapshot().unwrap().save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, len);
    let image = Image::parse(&bytes).unwrap();
    monaka_image::extract(&image, &target, ExtractOptions::default(), &mut ()).unwrap();
    assert_eq!(fs::read(target.join("dir/to")).unwrap(), b"small");
    assert_eq!(fs::metadata(target.join("small")).unwrap().nlink(), 2);
    let sparse = fs::read(target.join("dir/sparse")).unwrap();
    assert_eq!(sparse.len() as u64, 6 * CHUNK + 1);
    assert_eq!(
        fs::metadata(target.join("dir")).unwrap().mtime(),
        (1 << 60) / 1_000_000_000
    );
}

#[test]
fn modes_and_read_only_marks_come_from_an_image_and_go_to_one() {
    let dir = tempfile::tempdir().unwrap();
    let host = dir.path();
    fs::create_dir(host.join("kept")).unwrap();
    fs::write(host.join("kept/f"), "kept").unwrap();
    fs::write(host.join("run"), "#!").unwrap();
    fs::set_permissions(host.join("run"), fs::Permissions::from_mode(0o751)).unwrap();
    symlink("kept/f", host.join("to")).unwrap();
    let embed = Embed {
        host: host.into(),
        guest: "/".parse().ok(),
    };
    let options = PackOptions {
        read_only: vec!["/kept".parse().unwrap()],
        ..PackOptions::default()
    };
    let mut packed = Vec::new();
    let plan = monaka_image::plan(&[embed], &options, &mut ()).unwrap();
    plan.write_to(&mut packed, &mut ()).unwrap();

    let volume = Volume::from_image_bytes(packed.clone(), Limits::default()).unwrap();
    assert_eq!(image(&volume), packed, "byte for byte");
    let mut files = Files::of(&volume);
    let open = files.core.open_at(
        files.root,
        "kept/f",
        Follow::Yes,
        OpenFlags::TRUNCATE,
        Access::WRITE,
    );
    assert_eq!(open, Err(Error::ReadOnly));
}

#[test]
fn a_snapshot_stays_what_it_was_without_its_volume() {
    let bytes = image(&sample());
    let volume = Volume::from_image_bytes(bytes.clone(), Limits::default()).unwrap();
    let snapshot = volume.snapshot().unwrap();
    Files::of(&volume).write("large", b"changed");
    drop(volume);
    let mut later = Vec::new();
    snapshot.write_image(&mut later).unwrap();
    assert_eq!(later, bytes);
}

/// The last that holds the image is a file that is open, of which all names are gone.
#[test]
fn an_open_file_keeps_the_image_that_it_is_in() {
    let volume = Volume::from_image_bytes(image(&sample()), Limits::default()).unwrap();
    let mut files = Files::of(&volume);
    let (open, access) = (OpenFlags::empty(), Access::READ);
    let file = files
        .core
        .open_at(files.root, "large", Follow::No, open, access)
        .unwrap();
    volume.remove("/large").unwrap();
    drop(volume);
    let mut bytes = Vec::new();
    files.core.gather(file, 0, usize::MAX, &mut bytes).unwrap();
    assert!(
        (0..)
            .zip(&bytes)
            .all(|(i, byte): (u64, _)| (i % 251) as u8 == *byte)
    );
    assert_eq!(bytes.len() as u64, 3 * CHUNK + 9);
}

#[test]
fn a_view_is_an_image_of_its_own() {
    let volume = sample();
    volume.link("/large", "/dir/large").unwrap();
    let view = volume.view().root("/dir").build().unwrap();
    let mut bytes = Vec::new();
    view.snapshot().unwrap().write_image(&mut bytes).unwrap();
    let listed = listed(&bytes);
    let paths: Vec<_> = listed.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        ["/", "/empty", "/large", "/linked", "/sparse", "/to"]
    );
    let part = Volume::from_image_bytes(bytes, Limits::default()).unwrap();
    assert_eq!(part.read("/large").unwrap(), volume.read("/large").unwrap());
    assert_eq!(
        part.stat("/large").unwrap().nlink,
        1,
        "of the names that are in it"
    );
}

#[test]
fn a_damaged_file_is_named_and_nothing_replaced() {
    let mut bytes = image(&sample());
    let at = bytes.windows(5).position(|at| at == b"small").unwrap();
    bytes[at] ^= 1;
    let volume = Volume::from_image_bytes(bytes, Limits::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.img");
    fs::write(&path, "before").unwrap();
    let error = volume.snapshot().unwrap().save(&path).unwrap_err();
    assert_eq!(error.path, path);
    match error.source {
        WriteError::Source(SnapshotError { path, source }) => {
            assert!(["/small", "/dir/linked"].contains(&path.as_str()), "{path}");
            assert_eq!(source, Error::Io);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(&path).unwrap(), b"before");
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        1,
        "nothing is left"
    );
}

#[test]
fn saving_replaces_the_file_and_keeps_its_links_and_permissions() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("a.img"), dir.path().join("b.img"));
    fs::write(&file, "before").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("a.img", &link).unwrap();
    let before = fs::metadata(&file).unwrap().ino();
    sample().snapshot().unwrap().save(&link).unwrap();
    let after = fs::metadata(&file).unwrap();
    assert_ne!(after.ino(), before);
    assert_eq!(after.permissions().mode() & 0o7777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    Volume::open_image(&link, Limits::default()).unwrap();
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let snapshot = sample().snapshot().unwrap();
    let error = snapshot.save(dir.path()).unwrap_err();
    assert!(matches!(error.source, WriteError::Write(_)), "{error:?}");
    let error = snapshot.save(dir.path().join("no/state.img")).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("no/state.img: cannot be written")
    );
    assert!(dir.path().is_dir());
}
