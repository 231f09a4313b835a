//! Round trips, and images that want to write where they must not.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use monaka_fs_core::Time;
use monaka_fs_core::image::{Image, ImageError};
use monaka_image::{
    Embed, EntryKind, ExtractError, ExtractOptions, Mtime, PackOptions, damaged, extract, plan,
    tree,
};

fn host() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn pack_with(embeds: &[(&Path, &str)], options: &PackOptions) -> Vec<u8> {
    let embeds: Vec<Embed> = (embeds.iter())
        .map(|(host, guest)| format!("{}:{guest}", host.display()).parse().unwrap())
        .collect();
    let mut bytes = Vec::new();
    plan(&embeds, options, &mut ())
        .unwrap()
        .write_to(&mut bytes, &mut ())
        .unwrap();
    bytes
}

fn pack(host: &Path) -> Vec<u8> {
    pack_with(&[(host, "/")], &PackOptions::default())
}

fn unpack(image: &[u8], target: &Path) -> Result<(), ExtractError> {
    unpack_with(image, target, ExtractOptions::default())
}

/// Into a directory that has entries already.
fn merging() -> ExtractOptions {
    ExtractOptions {
        merge: true,
        ..Default::default()
    }
}

fn unpack_with(image: &[u8], target: &Path, options: ExtractOptions) -> Result<(), ExtractError> {
    extract(&Image::parse(image).unwrap(), target, options, &mut ()).map(drop)
}

fn paths(image: &[u8]) -> Vec<String> {
    tree(&Image::parse(image).unwrap())
        .unwrap()
        .into_iter()
        .map(|entry| entry.path)
        .collect()
}

#[test]
fn an_empty_image_has_a_root() {
    let image = pack_with(&[], &PackOptions::default());
    assert_eq!(paths(&image), ["/"]);
    let out = host();
    unpack(&image, out.path()).unwrap();
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn contents_come_back_byte_for_byte() {
    let (dir, out) = (host(), host());
    let sizes = [0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 200_000];
    let content = |size: usize| (0..size).map(|i| (i * 7 + size) as u8).collect::<Vec<u8>>();
    for size in sizes {
        write(&dir.path().join(format!("d/{size}")), content(size));
    }
    unpack(&pack(dir.path()), &out.path().join("new/target")).unwrap();
    for size in sizes {
        assert_eq!(
            fs::read(out.path().join(format!("new/target/d/{size}"))).unwrap(),
            content(size)
        );
    }
}

#[test]
fn what_is_extracted_packs_to_the_same_bytes() {
    let (dir, out) = (host(), host());
    for name in ["a/b/c", "a/d", "z", "ä/ö"] {
        write(&dir.path().join(name), name);
    }
    fs::hard_link(dir.path().join("z"), dir.path().join("a/z")).unwrap();
    let image = pack(dir.path());
    unpack(&image, &out.path().join("t")).unwrap();
    assert_eq!(pack(&out.path().join("t")), image);
}

#[test]
fn later_embeds_win_and_directories_merge() {
    let (one, two, out) = (host(), host(), host());
    write(&one.path().join("d/x"), "one");
    write(&one.path().join("d/only-one"), "1");
    write(&two.path().join("d/x"), "two");
    write(&two.path().join("d/only-two"), "2");
    let image = pack_with(
        &[(one.path(), "/r"), (two.path(), "/r")],
        &PackOptions::default(),
    );
    assert_eq!(
        paths(&image),
        [
            "/",
            "/r",
            "/r/d",
            "/r/d/only-one",
            "/r/d/only-two",
            "/r/d/x"
        ]
    );
    unpack(&image, out.path()).unwrap();
    assert_eq!(fs::read(out.path().join("r/d/x")).unwrap(), b"two");
}

#[test]
fn a_name_replaced_by_a_later_embed_leaves_the_other_link() {
    let (one, two) = (host(), host());
    write(&one.path().join("a"), "one");
    fs::hard_link(one.path().join("a"), one.path().join("b")).unwrap();
    write(&two.path().join("a"), "two");
    let image = pack_with(
        &[(one.path(), "/"), (two.path(), "/")],
        &PackOptions::default(),
    );
    let entries = tree(&Image::parse(&image).unwrap()).unwrap();
    assert_eq!(
        entries.iter().map(|entry| entry.nlink).collect::<Vec<_>>(),
        [2, 1, 1]
    );
}

#[test]
fn times_are_those_of_the_host_or_clamped_or_fixed() {
    let dir = host();
    let file = dir.path().join("f");
    write(&file, "f");
    let time = UNIX_EPOCH + Duration::new(1_000, 42);
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let mtime = |mtime| {
        let image = pack_with(
            &[(&file, "/f")],
            &PackOptions {
                mtime,
                ..Default::default()
            },
        );
        tree(&Image::parse(&image).unwrap()).unwrap()[1].mtime
    };
    assert_eq!(mtime(Mtime::Host), Time(1_000_000_000_042));
    assert_eq!(mtime(Mtime::AtMost(Time(5))), Time(5));
    assert_eq!(
        mtime(Mtime::AtMost(Time(u64::MAX))),
        Time(1_000_000_000_042)
    );
    assert_eq!(mtime(Mtime::Fixed(Time(u64::MAX))), Time(u64::MAX));
}

#[test]
fn read_only_holds_for_all_below() {
    let dir = host();
    write(&dir.path().join("a/b/c"), "c");
    write(&dir.path().join("d"), "d");
    let options = PackOptions {
        read_only: vec!["/a".parse().unwrap()],
        ..Default::default()
    };
    let image = pack_with(&[(dir.path(), "/")], &options);
    let entries = tree(&Image::parse(&image).unwrap()).unwrap();
    let read_only: Vec<_> = entries
        .iter()
        .filter(|entry| entry.read_only)
        .map(|entry| &entry.path)
        .collect();
    assert_eq!(read_only, ["/a", "/a/b", "/a/b/c"]);
}

#[test]
fn the_output_is_left_out() {
    let dir = host();
    write(&dir.path().join("a"), "a");
    write(&dir.path().join("d/out.wasm"), "composed before");
    write(&dir.path().join("out.wasm"), "another");
    let options = PackOptions {
        leave_out: Some(dir.path().join("d/../d/out.wasm")),
        ..Default::default()
    };
    assert_eq!(
        paths(&pack_with(&[(dir.path(), "/")], &options)),
        ["/", "/a", "/d", "/out.wasm"]
    );
}

#[test]
fn a_damaged_file_is_named_and_nothing_is_written() {
    let (dir, out) = (host(), host());
    write(&dir.path().join("good"), "good");
    write(&dir.path().join("sub/bad"), "needle");
    let mut image = pack(dir.path());
    let at = image
        .windows(6)
        .position(|bytes| bytes == b"needle")
        .unwrap();
    image[at] ^= 1;
    let parsed = Image::parse(&image).unwrap();
    assert_eq!(damaged(&parsed, &tree(&parsed).unwrap()), ["/sub/bad"]);
    let error = unpack(&image, &out.path().join("t")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "damaged, the checksum does not match: /sub/bad"
    );
    assert!(!out.path().join("t").exists());
}

#[test]
fn a_target_with_entries_needs_merge() {
    let (dir, out) = (host(), host());
    write(&dir.path().join("d/f"), "new");
    write(&out.path().join("d/f"), "old");
    write(&out.path().join("d/other"), "kept");
    let image = pack(dir.path());
    assert!(matches!(
        unpack(&image, out.path()),
        Err(ExtractError::NotEmpty(_))
    ));
    unpack_with(&image, out.path(), merging()).unwrap();
    assert_eq!(fs::read(out.path().join("d/f")).unwrap(), b"new");
    assert_eq!(fs::read(out.path().join("d/other")).unwrap(), b"kept");
}

#[test]
fn merging_never_makes_a_directory_of_a_file_or_a_file_of_a_directory() {
    let dir = host();
    write(&dir.path().join("d/f"), "f");
    let image = pack(dir.path());
    for occupied in ["d", "d/f/x"] {
        let out = host();
        write(&out.path().join(occupied), "here");
        let error = unpack_with(&image, out.path(), merging()).unwrap_err();
        assert!(matches!(error, ExtractError::InTheWay(_)), "{error}");
        assert_eq!(fs::read(out.path().join(occupied)).unwrap(), b"here");
    }
}

/// A name with `..` or `/` cannot be written by the packer: an image is patched, and its checksum made good again.
#[test]
fn hostile_names_are_refused() {
    for (name, hostile) in [
        ("qq", ".."),
        ("qqq", "a/b"),
        ("q", "."),
        ("qq", "a\0"),
        ("qq", "aa"),
    ] {
        let dir = host();
        write(&dir.path().join("aa"), "the name of another");
        write(&dir.path().join(name), "x");
        let mut image = pack(dir.path());
        let names = index_of(&image, name.as_bytes());
        image[names..names + name.len()].copy_from_slice(hostile.as_bytes());
        seal(&mut image);
        assert!(
            matches!(Image::parse(&image), Err(ImageError::Dirent(_))),
            "{hostile:?}"
        );
    }
}

const FOOTER_BYTES: usize = 16;

/// The last place of a name before the footer, whose checksum may hold any byte: in the names section.
fn index_of(image: &[u8], name: &[u8]) -> usize {
    image[..image.len() - FOOTER_BYTES]
        .windows(name.len())
        .rposition(|bytes| bytes == name)
        .unwrap()
}

/// Makes the checksum of the index right.
fn seal(image: &mut [u8]) {
    let number = |at: usize, len: usize| {
        image[at..at + len]
            .iter()
            .rev()
            .fold(0_usize, |number, &byte| number << 8 | usize::from(byte))
    };
    let index = number(32, 8);
    let end = index + 64 * number(40, 4) + 16 * number(44, 4) + 8 * number(48, 4) + number(52, 4);
    let hashed: Vec<u8> = image[..64]
        .iter()
        .chain(&image[index..end])
        .copied()
        .collect();
    let footer = image.len() - FOOTER_BYTES;
    image[footer..footer + 8].copy_from_slice(&xxhash_rust::xxh3::xxh3_64(&hashed).to_le_bytes());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn modes_times_and_links_come_back() {
        let (dir, out) = (host(), host());
        let file = dir.path().join("d/f");
        write(&file, "f");
        symlink("f", dir.path().join("d/link")).unwrap();
        symlink("dangling/../x", dir.path().join("link")).unwrap();
        fs::hard_link(&file, dir.path().join("g")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o4451)).unwrap();
        fs::set_permissions(dir.path().join("d"), fs::Permissions::from_mode(0o555)).unwrap();
        let old = filetime::FileTime::from_unix_time(12_345, 678);
        filetime::set_file_mtime(&file, old).unwrap();
        filetime::set_symlink_file_times(dir.path().join("link"), old, old).unwrap();
        filetime::set_file_mtime(dir.path().join("d"), old).unwrap();

        let target = out.path().join("t");
        unpack(&pack(dir.path()), &target).unwrap();
        let stat = |path: &str| fs::symlink_metadata(target.join(path)).unwrap();
        for path in ["d/f", "d", "link"] {
            assert_eq!(
                (stat(path).mtime(), stat(path).mtime_nsec()),
                (12_345, 678),
                "{path}"
            );
        }
        assert_eq!(
            stat("d/f").mode() & 0o7777,
            0o451,
            "set-user-id is not restored"
        );
        assert_eq!(stat("d").mode() & 0o7777, 0o555);
        assert_eq!(stat("g").ino(), stat("d/f").ino());
        assert_eq!(
            fs::read_link(target.join("link")).unwrap(),
            Path::new("dangling/../x")
        );
        assert_eq!(
            fs::read_link(target.join("d/link")).unwrap(),
            Path::new("f")
        );
        fs::set_permissions(target.join("d"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(dir.path().join("d"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The classic: a link out of the target, and a file whose path goes through it.
    #[test]
    fn links_of_the_target_are_not_followed() {
        let (dir, out, outside) = (host(), host(), host());
        write(&dir.path().join("d/f"), "f");
        write(&dir.path().join("g"), "g");
        let image = pack(dir.path());
        write(&outside.path().join("victim"), "safe");

        symlink(outside.path(), out.path().join("d")).unwrap();
        let error = unpack_with(&image, out.path(), merging()).unwrap_err();
        assert!(matches!(error, ExtractError::InTheWay(_)), "{error}");

        fs::remove_file(out.path().join("d")).unwrap();
        symlink(outside.path().join("victim"), out.path().join("g")).unwrap();
        symlink(outside.path().join("victim"), out.path().join("x")).unwrap();
        unpack_with(&image, out.path(), merging()).unwrap();
        assert_eq!(fs::read(out.path().join("g")).unwrap(), b"g");
        assert_eq!(fs::read(outside.path().join("victim")).unwrap(), b"safe");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_of_the_image_replaces_a_file_but_no_directory() {
        let (dir, out) = (host(), host());
        symlink(
            "/anywhere/../else".trim_start_matches('/'),
            dir.path().join("l"),
        )
        .unwrap();
        let image = pack(dir.path());
        let entries = tree(&Image::parse(&image).unwrap()).unwrap();
        assert_eq!(
            entries[1].kind,
            EntryKind::Symlink {
                target: "anywhere/../else".into()
            }
        );
        write(&out.path().join("l"), "old");
        unpack_with(&image, out.path(), merging()).unwrap();
        assert!(
            fs::symlink_metadata(out.path().join("l"))
                .unwrap()
                .is_symlink()
        );

        let full = host();
        fs::create_dir(full.path().join("l")).unwrap();
        let error = unpack_with(&image, full.path(), merging()).unwrap_err();
        assert!(matches!(error, ExtractError::InTheWay(_)), "{error}");
    }
}

/// The files before a conflict were replaced, and those after it were not.
#[test]
fn a_conflict_is_found_before_anything_is_replaced() {
    let (dir, out) = (host(), host());
    write(&dir.path().join("a"), "new");
    write(&dir.path().join("z"), "new");
    write(&out.path().join("a"), "old");
    fs::create_dir(out.path().join("z")).unwrap();
    let options = merging();
    let error = unpack_with(&pack(dir.path()), out.path(), options).unwrap_err();
    assert!(matches!(error, ExtractError::InTheWay(path) if path == out.path().join("z")));
    assert_eq!(fs::read(out.path().join("a")).unwrap(), b"old");
}

#[test]
fn the_healthy_files_of_a_damaged_image_come_back_when_asked_for() {
    let (dir, out) = (host(), host());
    write(&dir.path().join("a"), "healthy");
    write(&dir.path().join("d/b"), "to be damaged");
    write(&dir.path().join("d/c"), "healthy");
    let mut image = pack(dir.path());
    let at = (0..image.len())
        .find(|&at| image[at..].starts_with(b"to be damaged"))
        .unwrap();
    image[at] ^= 1;
    let options = ExtractOptions {
        keep_going: true,
        ..Default::default()
    };
    let error = unpack_with(&image, out.path(), options).unwrap_err();
    assert!(matches!(error, ExtractError::Damaged(paths) if paths == ["/d/b"]));
    assert_eq!(fs::read(out.path().join("a")).unwrap(), b"healthy");
    assert_eq!(fs::read(out.path().join("d/c")).unwrap(), b"healthy");
    assert!(!out.path().join("d/b").exists());
}
