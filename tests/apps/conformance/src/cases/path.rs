//! Paths: what they may look like and where they lead.

use crate::lab::*;

super::cases![
    dot,
    dot_dot,
    dot_dot_of_a_file,
    slashes,
    trailing_slash,
    trailing_slash_to_create,
    empty,
    absolute,
    nul,
    name_length,
    path_length,
    unicode,
    above_the_base,
    above_the_root,
    link_in_the_middle,
    link_chain,
    link_loop,
    link_to_a_slash,
];

fn dot(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    same("inner", lab.content("./././file")?, b"x".to_vec())?;
    holds(
        "itself",
        lab.open(".", NONE, READ)?.is_same_object(&lab.dir),
    )
}

fn dot_dot(lab: &Lab) -> Outcome {
    lab.mkdir("a")?;
    lab.mkdir("a/b")?;
    lab.put("file", b"x")?;
    same("up and up", lab.content("a/b/../../file")?, b"x".to_vec())?;
    fails(
        "through missing",
        lab.stat("none/../file"),
        ErrorCode::NoEntry,
    )
}

fn dot_dot_of_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails("stat", lab.stat("file/../file"), ErrorCode::NotDirectory)?;
    fails("stat of dot", lab.stat("file/."), ErrorCode::NotDirectory)
}

fn slashes(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir//file", b"x")?;
    same("content", lab.content("dir///file")?, b"x".to_vec())
}

fn trailing_slash(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("file", b"x")?;
    same(
        "directory",
        lab.stat("dir/")?.type_,
        DescriptorType::Directory,
    )?;
    fails("file", lab.stat("file/"), ErrorCode::NotDirectory)?;
    fails(
        "open",
        lab.open("file/", NONE, READ),
        ErrorCode::NotDirectory,
    )?;
    fails(
        "unlink",
        lab.dir.unlink_file_at("file/"),
        ErrorCode::NotDirectory,
    )?;
    lab.dir.create_directory_at("new/")?;
    lab.dir.remove_directory_at("new/")?;
    Ok(())
}

fn trailing_slash_to_create(lab: &Lab) -> Outcome {
    fails(
        "file",
        lab.open("new/", OpenFlags::CREATE, WRITE),
        ErrorCode::IsDirectory,
    )?;
    lab.put("file", b"x")?;
    fails("link", lab.link("file", "new/"), ErrorCode::NoEntry)?;
    fails("symlink", lab.symlink("file", "new/"), ErrorCode::NoEntry)
}

fn empty(lab: &Lab) -> Outcome {
    fails("open", lab.open("", NONE, READ), ErrorCode::NoEntry)?;
    fails("stat", lab.stat(""), ErrorCode::NoEntry)?;
    fails("mkdir", lab.mkdir(""), ErrorCode::NoEntry)?;
    fails("unlink", lab.dir.unlink_file_at(""), ErrorCode::NoEntry)?;
    fails("rename", lab.rename("", "x"), ErrorCode::NoEntry)
}

/// WASI paths are relative.
fn absolute(lab: &Lab) -> Outcome {
    fails("open", lab.open("/", NONE, READ), ErrorCode::NotPermitted)?;
    fails("stat", lab.stat("/path-absolute"), ErrorCode::NotPermitted)?;
    fails("mkdir", lab.mkdir("/x"), ErrorCode::NotPermitted)
}

fn nul(lab: &Lab) -> Outcome {
    fails(
        "open",
        lab.open("a\0b", OpenFlags::CREATE, WRITE),
        ErrorCode::Invalid,
    )?;
    same("nothing made", names(&lab.dir)?, vec![])
}

fn name_length(lab: &Lab) -> Outcome {
    let longest = "n".repeat(255);
    let longer = "n".repeat(256);
    lab.put(&longest, b"x")?;
    same("listed", names(&lab.dir)?, vec![longest])?;
    fails(
        "open",
        lab.open(&longer, OpenFlags::CREATE, WRITE),
        ErrorCode::NameTooLong,
    )?;
    fails("stat", lab.stat(&longer), ErrorCode::NameTooLong)?;
    fails("mkdir", lab.mkdir(&longer), ErrorCode::NameTooLong)?;
    fails(
        "in the middle",
        lab.stat(&format!("{longer}/x")),
        ErrorCode::NameTooLong,
    )
}

/// `PATH_MAX` of Linux is 4096 with the terminating zero.
fn path_length(lab: &Lab) -> Outcome {
    lab.put("f", b"x")?;
    same("4095 bytes", lab.stat(&("./".repeat(2047) + "f"))?.size, 1)?;
    fails(
        "4096 bytes",
        lab.stat(&(".//".to_string() + &"./".repeat(2046) + "f")),
        ErrorCode::NameTooLong,
    )?;
    fails(
        "a long target",
        lab.symlink(&"t".repeat(4096), "link"),
        ErrorCode::NameTooLong,
    )
}

fn unicode(lab: &Lab) -> Outcome {
    let name = "naïve – 文件 🦀";
    lab.put(name, b"x")?;
    same("listed", names(&lab.dir)?, vec![name.to_string()])?;
    same("content", lab.content(name)?, b"x".to_vec())
}

/// A directory handle is a place to start from; the sandbox is the filesystem.
fn above_the_base(lab: &Lab) -> Outcome {
    lab.mkdir("a")?;
    lab.put("file", b"x")?;
    let inner = lab.open("a", OpenFlags::DIRECTORY, READ)?;
    same("sibling", inner.stat_at(NO_FOLLOW, "../file")?.size, 1)
}

/// As everywhere in POSIX the parent of the root is the root.
fn above_the_root(lab: &Lab) -> Outcome {
    let up = lab.root.open_at(NO_FOLLOW, "../..", NONE, READ)?;
    holds("the root", up.is_same_object(&lab.root))
}

fn link_in_the_middle(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir/file", b"x")?;
    lab.symlink("dir", "link")?;
    // Only the last component is what the path flags are about.
    same("through", lab.dir.stat_at(NO_FOLLOW, "link/file")?.size, 1)?;
    same(
        "slash follows",
        lab.dir.stat_at(NO_FOLLOW, "link/")?.type_,
        DescriptorType::Directory,
    )
}

/// Linux follows 40 links in one resolution.
fn link_chain(lab: &Lab) -> Outcome {
    lab.put("0", b"end")?;
    for i in 1..=41 {
        lab.symlink(&format!("{}", i - 1), &format!("{i}"))?;
    }
    same("40", lab.content("40")?, b"end".to_vec())?;
    fails("41", lab.open("41", NONE, READ), ErrorCode::Loop)
}

fn link_loop(lab: &Lab) -> Outcome {
    lab.symlink("b", "a")?;
    lab.symlink("a", "b")?;
    fails("open", lab.open("a", NONE, READ), ErrorCode::Loop)?;
    fails(
        "create",
        lab.open("a", OpenFlags::CREATE, WRITE),
        ErrorCode::Loop,
    )?;
    fails("through", lab.stat("a/x"), ErrorCode::Loop)?;
    same(
        "the link itself",
        lab.stat("a")?.type_,
        DescriptorType::SymbolicLink,
    )
}

fn link_to_a_slash(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file/", "link")?;
    fails(
        "open",
        lab.open("link", NONE, READ),
        ErrorCode::NotDirectory,
    )
}
