//! `metadata-hash` and `metadata-hash-at`: which inode, and in which state.

use crate::lab::*;

super::cases![
    is_stable,
    changes_with_content,
    changes_with_metadata,
    keeps_identity,
    differs,
    at_a_path,
    at_a_path_as_of_a_descriptor,
    of_hard_links,
    of_two_handles,
    of_what_replaced_another,
    at_bad_paths,
];

fn hash(descriptor: &Descriptor) -> Result<(u64, u64), ErrorCode> {
    descriptor
        .metadata_hash()
        .map(|hash| (hash.lower, hash.upper))
}

fn is_stable(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let file = lab.open("file", NONE, READ)?;
    let before = hash(&file)?;
    content(&file)?;
    same("after a read", hash(&file)?, before)?;
    same(
        "of another handle",
        hash(&lab.open("file", NONE, READ)?)?,
        before,
    )
}

fn changes_with_content(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let before = hash(&file)?;
    file.write(b"content", 0)?;
    holds("after a write", hash(&file)? != before)
}

/// Every C library makes `st_ino` of the lower half.
fn keeps_identity(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let before = hash(&file)?.0;
    file.write(b"content", 0)?;
    lab.rename("file", "renamed")?;
    same("lower", hash(&file)?.0, before)
}

fn differs(lab: &Lab) -> Outcome {
    lab.put("one", b"x")?;
    lab.put("two", b"x")?;
    holds(
        "two files",
        hash(&lab.open("one", NONE, READ)?)? != hash(&lab.open("two", NONE, READ)?)?,
    )
}

fn at_a_path(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    let of = |flags, path: &str| {
        lab.dir
            .metadata_hash_at(flags, path)
            .map(|hash| (hash.lower, hash.upper))
    };
    let file = hash(&lab.open("file", NONE, READ)?)?;
    same("path", of(NO_FOLLOW, "file")?, file)?;
    same("followed", of(FOLLOW, "link")?, file)?;
    holds("the link", of(NO_FOLLOW, "link")? != file)?;
    fails("missing", of(FOLLOW, "none"), ErrorCode::NoEntry)
}

/// All that moves the change time.
fn changes_with_metadata(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let changes = |what: &str, act: &dyn Fn() -> Result<(), ErrorCode>| {
        let before = hash(&file)?;
        act()?;
        holds(what, hash(&file)? != before)?;
        same("the same inode", hash(&file)?.0, before.0)
    };
    changes("set-size", &|| file.set_size(10))?;
    changes("set-times", &|| {
        file.set_times(NewTimestamp::Now, NewTimestamp::NoChange)
    })?;
    changes("link", &|| lab.link("file", "other"))?;
    changes("unlink", &|| lab.dir.unlink_file_at("other"))?;
    changes("truncating open", &|| {
        lab.open("file", OpenFlags::TRUNCATE, WRITE).map(drop)
    })
}

fn at_a_path_as_of_a_descriptor(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    for path in ["file", "dir", ".", "dir/.."] {
        let at_path = lab.dir.metadata_hash_at(FOLLOW, path)?;
        let of_descriptor = hash(&lab.open(path, NONE, READ)?)?;
        same(path, (at_path.lower, at_path.upper), of_descriptor)?;
    }
    Ok(())
}

fn of_hard_links(lab: &Lab) -> Outcome {
    lab.put("one", b"x")?;
    lab.link("one", "two")?;
    let (one, two) = (lab.open("one", NONE, READ)?, lab.open("two", NONE, READ)?);
    same("both names", hash(&one)?, hash(&two)?)
}

fn of_two_handles(lab: &Lab) -> Outcome {
    let (one, two) = (lab.file("file")?, lab.file("file")?);
    one.write(b"x", 0)?;
    same("after a write", hash(&one)?, hash(&two)?)
}

/// Programs that wait for a file to be replaced compare inode numbers.
fn of_what_replaced_another(lab: &Lab) -> Outcome {
    let old = lab.file("file")?;
    lab.put("new", b"x")?;
    let new = hash(&lab.open("new", NONE, READ)?)?.0;
    lab.rename("new", "file")?;
    holds("another inode", hash(&old)?.0 != new)?;
    same(
        "at the name",
        lab.dir.metadata_hash_at(FOLLOW, "file")?.lower,
        new,
    )
}

fn at_bad_paths(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    for (path, code) in [
        ("", ErrorCode::NoEntry),
        ("/file", ErrorCode::NotPermitted),
        ("file/", ErrorCode::NotDirectory),
        ("none/..", ErrorCode::NoEntry),
    ] {
        fails(path, lab.dir.metadata_hash_at(FOLLOW, path), code)?;
    }
    Ok(())
}
