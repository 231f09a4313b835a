//! What is packed and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use monaka_fs_core::Time;
use monaka_image::{Embed, Mtime, PackError, PackOptions, Plan, plan};

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn host() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn embed(host: &Path, guest: &str) -> Embed {
    format!("{}:{guest}", host.display()).parse().unwrap()
}

fn planned(embeds: &[Embed]) -> Plan {
    plan(embeds, &PackOptions::default(), &mut ()).unwrap()
}

fn bytes(plan: &Plan) -> Vec<u8> {
    let mut out = Vec::new();
    plan.write_to(&mut out, &mut ()).unwrap();
    assert_eq!(out.len() as u64, plan.len());
    out
}

/// The message of a refusal, with the directory of the test taken out.
fn refusal(embeds: &[Embed], options: &PackOptions, host: &Path) -> String {
    let error = plan(embeds, options, &mut ()).unwrap_err();
    assert!(matches!(error, PackError::Refused(_)), "{error:?}");
    error
        .to_string()
        .replace(&host.display().to_string(), "HOST")
}

fn refused(embeds: &[Embed], host: &Path) -> String {
    refusal(embeds, &PackOptions::default(), host)
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let dir = host();
    for name in ["b/2", "a", "b/1", "c/d/e", "ü"] {
        write(&dir.path().join(name), name);
    }
    let first = bytes(&planned(&[embed(dir.path(), "/x")]));
    let _atime = fs::read(dir.path().join("a")).unwrap();
    assert_eq!(first, bytes(&planned(&[embed(dir.path(), "/x")])));
}

#[test]
fn the_order_of_the_host_directory_does_not_show() {
    let names = ["q", "w/1", "e", "r", "t/2"];
    let pack = |names: &mut dyn Iterator<Item = &&str>| {
        let dir = host();
        names.for_each(|name| write(&dir.path().join(name), name));
        let options = PackOptions {
            mtime: Mtime::Fixed(Time(7)),
            ..Default::default()
        };
        bytes(&plan(&[embed(dir.path(), "/")], &options, &mut ()).unwrap())
    };
    assert_eq!(pack(&mut names.iter()), pack(&mut names.iter().rev()));
}

#[test]
fn totals_count_what_is_packed() {
    let dir = host();
    write(&dir.path().join("d/f"), [1; 100]);
    write(&dir.path().join("g"), [2; 70_000]);
    fs::hard_link(dir.path().join("g"), dir.path().join("h")).unwrap();
    let plan = planned(&[embed(dir.path(), "/x/y")]);
    assert_eq!(
        (plan.files(), plan.directories(), plan.symlinks()),
        (2, 3, 0)
    );
    assert_eq!((plan.bytes(), plan.inodes()), (70_100, 7));
    assert!(!plan.is_empty());
    assert!(planned(&[]).is_empty());
}

#[test]
fn excluded_paths_and_ignored_files_are_left_out() {
    let dir = host();
    for name in [
        "keep.txt",
        "x.o",
        "sub/y.o",
        "sub/keep",
        "target/z",
        "log",
        "git.tmp",
        ".git/HEAD",
    ] {
        write(&dir.path().join(name), name);
    }
    write(&dir.path().join(".monakaignore"), "log\n");
    write(&dir.path().join(".gitignore"), "*.tmp\n");
    let options = PackOptions {
        exclude: vec!["*.o".into(), "/target".into()],
        mtime: Mtime::Fixed(Time(0)),
        ..Default::default()
    };
    let files = |options: &PackOptions| {
        plan(&[embed(dir.path(), "/")], options, &mut ())
            .unwrap()
            .files()
    };
    // keep.txt, sub/keep, git.tmp, .git/HEAD, .gitignore
    assert_eq!(files(&options), 5);
    // keep.txt, sub/keep, .gitignore
    assert_eq!(
        files(&PackOptions {
            gitignore: true,
            ..options
        }),
        3
    );
}

#[test]
fn missing_paths_are_all_listed() {
    let dir = host();
    let embeds = [
        embed(&dir.path().join("no"), "/a"),
        embed(&dir.path().join("nor"), "/b"),
    ];
    assert_eq!(
        refused(&embeds, dir.path()),
        "2 paths cannot be embedded:\n  HOST/no: not found\n  HOST/nor: not found"
    );
}

#[test]
fn a_file_against_a_directory_is_a_collision_that_names_both() {
    let dir = host();
    write(&dir.path().join("one/x/f"), "f");
    write(&dir.path().join("two/x"), "x");
    let (one, two) = (
        embed(&dir.path().join("one"), "/d"),
        embed(&dir.path().join("two"), "/d"),
    );
    assert_eq!(
        refused(&[one.clone(), two.clone()], dir.path()),
        "HOST/two/x: collides at `/d/x` with HOST/one/x: one is a directory and the other is not"
    );
    assert_eq!(
        refused(&[two, one], dir.path()),
        "HOST/one/x: collides at `/d/x` with HOST/two/x: one is a directory and the other is not"
    );
    let file = embed(&dir.path().join("two/x"), "/f");
    let below = embed(&dir.path().join("one"), "/f/g");
    assert_eq!(
        refused(&[file, below], dir.path()),
        "HOST/one: collides at `/f/g` with HOST/two/x: one is a directory and the other is not"
    );
}

#[test]
fn globs_that_are_none_are_refused() {
    let dir = host();
    let options = PackOptions {
        exclude: vec!["a[".into(), "!b".into()],
        ..Default::default()
    };
    let message = refusal(&[embed(dir.path(), "/")], &options, dir.path());
    assert!(
        message.starts_with("2 paths cannot be embedded:\n  a[: bad ignore rule: "),
        "{message}"
    );
    assert!(
        message.ends_with("\n  !b: bad ignore rule: it is empty or starts with `!`"),
        "{message}"
    );
}

#[test]
fn read_only_needs_a_path_that_is_there() {
    let dir = host();
    write(&dir.path().join("f"), "f");
    let options = PackOptions {
        read_only: vec!["/x/f".parse().unwrap(), "/y".parse().unwrap()],
        ..Default::default()
    };
    assert_eq!(
        refusal(&[embed(dir.path(), "/x")], &options, dir.path()),
        "/y: nothing is embedded there, so it cannot be made read-only"
    );
}

#[test]
fn an_image_too_large_for_a_module_names_limit_and_size() {
    let dir = host();
    let sparse = fs::File::create(dir.path().join("big")).unwrap();
    sparse.set_len(3 << 30).unwrap();
    let error = plan(&[embed(dir.path(), "/")], &PackOptions::default(), &mut ()).unwrap_err();
    let PackError::TooLarge { len } = &error else {
        panic!("{error}")
    };
    assert!(*len > 3 << 30);
    assert!(
        error
            .to_string()
            .contains("at most 1 GiB has room for 1056964608"),
        "{error}"
    );
}

#[test]
fn a_file_that_changes_size_is_named() {
    let dir = host();
    let file = dir.path().join("f");
    for (planned_size, real) in [(10, 5), (5, 10), (65_536, 65_537), (0, 1)] {
        fs::write(&file, vec![0; planned_size]).unwrap();
        let plan = planned(&[embed(dir.path(), "/")]);
        fs::write(&file, vec![0; real]).unwrap();
        let error = plan.write_to(&mut Vec::new(), &mut ()).unwrap_err();
        assert!(
            matches!(&error, PackError::Changed(path) if *path == file),
            "{error}"
        );
    }
}

#[test]
fn a_single_file_goes_to_its_name_or_below_a_slash() {
    let dir = host();
    write(&dir.path().join("f"), "f");
    let file = dir.path().join("f");
    let by_name = Embed {
        host: file.clone(),
        guest: None,
    };
    let options = PackOptions {
        mtime: Mtime::Fixed(Time(1)),
        ..Default::default()
    };
    let packed = |embed: Embed| bytes(&plan(&[embed], &options, &mut ()).unwrap());
    assert_eq!(packed(by_name), packed(embed(&file, "/f")));
    assert_eq!(packed(embed(&file, "/")), packed(embed(&file, "/f")));
    assert_eq!(packed(embed(&file, "/d/")), packed(embed(&file, "/d/f")));
}

#[test]
fn a_dot_has_the_name_of_its_directory() {
    let dir = host();
    write(&dir.path().join("sub/f"), "f");
    let dotted: PathBuf = dir.path().join("sub/x/..");
    fs::create_dir(dir.path().join("sub/x")).unwrap();
    let plan_of = |host: PathBuf| {
        let plan = planned(&[Embed { host, guest: None }]);
        bytes(&plan)
    };
    assert_eq!(
        plan_of(dotted),
        bytes(&planned(&[embed(&dir.path().join("sub"), "/sub")]))
    );
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn symlinks_that_leave_are_refused_by_name() {
        let dir = host();
        fs::create_dir_all(dir.path().join("t/sub")).unwrap();
        symlink("../t2", dir.path().join("t/out")).unwrap();
        symlink("/etc/passwd", dir.path().join("t/abs")).unwrap();
        symlink("../x/../../y", dir.path().join("t/sub/deep")).unwrap();
        symlink("../anything", dir.path().join("t/sub/kept")).unwrap();
        symlink("nothing", dir.path().join("t/dangling")).unwrap();
        let message = refused(&[embed(&dir.path().join("t"), "/")], dir.path());
        let leaves = |path: &str, target: &str| {
            format!(
                "\n  HOST/t/{path}: the symbolic link points out of the embedded directory, at `{target}` (--follow copies what it points at)"
            )
        };
        assert_eq!(
            message,
            format!(
                "3 paths cannot be embedded:{}{}{}",
                leaves("abs", "/etc/passwd"),
                leaves("out", "../t2"),
                leaves("sub/deep", "../x/../../y")
            )
        );
    }

    #[test]
    fn follow_copies_what_leaves_and_keeps_the_rest() {
        let dir = host();
        write(&dir.path().join("far/d/f"), "f");
        write(&dir.path().join("t/in"), "in");
        symlink("../far", dir.path().join("t/out")).unwrap();
        symlink(dir.path().join("far/d/f"), dir.path().join("t/file")).unwrap();
        symlink("in", dir.path().join("t/kept")).unwrap();
        let options = PackOptions {
            follow: true,
            ..Default::default()
        };
        let plan = plan(&[embed(&dir.path().join("t"), "/")], &options, &mut ()).unwrap();
        assert_eq!(
            (plan.files(), plan.directories(), plan.symlinks()),
            (3, 2, 1)
        );
    }

    #[test]
    fn follow_finds_loops_and_dangling_links() {
        let dir = host();
        fs::create_dir_all(dir.path().join("t/sub")).unwrap();
        fs::create_dir_all(dir.path().join("u")).unwrap();
        symlink("../../t", dir.path().join("t/sub/up")).unwrap();
        symlink("../u", dir.path().join("t/u")).unwrap();
        symlink("../t", dir.path().join("u/t")).unwrap();
        symlink("/nowhere", dir.path().join("t/gone")).unwrap();
        let options = PackOptions {
            follow: true,
            ..Default::default()
        };
        let canonical = dir.path().canonicalize().unwrap();
        let message = refusal(&[embed(&canonical.join("t"), "/")], &options, &canonical);
        assert_eq!(
            message,
            "3 paths cannot be embedded:\
             \n  HOST/t/gone: the symbolic link points at `/nowhere`, which does not exist\
             \n  HOST/t/sub/up: the symbolic link leads back to `HOST/t`, a directory that contains it\
             \n  HOST/u/t: the symbolic link leads back to `HOST/t`, a directory that contains it"
        );
    }

    #[test]
    fn special_files_are_refused_by_name() {
        let dir = host();
        let _socket = UnixListener::bind(dir.path().join("s")).unwrap();
        let refused = refused(&[embed(dir.path(), "/")], dir.path());
        assert_eq!(
            refused,
            "HOST/s: is a socket, which cannot be embedded (leave it out with --exclude)"
        );
        let options = PackOptions {
            exclude: vec!["s".into()],
            ..Default::default()
        };
        assert!(plan(&[embed(dir.path(), "/")], &options, &mut ()).is_ok());
        let device = [embed(Path::new("/dev/null"), "/null")];
        assert!(super::refused(&device, dir.path()).starts_with("/dev/null: is a device"));
    }

    #[test]
    fn names_and_targets_that_are_not_unicode_are_refused() {
        let dir = host();
        write(&dir.path().join(OsStr::from_bytes(b"bad\xff")), "");
        symlink(OsStr::from_bytes(b"to\xff"), dir.path().join("link")).unwrap();
        let message = refused(&[embed(dir.path(), "/")], dir.path());
        assert_eq!(
            message,
            "2 paths cannot be embedded:\n  HOST/bad\u{fffd}: the name is not UTF-8\
             \n  HOST/link: the target of the symbolic link is not UTF-8"
        );
    }
}

/// A file with two names passed the check of `--max-inodes` and then could not
/// be mounted: every operation of the composed program failed with `io`.
#[test]
fn every_name_counts_against_the_limit_on_inodes() {
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(tree.join("a"), "1").unwrap();
    std::fs::hard_link(tree.join("a"), tree.join("b")).unwrap();
    let embed = format!("{}:/x", tree.display()).parse().unwrap();
    let plan =
        monaka_image::plan(&[embed], &monaka_image::PackOptions::default(), &mut ()).unwrap();
    // The root, /x, /x/a and /x/b.
    assert_eq!(plan.inodes(), 4);
}

/// Files that are hard links of each other on the host were one file in the guest even when they came from
/// different embeds: what a program wrote to one was seen in the other, and read-only was read-only for both.
#[cfg(unix)]
#[test]
fn each_embed_is_a_copy_of_its_own() {
    let dir = host();
    write(&dir.path().join("a"), "content");
    fs::hard_link(dir.path().join("a"), dir.path().join("b")).unwrap();
    let once = planned(&[embed(dir.path(), "/x")]);
    assert_eq!((once.files(), once.bytes()), (1, 7));
    let twice = planned(&[embed(dir.path(), "/x"), embed(dir.path(), "/y")]);
    assert_eq!((twice.files(), twice.bytes()), (2, 14));
    let apart = planned(&[
        embed(&dir.path().join("a"), "/a"),
        embed(&dir.path().join("b"), "/b"),
    ]);
    assert_eq!((apart.files(), apart.bytes()), (2, 14));
}

/// A rule with an unclosed `[` was taken for a name, as git does, and what it should leave out was packed.
#[test]
fn a_bad_rule_of_an_ignore_file_is_refused_with_its_line() {
    let dir = host();
    write(&dir.path().join("d/.monakaignore"), "good\nbad[\n");
    write(&dir.path().join(".monakaignore"), "{a\n");
    write(&dir.path().join("left/.monakaignore"), "bad[\n");
    let message = refused(&[embed(dir.path(), "/x")], dir.path());
    assert_eq!(
        message,
        "3 paths cannot be embedded:\n  \
         HOST/.monakaignore: bad ignore rule: line 1: error parsing glob '{a': \
         unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)\n  \
         HOST/d/.monakaignore: bad ignore rule: line 2: error parsing glob 'bad[': \
         unclosed character class; missing ']'\n  \
         HOST/left/.monakaignore: bad ignore rule: line 1: error parsing glob 'bad[': \
         unclosed character class; missing ']'"
    );
}

#[test]
fn a_bad_exclude_is_shown_as_it_was_written() {
    let options = PackOptions {
        exclude: vec!["a[".into()],
        ..Default::default()
    };
    assert_eq!(
        refusal(&[], &options, Path::new("/nowhere")),
        "a[: bad ignore rule: unclosed character class; missing ']'"
    );
}

/// A program could open none of these, and the composed file could not be inspected.
#[test]
fn a_path_that_is_too_long_for_the_guest_is_refused_once() {
    let dir = host();
    write(&dir.path().join("a"), "");
    write(&dir.path().join("b"), "");
    let guest = "/n".repeat(2047);
    assert_eq!(
        refused(&[embed(dir.path(), &guest)], dir.path()),
        "HOST/a: the path is too long: a program can open 4095 bytes, and 255 for each name"
    );
}

#[test]
fn read_only_paths_that_are_not_embedded_are_listed_as_such() {
    let dir = host();
    let options = PackOptions {
        read_only: vec!["/a".parse().unwrap(), "/b".parse().unwrap()],
        ..Default::default()
    };
    assert_eq!(
        refusal(&[embed(dir.path(), "/x")], &options, dir.path()),
        "2 paths cannot be made read-only:\n  \
         /a: nothing is embedded there, so it cannot be made read-only\n  \
         /b: nothing is embedded there, so it cannot be made read-only"
    );
}

/// Images that were made before are compared byte by byte by people who build reproducibly: a change here is a new
/// version of the format or of the order of inodes, and needs a line in the changelog.
#[cfg(unix)]
#[test]
fn the_bytes_of_an_image_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = host();
    write(&dir.path().join("t/a/small"), "small");
    write(&dir.path().join("t/b"), vec![7; 70_000]);
    write(&dir.path().join("t/empty"), "");
    fs::hard_link(dir.path().join("t/b"), dir.path().join("t/a/again")).unwrap();
    symlink("a/small", dir.path().join("t/link")).unwrap();
    for (name, mode) in [
        ("", 0o755),
        ("a", 0o750),
        ("b", 0o600),
        ("a/small", 0o644),
        ("empty", 0o444),
    ] {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(dir.path().join("t").join(name), permissions).unwrap();
    }
    let options = PackOptions {
        mtime: Mtime::Fixed(Time(1_000_000_007)),
        read_only: vec!["/x/a".parse().unwrap()],
        ..Default::default()
    };
    let plan = plan(&[embed(&dir.path().join("t"), "/x")], &options, &mut ()).unwrap();
    let image = bytes(&plan);
    assert_eq!(
        (image.len(), xxhash_rust::xxh3::xxh3_64(&image)),
        (70_712, 2_422_174_059_302_295_569)
    );
}

/// What a run has left in an image is embedded as it was in the directory that the image was made of.
#[cfg(unix)]
#[test]
fn an_image_stands_for_the_files_in_it() {
    let dir = host();
    let tree = dir.path().join("tree");
    write(&tree.join("a/small"), "small");
    write(&tree.join("long"), vec![7; 200_000]);
    write(&tree.join("empty"), "");
    fs::hard_link(tree.join("long"), tree.join("a/again")).unwrap();
    std::os::unix::fs::symlink("a/small", tree.join("link")).unwrap();
    let options = PackOptions {
        read_only: vec!["/a".parse().unwrap()],
        ..Default::default()
    };
    let first = bytes(&plan(&[embed(&tree, "/")], &options, &mut ()).unwrap());
    let image = dir.path().join("state.img");
    fs::write(&image, &first).unwrap();

    let at_root: Embed = image.to_str().unwrap().parse().unwrap();
    assert!(bytes(&planned(&[at_root])) == first, "the same image");
    let below = planned(&[embed(&tree, "/x/y")]);
    assert_eq!(planned(&[embed(&image, "/x/y")]).len(), below.len());

    // Replaced while it is embedded: what was there is written.
    let replaced = planned(&[embed(&image, "/")]);
    fs::write(dir.path().join("other"), "other").unwrap();
    fs::rename(dir.path().join("other"), &image).unwrap();
    assert!(bytes(&replaced) == first, "the image as it was planned");
}

#[test]
fn an_image_merges_with_directories() {
    let dir = host();
    write(&dir.path().join("one/both"), "one");
    write(&dir.path().join("one/only-one"), "one");
    write(&dir.path().join("two/both"), "two");
    let image = dir.path().join("one.img");
    let one = planned(&[embed(&dir.path().join("one"), "/")]);
    fs::write(&image, bytes(&one)).unwrap();
    let two = dir.path().join("two");
    let merged = |embeds: &[Embed]| {
        let bytes = bytes(&planned(embeds));
        let image = monaka_fs_core::image::Image::parse(&bytes).unwrap();
        let entries = monaka_image::tree(&image).unwrap();
        assert!(monaka_image::damaged(&image, &entries).is_empty());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (entries.len(), text.contains("two"))
    };
    assert_eq!(merged(&[embed(&image, "/"), embed(&two, "/")]), (3, true));
    assert_eq!(merged(&[embed(&two, "/"), embed(&image, "/")]), (3, false));
}

#[test]
fn a_damaged_image_is_refused() {
    let dir = host();
    write(&dir.path().join("tree/file"), "content");
    let whole = bytes(&planned(&[embed(&dir.path().join("tree"), "/")]));
    let image = dir.path().join("state.img");
    let refused_with = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&image, bytes).unwrap();
        refused(&[embed(&image, "/")], dir.path())
    };
    assert_eq!(
        refused_with(64),
        "HOST/state.img: is an image with damaged files: /file"
    );
    assert_eq!(
        refused_with(whole.len() - 22),
        "HOST/state.img: is a damaged image: damaged image index"
    );
    fs::write(&image, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(
        refused(&[embed(&image, "/")], dir.path()),
        "HOST/state.img: is a damaged image: image of the wrong length"
    );
}
