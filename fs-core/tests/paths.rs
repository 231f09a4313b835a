//! What paths lead to.

mod common;

use common::fs::{BOTH, Fs, MUTATE, READ, WRITE};
use monaka_fs_core::{Error, Follow, Kind, NAME_BYTES_MAX, OpenFlags};

const NONE: OpenFlags = OpenFlags::empty();
const CREATE: OpenFlags = OpenFlags::CREATE;
const EXCLUSIVE: OpenFlags = OpenFlags::CREATE.union(OpenFlags::EXCLUSIVE);
const DIRECTORY: OpenFlags = OpenFlags::DIRECTORY;

/// `f` is a file, `d` a directory with a file `f`, `s` a link to `f`, `sd` one to `d`, `dangling`
/// one to nothing.
fn sample() -> Fs {
    let mut fs = Fs::new();
    fs.put("f", b"file");
    fs.mkdir("d").unwrap();
    fs.put("d/f", b"file in d");
    fs.symlink("f", "s").unwrap();
    fs.symlink("d", "sd").unwrap();
    fs.symlink("new", "dangling").unwrap();
    fs
}

#[test]
fn names_of_255_bytes_are_the_longest() {
    let mut fs = Fs::new();
    let longest = "é".repeat(127) + "x";
    assert_eq!(longest.len(), 255);
    fs.put(&longest, b"");
    assert_eq!(fs.list(".").unwrap(), std::slice::from_ref(&longest));
    let too_long = longest + "x";
    assert_eq!(fs.create(&too_long).map(drop), Err(Error::NameTooLong));
    assert_eq!(fs.mkdir(&too_long), Err(Error::NameTooLong));
    assert_eq!(fs.symlink("x", &too_long), Err(Error::NameTooLong));
    assert_eq!(fs.stat(&too_long).map(drop), Err(Error::NameTooLong));
    assert_eq!(fs.unlink(&too_long), Err(Error::NameTooLong));
    assert_eq!(fs.rmdir(&too_long), Err(Error::NameTooLong));
    assert_eq!(
        fs.stat(&format!("absent/{too_long}")).map(drop),
        Err(Error::NoEntry)
    );
    assert_eq!(
        fs.stat(&format!("{too_long}/x")).map(drop),
        Err(Error::NameTooLong)
    );
}

#[test]
fn paths_of_4095_bytes_are_the_longest() {
    let mut fs = Fs::new();
    fs.put("f", b"");
    let longest = "./".repeat(2047) + "f";
    assert_eq!(longest.len(), 4095);
    assert_eq!(fs.stat(&longest).map(|stat| stat.kind), Ok(Kind::File));
    let too_long = "./".repeat(2047) + "/f";
    assert_eq!(fs.stat(&too_long).map(drop), Err(Error::NameTooLong));
    assert_eq!(fs.mkdir(&too_long), Err(Error::NameTooLong));
    assert_eq!(fs.rename("f", &too_long), Err(Error::NameTooLong));
    assert_eq!(fs.symlink(&too_long, "s"), Err(Error::NameTooLong));
    assert_eq!(fs.symlink(&longest, "s"), Ok(()));
    assert_eq!(fs.stat("s").map(|stat| stat.kind), Ok(Kind::File));
}

#[test]
fn what_is_no_path_is_refused() {
    let mut fs = sample();
    for (path, error) in [
        ("", Error::NoEntry),
        ("/", Error::NotPermitted),
        ("/f", Error::NotPermitted),
        ("a\0b", Error::Invalid),
    ] {
        assert_eq!(fs.open(path, READ).map(drop), Err(error), "{path:?}");
        assert_eq!(fs.create(path).map(drop), Err(error), "{path:?}");
        assert_eq!(fs.stat(path).map(drop), Err(error), "{path:?}");
        assert_eq!(fs.mkdir(path), Err(error), "{path:?}");
        assert_eq!(fs.rmdir(path), Err(error), "{path:?}");
        assert_eq!(fs.unlink(path), Err(error), "{path:?}");
        assert_eq!(fs.rename(path, "x"), Err(error), "{path:?}");
        assert_eq!(fs.rename("f", path), Err(error), "{path:?}");
        assert_eq!(fs.link(path, "x"), Err(error), "{path:?}");
        assert_eq!(fs.link("f", path), Err(error), "{path:?}");
        assert_eq!(fs.symlink("f", path), Err(error), "{path:?}");
    }
    assert_eq!(fs.symlink("", "x"), Err(Error::NoEntry));
    assert_eq!(fs.symlink("a\0b", "x"), Err(Error::Invalid));
}

#[test]
fn a_slash_at_the_end_asks_for_a_directory() {
    let mut fs = sample();
    assert_eq!(fs.open("f/", READ).map(drop), Err(Error::NotDirectory));
    assert_eq!(fs.open("s/", READ).map(drop), Err(Error::NotDirectory));
    assert_eq!(fs.open("f/.", READ).map(drop), Err(Error::NotDirectory));
    assert_eq!(fs.open("new/", READ).map(drop), Err(Error::NoEntry));
    for path in ["f/", "d/", "new/", "dangling/"] {
        assert_eq!(fs.create(path).map(drop), Err(Error::IsDirectory), "{path}");
    }
    assert_eq!(fs.stat("d/").map(|stat| stat.kind), Ok(Kind::Directory));
    assert_eq!(
        fs.lstat("sd/").map(|stat| stat.kind),
        Ok(Kind::Directory),
        "a slash follows the link"
    );
    assert_eq!(fs.lstat("sd").map(|stat| stat.kind), Ok(Kind::Symlink));
    assert_eq!(fs.unlink("f/"), Err(Error::NotDirectory));
    assert_eq!(fs.unlink("s/"), Err(Error::NotDirectory));
    assert_eq!(fs.unlink("d/"), Err(Error::IsDirectory));
    assert_eq!(fs.symlink("x", "new/"), Err(Error::NoEntry));
    assert_eq!(fs.link("f", "new/"), Err(Error::NoEntry));
    assert_eq!(fs.rename("f", "new/"), Err(Error::NotDirectory));
    assert_eq!(
        fs.rmdir("sd/"),
        Err(Error::NotDirectory),
        "the link itself is no directory"
    );
    assert_eq!(fs.mkdir("new/"), Ok(()));
    assert_eq!(fs.rename("new/", "newer//"), Ok(()));
    assert_eq!(fs.rmdir("newer/"), Ok(()));
}

#[test]
fn dots_are_no_names() {
    let mut fs = sample();
    assert_eq!(fs.mkdir("."), Err(Error::Exist));
    assert_eq!(fs.mkdir("d/.."), Err(Error::Exist));
    assert_eq!(fs.rmdir("d/."), Err(Error::Invalid));
    assert_eq!(fs.rmdir("d/.."), Err(Error::NotEmpty));
    assert_eq!(fs.unlink("."), Err(Error::IsDirectory));
    assert_eq!(fs.rename(".", "x"), Err(Error::Busy));
    assert_eq!(fs.rename("d", "d/.."), Err(Error::Busy));
    assert_eq!(fs.link("f", "."), Err(Error::Exist));
    assert_eq!(fs.link(".", "x"), Err(Error::NotPermitted));
    assert_eq!(fs.create(".").map(drop), Err(Error::IsDirectory));
    assert_eq!(
        fs.open_with("..", EXCLUSIVE, READ).map(drop),
        Err(Error::Exist)
    );
}

#[test]
fn the_parent_of_the_root_is_the_root() {
    let mut fs = sample();
    let root = fs.stat(".").unwrap().ino;
    assert_eq!(fs.stat("../..").unwrap().ino, root);
    assert_eq!(fs.get("../../d/../f").unwrap(), b"file");
    fs.symlink("../../../../f", "d/out").unwrap();
    fs.symlink("/d/f", "d/absolute").unwrap();
    fs.symlink("/", "d/top").unwrap();
    assert_eq!(fs.get("d/out").unwrap(), b"file");
    assert_eq!(fs.get("d/absolute").unwrap(), b"file in d");
    assert_eq!(fs.get("d/top/f").unwrap(), b"file");
    assert_eq!(fs.stat("d/top").unwrap().ino, root);
}

/// `..` goes where the directory is, not where the text came from.
#[test]
fn the_parent_behind_a_link_is_that_of_its_target() {
    let mut fs = sample();
    fs.mkdir("d/deep").unwrap();
    fs.symlink("d/deep", "short").unwrap();
    assert_eq!(fs.get("short/../f").unwrap(), b"file in d");
    fs.rename("d/deep", "moved").unwrap();
    assert_eq!(fs.get("moved/../f").unwrap(), b"file");
}

#[test]
fn forty_links_are_followed() {
    let mut fs = Fs::new();
    fs.put("l0", b"end");
    for i in 0..41 {
        fs.symlink(&format!("l{i}"), &format!("l{}", i + 1))
            .unwrap();
    }
    assert_eq!(fs.get("l40").unwrap(), b"end");
    assert_eq!(fs.get("l41"), Err(Error::Loop));
    assert_eq!(fs.lstat("l41").map(|stat| stat.kind), Ok(Kind::Symlink));
}

#[test]
fn links_in_a_circle_are_noticed() {
    let mut fs = Fs::new();
    fs.symlink("b", "a").unwrap();
    fs.symlink("a", "b").unwrap();
    fs.symlink("self/x", "self").unwrap();
    for path in ["a", "b/", "a/x", "self"] {
        assert_eq!(fs.stat(path).map(drop), Err(Error::Loop), "{path}");
    }
    assert_eq!(fs.create("a").map(drop), Err(Error::Loop));
    assert_eq!(fs.mkdir("a"), Err(Error::Exist));
    assert_eq!(fs.unlink("a"), Ok(()));
}

#[test]
fn a_dangling_link_is_created_through() {
    let mut fs = sample();
    assert_eq!(fs.open("dangling", READ).map(drop), Err(Error::NoEntry));
    assert_eq!(
        fs.open_with("dangling", EXCLUSIVE, BOTH).map(drop),
        Err(Error::Exist)
    );
    assert_eq!(fs.mkdir("dangling"), Err(Error::Exist));
    fs.put("dangling", b"through");
    assert_eq!(fs.get("new").unwrap(), b"through");
    fs.symlink("absent/x", "far").unwrap();
    assert_eq!(fs.create("far").map(drop), Err(Error::NoEntry));
}

#[test]
fn a_link_that_is_not_followed_does_not_open() {
    let mut fs = sample();
    let root = fs.root;
    let mut open = |path, flags, access| {
        fs.volume
            .open_at(root, path, Follow::No, flags, access)
            .map(drop)
    };
    assert_eq!(open("s", NONE, READ), Err(Error::Loop));
    assert_eq!(open("s", CREATE, BOTH), Err(Error::Loop));
    assert_eq!(open("sd", DIRECTORY, READ), Err(Error::NotDirectory));
    assert_eq!(open("sd/", NONE, READ), Ok(()));
    assert_eq!(
        open("sd/f", NONE, READ),
        Ok(()),
        "only the last component counts"
    );
}

#[test]
fn open_flags_are_those_of_linux() {
    let mut fs = sample();
    let mut open = |path, flags, access| fs.open_with(path, flags, access).map(drop);
    assert_eq!(open("f", DIRECTORY, READ), Err(Error::NotDirectory));
    assert_eq!(open("d", DIRECTORY, READ), Ok(()));
    assert_eq!(open("d", NONE, WRITE), Err(Error::IsDirectory));
    assert_eq!(open("d", CREATE, READ), Err(Error::IsDirectory));
    assert_eq!(
        open("d", OpenFlags::TRUNCATE, READ),
        Err(Error::IsDirectory)
    );
    assert_eq!(open("d", CREATE | DIRECTORY, READ), Err(Error::Invalid));
    assert_eq!(open("f", EXCLUSIVE, BOTH), Err(Error::Exist));
    assert_eq!(open("f", OpenFlags::EXCLUSIVE, BOTH), Ok(()));
    assert_eq!(open("f/x", NONE, READ), Err(Error::NotDirectory));
    assert_eq!(open("absent/x", CREATE, BOTH), Err(Error::NoEntry));
    assert_eq!(fs.get("f").unwrap(), b"file");
    fs.open_with("f", OpenFlags::TRUNCATE, READ)
        .map(drop)
        .unwrap();
    assert_eq!(fs.get("f").unwrap(), b"", "as O_RDONLY | O_TRUNC");
}

#[test]
fn a_removed_directory_is_empty_and_stays_so() {
    let mut fs = sample();
    fs.mkdir("d/gone").unwrap();
    let gone = fs.open("d/gone", MUTATE).unwrap();
    fs.rmdir("d/gone").unwrap();
    assert_eq!(fs.volume.stat(gone).unwrap().nlink, 0);
    // A name that is too long is not there, too.
    for name in ["x", &"n".repeat(NAME_BYTES_MAX + 1)] {
        let volume = &mut fs.volume;
        let stat = volume.stat_at(gone, name, Follow::Yes).map(drop);
        assert_eq!(stat, Err(Error::NoEntry));
        let open = volume.open_at(gone, name, Follow::Yes, CREATE, BOTH);
        assert_eq!(open.map(drop), Err(Error::NoEntry));
        for result in [
            volume.create_directory_at(gone, name),
            volume.symlink_at("x", gone, name),
            volume.link_at(fs.root, Follow::No, "f", gone, name),
            volume.rename_at(fs.root, "f", gone, name),
            volume.rename_at(gone, name, fs.root, "g"),
            volume.unlink_file_at(gone, name),
            volume.remove_directory_at(gone, name),
        ] {
            assert_eq!(result, Err(Error::NoEntry));
        }
    }
    let mut cursor = fs.volume.read_directory(gone).unwrap();
    assert_eq!(fs.volume.next_entry(gone, &mut cursor), Ok(None));
    let mut stat = |path| {
        fs.volume
            .stat_at(gone, path, Follow::Yes)
            .map(|stat| stat.size)
    };
    assert_eq!(stat("."), Ok(0));
    assert_eq!(stat("../f"), Ok(9));
    fs.volume.close(gone).unwrap();
}

/// Directories that are removed from the inside out, each held open, are freed when the innermost
/// is closed.
#[test]
fn removed_directories_keep_their_parents() {
    let mut fs = Fs::new();
    fs.mkdir("a").unwrap();
    fs.mkdir("a/b").unwrap();
    let inner = fs.open("a/b", MUTATE).unwrap();
    fs.rmdir("a/b").unwrap();
    fs.rmdir("a").unwrap();
    assert_eq!(fs.volume.usage().inodes, 3);
    let root = fs.stat(".").unwrap().ino;
    assert_eq!(
        fs.volume.stat_at(inner, "../..", Follow::Yes).unwrap().ino,
        root
    );
    assert_eq!(fs.volume.check(), Ok(()));
    fs.volume.close(inner).unwrap();
    assert_eq!(fs.volume.usage().inodes, 1);
}

/// Neither resolving nor freeing uses the stack: a tree as deep as the inodes allow.
#[test]
fn depth_costs_no_stack() {
    let mut fs = Fs::new();
    let mut dir = fs.root;
    let mut dirs = vec![];
    for _ in 0..50_000 {
        fs.volume.create_directory_at(dir, "d").unwrap();
        dir = fs
            .volume
            .open_at(dir, "d", Follow::No, DIRECTORY, MUTATE)
            .unwrap();
        dirs.push(dir);
    }
    let top = dirs[0];
    assert_eq!(
        fs.volume.rename_at(fs.root, "d", dir, "x"),
        Err(Error::Invalid)
    );
    for pair in dirs.windows(2).rev() {
        fs.volume.remove_directory_at(pair[0], "d").unwrap();
    }
    fs.volume.remove_directory_at(fs.root, "d").unwrap();
    for dir in dirs.into_iter().filter(|dir| *dir != top) {
        fs.volume.close(dir).unwrap();
    }
    fs.volume.close(top).unwrap();
    assert_eq!(fs.volume.usage().inodes, 1);
}
