//! `rename-at`, in every combination that Linux allows and refuses.

use crate::lab::*;

super::cases![
    file,
    over_a_file,
    over_itself,
    between_hard_links,
    missing,
    file_over_a_directory,
    directory_over_a_file,
    directory_over_an_empty_one,
    directory_over_a_full_one,
    into_itself,
    into_a_descendant,
    over_an_ancestor,
    of_dots,
    across_directories,
    link_itself,
    over_a_link,
    slash_after_a_file,
    slash_after_a_directory,
    while_open,
    replaced_while_open,
    directory_keeps_its_handle,
];

fn file(lab: &Lab) -> Outcome {
    lab.put("old", b"x")?;
    lab.rename("old", "new")?;
    same("names", names(&lab.dir)?, vec!["new".to_string()])?;
    same("content", lab.content("new")?, b"x".to_vec())
}

fn over_a_file(lab: &Lab) -> Outcome {
    lab.put("old", b"from old")?;
    lab.put("new", b"from new")?;
    lab.rename("old", "new")?;
    same("names", names(&lab.dir)?, vec!["new".to_string()])?;
    same("content", lab.content("new")?, b"from old".to_vec())
}

fn over_itself(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    lab.rename("file", "file")?;
    lab.rename("dir", "dir")?;
    same("names", names(&lab.dir)?.len(), 2)
}

/// POSIX: two names of one file, nothing happens and both stay.
fn between_hard_links(lab: &Lab) -> Outcome {
    lab.put("one", b"x")?;
    lab.link("one", "two")?;
    lab.rename("one", "two")?;
    same("names", names(&lab.dir)?.len(), 2)?;
    same("count", lab.stat("one")?.link_count, 2)
}

fn missing(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails("source", lab.rename("none", "new"), ErrorCode::NoEntry)?;
    fails(
        "source over a file",
        lab.rename("none", "file"),
        ErrorCode::NoEntry,
    )?;
    fails("parent", lab.rename("file", "none/new"), ErrorCode::NoEntry)?;
    fails(
        "below a file",
        lab.rename("file", "file/new"),
        ErrorCode::NotDirectory,
    )
}

fn file_over_a_directory(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    fails("rename", lab.rename("file", "dir"), ErrorCode::IsDirectory)
}

fn directory_over_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    fails("rename", lab.rename("dir", "file"), ErrorCode::NotDirectory)
}

fn directory_over_an_empty_one(lab: &Lab) -> Outcome {
    lab.mkdir("one")?;
    lab.put("one/file", b"x")?;
    lab.mkdir("two")?;
    lab.rename("one", "two")?;
    same("names", names(&lab.dir)?, vec!["two".to_string()])?;
    same("content", lab.content("two/file")?, b"x".to_vec())
}

fn directory_over_a_full_one(lab: &Lab) -> Outcome {
    lab.mkdir("one")?;
    lab.mkdir("two")?;
    lab.put("two/file", b"x")?;
    fails("rename", lab.rename("one", "two"), ErrorCode::NotEmpty)
}

fn into_itself(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails("rename", lab.rename("dir", "dir/new"), ErrorCode::Invalid)
}

fn into_a_descendant(lab: &Lab) -> Outcome {
    lab.mkdir("a")?;
    lab.mkdir("a/b")?;
    lab.mkdir("a/b/c")?;
    fails("rename", lab.rename("a", "a/b/c/d"), ErrorCode::Invalid)?;
    let inner = lab.open("a/b", OpenFlags::DIRECTORY, READ | MUTATE)?;
    fails(
        "by handle",
        lab.dir.rename_at("a", &inner, "d"),
        ErrorCode::Invalid,
    )
}

fn over_an_ancestor(lab: &Lab) -> Outcome {
    lab.mkdir("a")?;
    lab.mkdir("a/b")?;
    fails("rename", lab.rename("a/b", "a"), ErrorCode::NotEmpty)
}

fn of_dots(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.mkdir("dir/inner")?;
    fails("dot", lab.rename("dir/.", "new"), ErrorCode::Busy)?;
    fails(
        "dot dot",
        lab.rename("dir/inner/..", "new"),
        ErrorCode::Busy,
    )?;
    fails("to dot", lab.rename("dir", "dir/."), ErrorCode::Busy)
}

fn across_directories(lab: &Lab) -> Outcome {
    lab.mkdir("a")?;
    lab.mkdir("b")?;
    lab.put("a/file", b"x")?;
    let (a, b) = (
        lab.open("a", OpenFlags::DIRECTORY, READ | MUTATE)?,
        lab.open("b", OpenFlags::DIRECTORY, READ | MUTATE)?,
    );
    a.rename_at("file", &b, "moved")?;
    same("from", names(&a)?, vec![])?;
    same("to", names(&b)?, vec!["moved".to_string()])
}

fn link_itself(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.rename("link", "moved")?;
    same(
        "still a link",
        lab.dir.readlink_at("moved")?,
        "file".to_string(),
    )
}

fn over_a_link(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.put("other", b"y")?;
    lab.symlink("file", "link")?;
    lab.rename("other", "link")?;
    same(
        "replaced",
        lab.stat("link")?.type_,
        DescriptorType::RegularFile,
    )?;
    same("target stays", lab.content("file")?, b"x".to_vec())
}

fn slash_after_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails(
        "source",
        lab.rename("file/", "new"),
        ErrorCode::NotDirectory,
    )?;
    fails(
        "target",
        lab.rename("file", "new/"),
        ErrorCode::NotDirectory,
    )
}

fn slash_after_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.rename("dir/", "new/")?;
    same("names", names(&lab.dir)?, vec!["new".to_string()])
}

fn while_open(lab: &Lab) -> Outcome {
    let file = lab.file("old")?;
    lab.rename("old", "new")?;
    file.write(b"after", 0)?;
    same("content", lab.content("new")?, b"after".to_vec())
}

fn replaced_while_open(lab: &Lab) -> Outcome {
    lab.put("a", b"from a")?;
    lab.put("b", b"from b")?;
    let b = lab.open("b", NONE, READ)?;
    lab.rename("a", "b")?;
    same("the replaced", content(&b)?, b"from b".to_vec())?;
    same("links", b.stat()?.link_count, 0)?;
    same("the name", lab.content("b")?, b"from a".to_vec())
}

fn directory_keeps_its_handle(lab: &Lab) -> Outcome {
    lab.mkdir("old")?;
    let dir = lab.open("old", OpenFlags::DIRECTORY, READ | MUTATE)?;
    lab.rename("old", "new")?;
    dir.create_directory_at("inner")?;
    holds("made in the moved", lab.exists("new/inner"))?;
    lab.mkdir("other")?;
    lab.rename("new", "other/new")?;
    let parent = dir.open_at(NO_FOLLOW, "..", NONE, READ)?;
    holds(
        "its parent",
        parent.is_same_object(&lab.open("other", NONE, READ)?),
    )
}
