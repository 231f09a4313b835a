//! A program's misuse gets an error code and traps nobody.

use crate::lab::*;

super::cases![
    file_as_a_directory,
    lengths_out_of_range,
    offsets_out_of_range,
    read_of_everything,
    write_without_a_permit,
    write_zeroes_of_everything,
    skip_of_everything,
    splice_of_everything,
    sync_of_flags,
];

fn file_as_a_directory(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    fails(
        "open",
        file.open_at(FOLLOW, "x", NONE, READ),
        ErrorCode::NotDirectory,
    )?;
    fails("stat", file.stat_at(FOLLOW, "x"), ErrorCode::NotDirectory)?;
    fails("readlink", file.readlink_at("x"), ErrorCode::NotDirectory)?;
    fails("list", file.read_directory(), ErrorCode::NotDirectory)?;
    holds("mkdir", file.create_directory_at("x").is_err())?;
    holds("unlink", file.unlink_file_at("x").is_err())?;
    holds("rename", file.rename_at("x", &file, "y").is_err())?;
    holds(
        "rename into",
        lab.dir.rename_at("file", &file, "y").is_err(),
    )?;
    holds(
        "link into",
        lab.dir.link_at(FOLLOW, "file", &file, "y").is_err(),
    )
}

fn lengths_out_of_range(lab: &Lab) -> Outcome {
    lab.put("file", b"content")?;
    let file = lab.open("file", NONE, READ)?;
    same("read", file.read(u64::MAX, 0)?.0, b"content".to_vec())?;
    same(
        "read at the end",
        file.read(u64::MAX, u64::MAX)?,
        (vec![], true),
    )?;
    holds(
        "advise",
        file.advise(u64::MAX, u64::MAX, Advice::WillNeed).is_ok() || file.stat().is_ok(),
    )
}

fn offsets_out_of_range(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    holds("write", file.write(b"xy", u64::MAX).is_err())?;
    holds(
        "write over the edge",
        file.write(b"xy", u64::MAX - 1).is_err(),
    )?;
    same(
        "stream",
        told(file.read_via_stream(u64::MAX)?.blocking_read(1)),
        Err(None),
    )?;
    same("untouched", file.stat()?.size, 0)
}

fn read_of_everything(lab: &Lab) -> Outcome {
    lab.put("file", b"content")?;
    let stream = lab.open("file", NONE, READ)?.read_via_stream(0)?;
    same(
        "read",
        told(stream.blocking_read(u64::MAX))?,
        b"content".to_vec(),
    )
}

/// The WIT allows a trap. A file takes what it is given.
fn write_without_a_permit(lab: &Lab) -> Outcome {
    let stream = lab.file("file")?.write_via_stream(0)?;
    stream.check_write()?;
    stream.write(b"one")?;
    stream.blocking_flush()?;
    same("content", lab.content("file")?, b"one".to_vec())
}

fn write_zeroes_of_everything(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let stream = file.write_via_stream(0)?;
    let permit = told(stream.check_write())?;
    holds("bounded", permit < 1 << 40)?;
    stream.write_zeroes(permit.min(1 << 20))?;
    stream.blocking_flush()?;
    same("size", file.stat()?.size, permit.min(1 << 20))
}

fn skip_of_everything(lab: &Lab) -> Outcome {
    lab.put("file", b"content")?;
    let stream = lab.open("file", NONE, READ)?.read_via_stream(0)?;
    same("skipped", told(stream.blocking_skip(u64::MAX))?, 7)
}

fn splice_of_everything(lab: &Lab) -> Outcome {
    lab.put("from", b"content")?;
    let from = lab.open("from", NONE, READ)?.read_via_stream(0)?;
    let to = lab.file("to")?.write_via_stream(0)?;
    same("spliced", told(to.blocking_splice(&from, u64::MAX))?, 7)
}

/// Synchronous writes are nothing special in memory.
fn sync_of_flags(lab: &Lab) -> Outcome {
    let flags = WRITE | DescriptorFlags::FILE_INTEGRITY_SYNC | DescriptorFlags::DATA_INTEGRITY_SYNC;
    match lab.open("file", OpenFlags::CREATE, flags) {
        Ok(file) => same("write", file.write(b"x", 0)?, 1),
        Err(code) => same("refused", code, ErrorCode::Unsupported),
    }
}
