//! Descriptor flags are enforced, and `get-flags` tells them.

use crate::lab::*;

super::cases![
    told_for_a_file,
    told_for_a_directory,
    read_a_writer,
    write_a_reader,
    size_of_a_reader,
    directory_may_not_change,
    open_through_a_read_only_directory,
    read_through_a_read_only_directory,
    no_way_back,
    link_needs_both_directories,
];

fn told_for_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let flags = |flags| lab.open("file", NONE, flags)?.get_flags();
    same("read", flags(READ)? & (READ | WRITE), READ)?;
    same("write", flags(WRITE)? & (READ | WRITE), WRITE)?;
    same("both", flags(READ | WRITE)? & (READ | WRITE), READ | WRITE)
}

fn told_for_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    let flags = |flags| lab.open("dir", OpenFlags::DIRECTORY, flags)?.get_flags();
    same("read", flags(READ)?, READ)?;
    same("change", flags(READ | MUTATE)?, READ | MUTATE)
}

fn read_a_writer(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails(
        "read",
        lab.open("file", NONE, WRITE)?.read(1, 0),
        ErrorCode::BadDescriptor,
    )
}

fn write_a_reader(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails(
        "write",
        lab.open("file", NONE, READ)?.write(b"y", 0),
        ErrorCode::BadDescriptor,
    )?;
    same("content", lab.content("file")?, b"x".to_vec())
}

/// `ftruncate` of a descriptor that is not open for writing is `EINVAL` on Linux.
fn size_of_a_reader(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    holds(
        "an error",
        lab.open("file", NONE, READ)?.set_size(0).is_err(),
    )?;
    same("content", lab.content("file")?, b"x".to_vec())
}

/// The WIT: without `mutate-directory` all that changes is `read-only`.
fn directory_may_not_change(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir/file", b"x")?;
    lab.mkdir("dir/sub")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    fails("mkdir", dir.create_directory_at("new"), ErrorCode::ReadOnly)?;
    fails("rmdir", dir.remove_directory_at("sub"), ErrorCode::ReadOnly)?;
    fails("unlink", dir.unlink_file_at("file"), ErrorCode::ReadOnly)?;
    fails("symlink", dir.symlink_at("x", "new"), ErrorCode::ReadOnly)?;
    fails(
        "link",
        dir.link_at(NO_FOLLOW, "file", &dir, "new"),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "rename",
        dir.rename_at("file", &dir, "new"),
        ErrorCode::ReadOnly,
    )?;
    let now = NewTimestamp::Now;
    fails(
        "set-times-at",
        dir.set_times_at(FOLLOW, "file", now, now),
        ErrorCode::ReadOnly,
    )?;
    same(
        "entries",
        names(&dir)?,
        vec!["file".to_string(), "sub".to_string()],
    )
}

fn open_through_a_read_only_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir/file", b"x")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    fails(
        "write",
        dir.open_at(FOLLOW, "file", NONE, WRITE),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "create",
        dir.open_at(FOLLOW, "new", OpenFlags::CREATE, READ),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "truncate",
        dir.open_at(FOLLOW, "file", OpenFlags::TRUNCATE, READ),
        ErrorCode::ReadOnly,
    )?;
    same("content", lab.content("dir/file")?, b"x".to_vec())
}

fn read_through_a_read_only_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir/file", b"x")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    same(
        "content",
        content(&dir.open_at(FOLLOW, "file", NONE, READ)?)?,
        b"x".to_vec(),
    )
}

/// A right that was given up is not to be had again below.
fn no_way_back(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.mkdir("dir/sub")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    for path in [".", "sub", "..", "sub/../.."] {
        fails(
            path,
            dir.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE),
            ErrorCode::ReadOnly,
        )?;
    }
    Ok(())
}

fn link_needs_both_directories(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("file", b"x")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    fails(
        "link into",
        lab.dir.link_at(NO_FOLLOW, "file", &dir, "new"),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "rename into",
        lab.dir.rename_at("file", &dir, "new"),
        ErrorCode::ReadOnly,
    )
}
