//! `read`, `write`, `set-size`, `sync`, `advise` and `stat`.

use crate::lab::*;

super::cases![
    round_trip,
    read_short_at_the_end,
    read_nothing,
    read_a_directory,
    write_a_directory,
    write_nothing,
    write_leaves_a_hole,
    overwrite,
    large,
    beyond_4_gib,
    too_large,
    set_size,
    set_size_of_a_directory,
    sync,
    advise,
    stat,
    stat_at,
];

fn round_trip(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    same("write", file.write(b"hello", 0)?, 5)?;
    same("read", file.read(5, 0)?.0, b"hello".to_vec())?;
    same("middle", file.read(2, 1)?, (b"el".to_vec(), false))
}

fn read_short_at_the_end(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    let file = lab.open("file", NONE, READ)?;
    same("over the end", file.read(100, 7)?.0, b"789".to_vec())?;
    same("at the end", file.read(100, 10)?, (vec![], true))?;
    same(
        "past the end",
        file.read(100, u64::from(u32::MAX) * 16)?,
        (vec![], true),
    )
}

fn read_nothing(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    same("bytes", lab.open("file", NONE, READ)?.read(0, 0)?.0, vec![])
}

fn read_a_directory(lab: &Lab) -> Outcome {
    holds("an error", lab.dir.read(1, 0).is_err())
}

fn write_a_directory(lab: &Lab) -> Outcome {
    holds("an error", lab.dir.write(b"x", 0).is_err())
}

fn write_nothing(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    same("write", file.write(&[], 100)?, 0)?;
    same("size", file.stat()?.size, 0)
}

fn write_leaves_a_hole(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.write(b"x", 100_000)?;
    let content = content(&file)?;
    same("length", content.len(), 100_001)?;
    holds(
        "zeroes",
        content.iter().take(100_000).all(|byte| *byte == 0),
    )
}

fn overwrite(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    lab.open("file", NONE, WRITE)?.write(b"xy", 4)?;
    same("content", lab.content("file")?, b"0123xy6789".to_vec())
}

fn large(lab: &Lab) -> Outcome {
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i ^ (i >> 8)) as u8).collect();
    let file = lab.file("file")?;
    let mut written = 0;
    while written < bytes.len() {
        written += file.write(&bytes[written..], written as u64)? as usize;
    }
    holds("content", content(&file)? == bytes)
}

fn beyond_4_gib(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let far = 5 << 30;
    file.write(b"far", far)?;
    same("size", file.stat()?.size, far + 3)?;
    same("there", file.read(3, far)?.0, b"far".to_vec())?;
    same("4 GiB before", file.read(3, far - (4 << 30))?.0, vec![0; 3])
}

fn too_large(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    fails("write", file.write(b"x", u64::MAX), ErrorCode::FileTooLarge)?;
    fails("set-size", file.set_size(u64::MAX), ErrorCode::FileTooLarge)?;
    same("size", file.stat()?.size, 0)
}

fn set_size(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.write(b"0123456789", 0)?;
    file.set_size(4)?;
    same("cut", content(&file)?, b"0123".to_vec())?;
    file.set_size(6)?;
    same("grown", content(&file)?, b"0123\0\0".to_vec())?;
    file.set_size(0)?;
    same("nothing", content(&file)?, vec![])
}

fn set_size_of_a_directory(lab: &Lab) -> Outcome {
    holds("an error", lab.dir.set_size(0).is_err())
}

fn sync(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let writer = lab.open("file", NONE, WRITE)?;
    writer.sync()?;
    writer.sync_data()?;
    let reader = lab.open("file", NONE, READ)?;
    reader.sync()?;
    reader.sync_data()?;
    lab.dir.sync()?;
    Ok(())
}

fn advise(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    for advice in [
        Advice::Normal,
        Advice::Sequential,
        Advice::Random,
        Advice::WillNeed,
        Advice::DontNeed,
        Advice::NoReuse,
    ] {
        file.advise(0, 100, advice)?;
    }
    Ok(())
}

fn stat(lab: &Lab) -> Outcome {
    lab.put("file", b"12345")?;
    let stat = lab.open("file", NONE, READ)?.stat()?;
    same("type", stat.type_, DescriptorType::RegularFile)?;
    same("size", stat.size, 5)?;
    same("links", stat.link_count, 1)?;
    holds(
        "modified",
        stat.data_modification_timestamp
            .is_some_and(|time| time.seconds > 1_700_000_000),
    )?;
    holds("accessed", stat.data_access_timestamp.is_some())?;
    holds("changed", stat.status_change_timestamp.is_some())
}

fn stat_at(lab: &Lab) -> Outcome {
    lab.put("file", b"12345")?;
    lab.symlink("file", "link")?;
    same(
        "link",
        lab.dir.stat_at(NO_FOLLOW, "link")?.type_,
        DescriptorType::SymbolicLink,
    )?;
    same("its length", lab.dir.stat_at(NO_FOLLOW, "link")?.size, 4)?;
    same("target", lab.dir.stat_at(FOLLOW, "link")?.size, 5)?;
    fails("missing", lab.stat("none"), ErrorCode::NoEntry)
}
