//! Names and what they stand for: links, renaming, removing, also while open.

mod common;

use common::fs::{BOTH, Fs, MUTATE, READ};
use monaka_fs_core::{Error, Follow, LINKS_MAX, Limits};

#[test]
fn an_unlinked_file_lives_until_it_is_closed() {
    let mut fs = Fs::new();
    let fd = fs.create("f").unwrap();
    fs.volume.write(fd, 0, b"content").unwrap();
    fs.unlink("f").unwrap();
    assert!(!fs.exists("f"));
    assert_eq!(fs.volume.stat(fd).unwrap().nlink, 0);
    fs.volume.append(fd, b" and more").unwrap();
    assert_eq!(fs.read(fd).unwrap(), b"content and more");

    fs.put("f", b"another");
    assert_eq!(fs.read(fd).unwrap(), b"content and more");
    assert_eq!(fs.volume.usage().bytes, 16 + 7);
    let second = fs.volume.dup(fd, READ).unwrap();
    fs.volume.close(fd).unwrap();
    assert_eq!(fs.read(second).unwrap(), b"content and more");
    fs.volume.close(second).unwrap();
    assert_eq!(fs.volume.usage().bytes, 7);
    assert_eq!(fs.volume.usage().inodes, 2);
}

#[test]
fn a_replaced_file_lives_until_it_is_closed() {
    let mut fs = Fs::new();
    fs.put("old", b"old");
    fs.put("new", b"new");
    let fd = fs.open("new", BOTH).unwrap();
    fs.rename("old", "new").unwrap();
    assert_eq!(fs.get("new").unwrap(), b"old");
    assert_eq!(fs.read(fd).unwrap(), b"new");
    fs.volume.close(fd).unwrap();
    assert_eq!(fs.volume.usage().bytes, 3);
}

#[test]
fn a_handle_follows_the_inode() {
    let mut fs = Fs::new();
    fs.mkdir("a").unwrap();
    fs.put("a/f", b"content");
    let (dir, fd) = (fs.open("a", MUTATE).unwrap(), fs.open("a/f", READ).unwrap());
    fs.mkdir("b").unwrap();
    fs.rename("a", "b/c").unwrap();
    assert_eq!(fs.read(fd).unwrap(), b"content");
    fs.volume.create_directory_at(dir, "made").unwrap();
    assert_eq!(fs.list("b/c").unwrap(), ["f", "made"]);
    fs.put("a", b"");
    assert_eq!(
        fs.volume.stat_at(dir, "..", Follow::No).unwrap().ino,
        fs.stat("b").unwrap().ino
    );
}

#[test]
fn hard_links_are_one_file() {
    let mut fs = Fs::new();
    fs.put("a", b"content");
    fs.mkdir("d").unwrap();
    fs.link("a", "d/b").unwrap();
    fs.link("d/b", "c").unwrap();
    assert_eq!(fs.stat("a").unwrap(), fs.stat("d/b").unwrap());
    assert_eq!(fs.stat("c").unwrap().nlink, 3);
    let fd = fs.open("c", BOTH).unwrap();
    fs.volume.append(fd, b"!").unwrap();
    fs.volume.close(fd).unwrap();
    fs.unlink("a").unwrap();
    fs.unlink("c").unwrap();
    assert_eq!(fs.get("d/b").unwrap(), b"content!");
    assert_eq!(fs.stat("d/b").unwrap().nlink, 1);
    assert_eq!(fs.link("d/b", "d"), Err(Error::Exist));
    assert_eq!(fs.link("absent", "x"), Err(Error::NoEntry));
    assert_eq!(fs.link("d", "x"), Err(Error::NotPermitted));
    assert_eq!(fs.link("d/b/", "x"), Err(Error::NotDirectory));
}

#[test]
fn a_link_to_a_link_is_to_the_link_unless_it_is_followed() {
    let mut fs = Fs::new();
    fs.put("f", b"content");
    fs.symlink("f", "s").unwrap();
    fs.link("s", "same").unwrap();
    assert_eq!(fs.volume.readlink_at(fs.root, "same"), Ok("f"));
    assert_eq!(fs.lstat("same").unwrap().nlink, 2);
    fs.volume
        .link_at(fs.root, Follow::Yes, "s", fs.root, "followed")
        .unwrap();
    assert_eq!(fs.stat("f").unwrap().nlink, 2);
    assert_eq!(
        fs.volume.readlink_at(fs.root, "followed"),
        Err(Error::Invalid)
    );
    assert_eq!(
        fs.volume.readlink_at(fs.root, "absent"),
        Err(Error::NoEntry)
    );
}

#[test]
fn the_links_of_a_directory_are_its_subdirectories() {
    let mut fs = Fs::new();
    fs.mkdir("d").unwrap();
    fs.mkdir("e").unwrap();
    fs.mkdir("d/sub").unwrap();
    fs.put("d/f", b"");
    let nlinks = |fs: &mut Fs| [".", "d", "e"].map(|path| fs.stat(path).unwrap().nlink);
    assert_eq!(nlinks(&mut fs), [4, 3, 2]);
    fs.rename("d/sub", "e/sub").unwrap();
    assert_eq!(nlinks(&mut fs), [4, 2, 3]);
    fs.mkdir("d/sub").unwrap();
    fs.rename("e/sub", "d/sub").unwrap();
    assert_eq!(nlinks(&mut fs), [4, 3, 2]);
    fs.rmdir("d/sub").unwrap();
    assert_eq!(nlinks(&mut fs), [4, 2, 2]);
}

#[test]
fn links_are_limited() {
    let mut fs = Fs::new();
    fs.put("f", b"");
    for i in 1..LINKS_MAX {
        fs.link("f", &format!("{i}")).unwrap();
    }
    assert_eq!(fs.link("f", "x"), Err(Error::TooManyLinks));
    fs.unlink("1").unwrap();
    assert_eq!(fs.link("f", "x"), Ok(()));
}

#[test]
fn every_rename_that_linux_refuses() {
    let mut fs = Fs::new();
    fs.mkdir("d").unwrap();
    fs.mkdir("d/sub").unwrap();
    fs.mkdir("empty").unwrap();
    fs.mkdir("full").unwrap();
    fs.put("full/f", b"");
    fs.put("f", b"file");
    fs.symlink("d", "s").unwrap();
    assert_eq!(fs.rename("absent", "x"), Err(Error::NoEntry));
    assert_eq!(fs.rename("f", "absent/x"), Err(Error::NoEntry));
    assert_eq!(fs.rename("f", "full/f/x"), Err(Error::NotDirectory));
    assert_eq!(fs.rename("f", "empty"), Err(Error::IsDirectory));
    assert_eq!(fs.rename("d", "f"), Err(Error::NotDirectory));
    assert_eq!(fs.rename("d", "s"), Err(Error::NotDirectory));
    assert_eq!(fs.rename("d", "full"), Err(Error::NotEmpty));
    assert_eq!(fs.rename("d", "d/sub/x"), Err(Error::Invalid));
    assert_eq!(fs.rename("d", "d/x"), Err(Error::Invalid));
    assert_eq!(
        fs.rename("d", "s/x"),
        Err(Error::Invalid),
        "also through a link"
    );
    assert_eq!(fs.rename("d/sub", "d"), Err(Error::NotEmpty));
    assert_eq!(fs.rename("full/f", "full"), Err(Error::NotEmpty));
}

#[test]
fn every_rename_that_linux_allows() {
    let mut fs = Fs::new();
    fs.mkdir("d").unwrap();
    fs.put("d/f", b"in d");
    fs.mkdir("empty").unwrap();
    fs.put("f", b"file");
    fs.symlink("nowhere", "s").unwrap();
    fs.rename("d", "empty").unwrap();
    assert_eq!(fs.get("empty/f").unwrap(), b"in d");
    fs.rename("f", "empty/f").unwrap();
    assert_eq!(fs.get("empty/f").unwrap(), b"file");
    fs.rename("empty/f", "s").unwrap();
    assert_eq!(
        fs.get("s").unwrap(),
        b"file",
        "a link is replaced, not followed"
    );
    fs.symlink("s", "link").unwrap();
    fs.rename("link", "moved").unwrap();
    assert_eq!(fs.volume.readlink_at(fs.root, "moved"), Ok("s"));
    fs.rename("s", "s").unwrap();
    fs.rename("empty", "empty/").unwrap();
    fs.link("s", "same").unwrap();
    fs.rename("s", "same").unwrap();
    assert!(
        fs.exists("s") && fs.exists("same"),
        "two names of one file stay"
    );
    assert_eq!(fs.volume.usage().inodes, 5);
}

#[test]
fn inodes_are_limited_and_given_back() {
    let limits = Limits {
        inodes_max: 4,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    fs.put("a", b"");
    fs.mkdir("b").unwrap();
    fs.link("a", "c").unwrap();
    assert_eq!(fs.create("x").map(drop), Err(Error::InsufficientSpace));
    assert_eq!(fs.mkdir("x"), Err(Error::InsufficientSpace));
    assert_eq!(fs.symlink("a", "x"), Err(Error::InsufficientSpace));
    assert_eq!(fs.link("a", "x"), Err(Error::InsufficientSpace));
    assert_eq!(fs.volume.usage().bytes, 0, "what failed holds nothing");
    fs.unlink("c").unwrap();
    fs.symlink("a", "x").unwrap();
    fs.rename("x", "a").unwrap();
    fs.rmdir("b").unwrap();
    fs.put("b", b"");
    fs.put("c", b"");
}

#[test]
fn handles_are_limited() {
    let limits = Limits {
        handles_max: 3,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    let fd = fs.create("f").unwrap();
    let other = fs.volume.dup(fd, READ).unwrap();
    assert_eq!(fs.create("new").map(drop), Err(Error::InsufficientMemory));
    assert!(!fs.exists("new"), "what cannot be opened is not created");
    assert_eq!(fs.volume.dup(fd, READ), Err(Error::InsufficientMemory));
    fs.volume.close(other).unwrap();
    assert!(fs.create("new").is_ok());
}

/// A million small files come and go in a volume for a few: nothing is left of them.
#[test]
fn churn_leaves_nothing() {
    let limits = Limits {
        inodes_max: 10,
        bytes_max: 1000,
        ..Limits::default()
    };
    let mut fs = Fs::with_limits(limits);
    fs.put("kept", b"kept");
    for i in 0..200_000 {
        let name = format!("file-{i}");
        fs.put(&name, b"content");
        fs.unlink(&name).unwrap();
    }
    assert_eq!(fs.list(".").unwrap(), ["kept"]);
    assert_eq!(fs.volume.usage().bytes, 4);
}
