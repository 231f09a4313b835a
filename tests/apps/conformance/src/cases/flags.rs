//! Descriptor flags are enforced, and `get-flags` tells them.

use crate::lab::*;

super::cases![
    told_for_a_file,
    told_for_a_directory,
    read_a_writer,
    write_a_reader,
    size_of_a_reader,
    directory_inherits,
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
    holds("read", flags(READ)?.contains(READ))?;
    holds("no data", !flags(READ)?.contains(WRITE))?;
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

/// No C library asks for `mutate-directory`, so a directory gets it from the
/// one that it is opened from. `read_only` has the cases of a root without it.
fn directory_inherits(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    dir.create_directory_at("inner")?;
    dir.remove_directory_at("inner")?;
    Ok(())
}
