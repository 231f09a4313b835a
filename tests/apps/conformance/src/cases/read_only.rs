//! A filesystem that refuses changes: `--read-only /` over a directory with
//! `file`, `link` to it, and `dir/inner`.

use crate::lab::*;

super::cases![
    told,
    reads,
    names_stay,
    content_stays,
    times_stay,
    no_way_back,
    another_error_first,
];

fn told(lab: &Lab) -> Outcome {
    same(
        "root",
        lab.root.get_flags()? & MUTATE,
        DescriptorFlags::empty(),
    )?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    same("below", dir.get_flags()? & MUTATE, DescriptorFlags::empty())
}

fn reads(lab: &Lab) -> Outcome {
    same("content", lab.content("file")?, b"content\n".to_vec())?;
    same(
        "through a link",
        lab.content("link")?,
        b"content\n".to_vec(),
    )?;
    same(
        "names",
        names(&lab.dir)?,
        ["dir", "file", "link"].map(str::to_string).to_vec(),
    )
}

/// The WIT: without `mutate-directory` all that changes is `read-only`.
fn names_stay(lab: &Lab) -> Outcome {
    fails("mkdir", lab.mkdir("new"), ErrorCode::ReadOnly)?;
    fails(
        "rmdir",
        lab.dir.remove_directory_at("dir"),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "unlink",
        lab.dir.unlink_file_at("file"),
        ErrorCode::ReadOnly,
    )?;
    fails("symlink", lab.symlink("x", "new"), ErrorCode::ReadOnly)?;
    fails("link", lab.link("file", "new"), ErrorCode::ReadOnly)?;
    fails("rename", lab.rename("file", "new"), ErrorCode::ReadOnly)?;
    fails(
        "create",
        lab.open("new", OpenFlags::CREATE, READ),
        ErrorCode::ReadOnly,
    )
}

fn content_stays(lab: &Lab) -> Outcome {
    fails("write", lab.open("file", NONE, WRITE), ErrorCode::ReadOnly)?;
    fails(
        "truncate",
        lab.open("file", OpenFlags::TRUNCATE, READ),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "through a link",
        lab.open("link", NONE, WRITE),
        ErrorCode::ReadOnly,
    )
}

fn times_stay(lab: &Lab) -> Outcome {
    let now = NewTimestamp::Now;
    fails(
        "set-times-at",
        lab.dir.set_times_at(FOLLOW, "file", now, now),
        ErrorCode::ReadOnly,
    )?;
    fails(
        "set-times",
        lab.open("file", NONE, READ)?.set_times(now, now),
        ErrorCode::ReadOnly,
    )
}

/// A right that a directory has not is not to be had below it.
fn no_way_back(lab: &Lab) -> Outcome {
    for path in [".", "dir", "..", "dir/../.."] {
        let opened = lab.open(path, OpenFlags::DIRECTORY, READ | MUTATE);
        fails(path, opened, ErrorCode::ReadOnly)?;
    }
    Ok(())
}

/// What does not exist is not there, read-only or not.
fn another_error_first(lab: &Lab) -> Outcome {
    fails("open", lab.open("none", NONE, READ), ErrorCode::NoEntry)?;
    fails("stat", lab.stat("none"), ErrorCode::NoEntry)?;
    fails("readlink", lab.dir.readlink_at("file"), ErrorCode::Invalid)
}
