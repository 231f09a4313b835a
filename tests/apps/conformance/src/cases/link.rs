//! `link-at`, `symlink-at`, `readlink-at`.

use crate::lab::*;

super::cases![
    hard,
    hard_counts,
    hard_over_existing,
    hard_of_missing,
    hard_of_a_directory,
    hard_across_directories,
    hard_of_a_symlink,
    hard_of_a_followed_symlink,
    hard_of_an_unlinked_file,
    symbolic,
    symbolic_over_existing,
    symbolic_empty,
    symbolic_absolute,
    symbolic_relative_to_itself,
    readlink,
    readlink_of_others,
];

fn hard(lab: &Lab) -> Outcome {
    lab.put("one", b"shared")?;
    lab.link("one", "two")?;
    lab.open("two", NONE, WRITE)?.write(b"S", 0)?;
    same("content", lab.content("one")?, b"Shared".to_vec())?;
    let (one, two) = (lab.open("one", NONE, READ)?, lab.open("two", NONE, READ)?);
    holds("same object", one.is_same_object(&two))
}

fn hard_counts(lab: &Lab) -> Outcome {
    lab.put("1", b"x")?;
    for i in 2..=10 {
        lab.link("1", &format!("{i}"))?;
    }
    same("made", lab.stat("1")?.link_count, 10)?;
    lab.dir.unlink_file_at("1")?;
    same("one less", lab.stat("2")?.link_count, 9)
}

fn hard_over_existing(lab: &Lab) -> Outcome {
    lab.put("one", b"1")?;
    lab.put("two", b"2")?;
    lab.mkdir("dir")?;
    fails("file", lab.link("one", "two"), ErrorCode::Exist)?;
    fails("itself", lab.link("one", "one"), ErrorCode::Exist)?;
    fails("directory", lab.link("one", "dir"), ErrorCode::Exist)
}

fn hard_of_missing(lab: &Lab) -> Outcome {
    fails("link", lab.link("none", "new"), ErrorCode::NoEntry)
}

fn hard_of_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails("link", lab.link("dir", "new"), ErrorCode::NotPermitted)
}

fn hard_across_directories(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ | MUTATE)?;
    lab.dir.link_at(NO_FOLLOW, "file", &dir, "other")?;
    same("content", lab.content("dir/other")?, b"x".to_vec())
}

fn hard_of_a_symlink(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.link("link", "link2")?;
    same(
        "a link",
        lab.stat("link2")?.type_,
        DescriptorType::SymbolicLink,
    )?;
    same("count", lab.stat("link")?.link_count, 2)
}

fn hard_of_a_followed_symlink(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.dir.link_at(FOLLOW, "link", &lab.dir, "file2")?;
    same(
        "a file",
        lab.stat("file2")?.type_,
        DescriptorType::RegularFile,
    )?;
    same("count", lab.stat("file")?.link_count, 2)
}

fn hard_of_an_unlinked_file(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    lab.link("file", "other")?;
    lab.dir.unlink_file_at("file")?;
    same("one", file.stat()?.link_count, 1)?;
    lab.dir.unlink_file_at("other")?;
    same("none", file.stat()?.link_count, 0)
}

fn symbolic(lab: &Lab) -> Outcome {
    lab.symlink("some/where", "link")?;
    let stat = lab.stat("link")?;
    same("type", stat.type_, DescriptorType::SymbolicLink)?;
    same("length", stat.size, 10)?;
    same("links", stat.link_count, 1)
}

fn symbolic_over_existing(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails("symlink", lab.symlink("target", "file"), ErrorCode::Exist)
}

fn symbolic_empty(lab: &Lab) -> Outcome {
    fails("symlink", lab.symlink("", "link"), ErrorCode::NoEntry)
}

/// The WIT refuses an absolute target, because it could lead out of a sandbox.
/// Here the filesystem is the sandbox: it starts at the root.
fn symbolic_absolute(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("/link-symbolic_absolute/file", "link")?;
    same(
        "target",
        lab.dir.readlink_at("link")?,
        "/link-symbolic_absolute/file".to_string(),
    )?;
    same("content", lab.content("link")?, b"x".to_vec())
}

fn symbolic_relative_to_itself(lab: &Lab) -> Outcome {
    lab.mkdir("a")?;
    lab.mkdir("b")?;
    lab.put("b/file", b"x")?;
    lab.symlink("../b/file", "a/link")?;
    same("content", lab.content("a/link")?, b"x".to_vec())
}

fn readlink(lab: &Lab) -> Outcome {
    lab.symlink("naïve/目標/../x", "link")?;
    same(
        "target",
        lab.dir.readlink_at("link")?,
        "naïve/目標/../x".to_string(),
    )
}

fn readlink_of_others(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    fails("file", lab.dir.readlink_at("file"), ErrorCode::Invalid)?;
    fails("directory", lab.dir.readlink_at("dir"), ErrorCode::Invalid)?;
    fails("missing", lab.dir.readlink_at("none"), ErrorCode::NoEntry)
}
