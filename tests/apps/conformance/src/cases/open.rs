//! `open-at`.

use crate::lab::*;

super::cases![
    create,
    create_keeps_content,
    exclusive,
    exclusive_over_a_directory,
    exclusive_over_a_dangling_link,
    truncate,
    missing,
    directory,
    directory_of_a_file,
    create_a_directory,
    write_a_directory,
    create_over_a_directory,
    truncate_a_directory,
    link_not_followed,
    link_followed,
    dangling_created_through,
    below_a_file,
    parent_missing,
    many_handles,
    empty_flags,
];

fn create(lab: &Lab) -> Outcome {
    let file = lab.open("new", OpenFlags::CREATE, WRITE)?;
    same("type", file.get_type()?, DescriptorType::RegularFile)?;
    same("size", file.stat()?.size, 0)?;
    same("links", file.stat()?.link_count, 1)?;
    holds("named", lab.exists("new"))
}

fn create_keeps_content(lab: &Lab) -> Outcome {
    lab.put("file", b"kept")?;
    same("content", content(&lab.file("file")?)?, b"kept".to_vec())
}

fn exclusive(lab: &Lab) -> Outcome {
    let open = || lab.open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, WRITE);
    open()?;
    fails("again", open(), ErrorCode::Exist)
}

fn exclusive_over_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails(
        "open",
        lab.open("dir", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, WRITE),
        ErrorCode::Exist,
    )
}

fn exclusive_over_a_dangling_link(lab: &Lab) -> Outcome {
    lab.symlink("nowhere", "link")?;
    fails(
        "open",
        lab.open("link", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, WRITE),
        ErrorCode::Exist,
    )?;
    holds("target not made", !lab.exists("nowhere"))
}

fn truncate(lab: &Lab) -> Outcome {
    lab.put("file", b"content")?;
    let file = lab.open("file", OpenFlags::TRUNCATE, READ | WRITE)?;
    same("size", file.stat()?.size, 0)
}

fn missing(lab: &Lab) -> Outcome {
    fails("open", lab.open("none", NONE, READ), ErrorCode::NoEntry)?;
    fails(
        "truncate",
        lab.open("none", OpenFlags::TRUNCATE, WRITE),
        ErrorCode::NoEntry,
    )?;
    fails(
        "directory",
        lab.open("none", OpenFlags::DIRECTORY, READ),
        ErrorCode::NoEntry,
    )
}

fn directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    same(
        "asked for",
        lab.open("dir", OpenFlags::DIRECTORY, READ)?.get_type()?,
        DescriptorType::Directory,
    )?;
    same(
        "found",
        lab.open("dir", NONE, READ)?.get_type()?,
        DescriptorType::Directory,
    )
}

fn directory_of_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"")?;
    fails(
        "open",
        lab.open("file", OpenFlags::DIRECTORY, READ),
        ErrorCode::NotDirectory,
    )
}

/// Linux refuses `O_CREAT | O_DIRECTORY` since 6.4.
fn create_a_directory(lab: &Lab) -> Outcome {
    fails(
        "open",
        lab.open("new", OpenFlags::CREATE | OpenFlags::DIRECTORY, READ),
        ErrorCode::Invalid,
    )?;
    holds("nothing made", !lab.exists("new"))
}

fn write_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails(
        "open",
        lab.open("dir", NONE, READ | WRITE),
        ErrorCode::IsDirectory,
    )
}

fn create_over_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails(
        "open",
        lab.open("dir", OpenFlags::CREATE, WRITE),
        ErrorCode::IsDirectory,
    )
}

fn truncate_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails(
        "open",
        lab.open("dir", OpenFlags::TRUNCATE, WRITE),
        ErrorCode::IsDirectory,
    )
}

fn link_not_followed(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    fails(
        "open",
        lab.dir.open_at(NO_FOLLOW, "link", NONE, READ),
        ErrorCode::Loop,
    )
}

fn link_followed(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    let file = lab.open("link", NONE, READ)?;
    same("type", file.get_type()?, DescriptorType::RegularFile)?;
    holds(
        "same file",
        file.is_same_object(&lab.open("file", NONE, READ)?),
    )
}

fn dangling_created_through(lab: &Lab) -> Outcome {
    lab.symlink("target", "link")?;
    lab.open("link", OpenFlags::CREATE, WRITE)?;
    same(
        "target",
        lab.stat("target")?.type_,
        DescriptorType::RegularFile,
    )
}

fn below_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails(
        "open",
        lab.open("file/x", NONE, READ),
        ErrorCode::NotDirectory,
    )?;
    fails(
        "create",
        lab.open("file/x", OpenFlags::CREATE, WRITE),
        ErrorCode::NotDirectory,
    )
}

fn parent_missing(lab: &Lab) -> Outcome {
    fails(
        "create",
        lab.open("none/x", OpenFlags::CREATE, WRITE),
        ErrorCode::NoEntry,
    )
}

fn many_handles(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let handles = (0..1000)
        .map(|_| lab.open("file", NONE, READ))
        .collect::<Result<Vec<_>, _>>()?;
    same("open", handles.len(), 1000)?;
    same("links", lab.stat("file")?.link_count, 1)
}

/// A handle that may neither read nor write still tells what it is open on.
fn empty_flags(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let file = lab.open("file", NONE, DescriptorFlags::empty())?;
    same("type", file.get_type()?, DescriptorType::RegularFile)
}
