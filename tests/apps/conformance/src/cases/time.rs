//! `set-times`, `set-times-at`, and what moves times by itself.

use crate::lab::*;
use crate::wasi::clocks::wall_clock::{self, Datetime};

super::cases![
    set,
    set_nothing,
    set_now,
    set_every_combination,
    set_at_every_combination,
    set_invalid,
    set_invalid_changes_nothing,
    set_latest,
    set_at_through_a_link,
    set_at_on_a_link,
    set_at_missing,
    set_through_a_reader,
    set_at_bad_paths,
    of_a_directory,
    write_moves,
    read_moves_no_modification,
    entries_move_their_directory,
];

fn at(seconds: u64, nanoseconds: u32) -> NewTimestamp {
    NewTimestamp::Timestamp(Datetime {
        seconds,
        nanoseconds,
    })
}

fn times(stat: &DescriptorStat) -> [Option<(u64, u32)>; 2] {
    [stat.data_access_timestamp, stat.data_modification_timestamp]
        .map(|time| time.map(|time| (time.seconds, time.nanoseconds)))
}

fn modified(lab: &Lab, path: &str) -> Outcome<Option<(u64, u32)>> {
    Ok(times(&lab.stat(path)?)[1])
}

fn set(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.set_times(at(1, 2), at(3, 999_999_999))?;
    same(
        "times",
        times(&file.stat()?),
        [Some((1, 2)), Some((3, 999_999_999))],
    )?;
    file.set_times(at(1 << 33, 0), at(0, 0))?;
    same(
        "far and zero",
        times(&file.stat()?),
        [Some((1 << 33, 0)), Some((0, 0))],
    )
}

fn set_nothing(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.set_times(at(1, 2), at(3, 4))?;
    file.set_times(NewTimestamp::NoChange, at(5, 6))?;
    same("one", times(&file.stat()?), [Some((1, 2)), Some((5, 6))])?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::NoChange)?;
    same("none", times(&file.stat()?), [Some((1, 2)), Some((5, 6))])
}

fn set_now(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.set_times(at(1, 2), at(3, 4))?;
    let before = wall_clock::now().seconds;
    file.set_times(NewTimestamp::Now, NewTimestamp::Now)?;
    let [accessed, modified] = times(&file.stat()?);
    for time in [accessed, modified] {
        holds(
            "now",
            time.is_some_and(|(seconds, _)| {
                (before.saturating_sub(1)..before + 60).contains(&seconds)
            }),
        )?;
    }
    Ok(())
}

fn set_invalid(lab: &Lab) -> Outcome {
    fails(
        "a second of nanoseconds",
        lab.file("file")?.set_times(at(1, 1_000_000_000), at(1, 0)),
        ErrorCode::Invalid,
    )
}

fn set_at_through_a_link(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.dir.set_times_at(FOLLOW, "link", at(1, 2), at(3, 4))?;
    same("target", modified(lab, "file")?, Some((3, 4)))?;
    holds("not the link", modified(lab, "link")? != Some((3, 4)))
}

fn set_at_on_a_link(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.dir
        .set_times_at(NO_FOLLOW, "link", at(1, 2), at(3, 4))?;
    same("the link", modified(lab, "link")?, Some((3, 4)))?;
    holds("not the target", modified(lab, "file")? != Some((3, 4)))
}

fn set_at_missing(lab: &Lab) -> Outcome {
    fails(
        "missing",
        lab.dir.set_times_at(FOLLOW, "none", at(1, 2), at(3, 4)),
        ErrorCode::NoEntry,
    )
}

/// `futimens` asks who owns the file, not how it was opened.
fn set_through_a_reader(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.open("file", NONE, READ)?
        .set_times(at(1, 2), at(3, 4))?;
    same("modified", modified(lab, "file")?, Some((3, 4)))
}

fn of_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.open("dir", OpenFlags::DIRECTORY, READ | MUTATE)?
        .set_times(at(1, 2), at(3, 4))?;
    same("modified", modified(lab, "dir")?, Some((3, 4)))
}

fn write_moves(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let moved = |what: &str, act: &dyn Fn() -> Outcome| {
        file.set_times(at(1, 0), at(1, 0))?;
        act()?;
        holds(what, times(&file.stat()?)[1] != Some((1, 0)))
    };
    moved("write", &|| Ok(file.write(b"x", 0).map(drop)?))?;
    moved("set-size", &|| Ok(file.set_size(10)?))?;
    moved("stream", &|| {
        Ok(write_all(&file.write_via_stream(0)?, b"x")?)
    })?;
    moved("truncating open", &|| {
        Ok(lab.open("file", OpenFlags::TRUNCATE, WRITE).map(drop)?)
    })
}

fn read_moves_no_modification(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.write(b"x", 0)?;
    file.set_times(at(1, 0), at(1, 0))?;
    content(&file)?;
    file.stat()?;
    same("modified", modified(lab, "file")?, Some((1, 0)))
}

fn entries_move_their_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ | MUTATE)?;
    let moves = |what: &str, expected: bool, act: &dyn Fn() -> Result<(), ErrorCode>| {
        dir.set_times(at(1, 0), at(1, 0))?;
        act()?;
        same(what, times(&dir.stat()?)[1] != Some((1, 0)), expected)
    };
    moves("create", true, &|| {
        dir.open_at(NO_FOLLOW, "a", OpenFlags::CREATE, WRITE)
            .map(drop)
    })?;
    moves("open", false, &|| {
        dir.open_at(NO_FOLLOW, "a", OpenFlags::CREATE, WRITE)
            .map(drop)
    })?;
    moves("write", false, &|| {
        dir.open_at(NO_FOLLOW, "a", NONE, WRITE)?
            .write(b"x", 0)
            .map(drop)
    })?;
    moves("rename", true, &|| dir.rename_at("a", &dir, "b"))?;
    moves("link", true, &|| dir.link_at(NO_FOLLOW, "b", &dir, "c"))?;
    moves("symlink", true, &|| dir.symlink_at("b", "s"))?;
    moves("unlink", true, &|| dir.unlink_file_at("b"))?;
    moves("mkdir", true, &|| dir.create_directory_at("d"))?;
    moves("rmdir", true, &|| dir.remove_directory_at("d"))
}

const CHOICES: [NewTimestamp; 3] = [
    NewTimestamp::NoChange,
    NewTimestamp::Now,
    NewTimestamp::Timestamp(Datetime {
        seconds: 7,
        nanoseconds: 8,
    }),
];

/// What a choice makes of a time that was `(1, 2)`.
fn chosen(choice: NewTimestamp, time: Option<(u64, u32)>) -> bool {
    match choice {
        NewTimestamp::NoChange => time == Some((1, 2)),
        NewTimestamp::Now => time.is_some_and(|(seconds, _)| seconds > 1_700_000_000),
        NewTimestamp::Timestamp(_) => time == Some((7, 8)),
    }
}

/// Sets all nine combinations, each from `(1, 2)`.
fn every_combination(
    set: impl Fn(NewTimestamp, NewTimestamp) -> Result<(), ErrorCode>,
    stat: impl Fn() -> Result<DescriptorStat, ErrorCode>,
) -> Outcome {
    for atime in CHOICES {
        for mtime in CHOICES {
            set(at(1, 2), at(1, 2))?;
            set(atime, mtime)?;
            let [accessed, modified] = times(&stat()?);
            holds(&format!("access of {atime:?}"), chosen(atime, accessed))?;
            holds(
                &format!("modification of {mtime:?}"),
                chosen(mtime, modified),
            )?;
        }
    }
    Ok(())
}

fn set_every_combination(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    every_combination(|atime, mtime| file.set_times(atime, mtime), || file.stat())
}

fn set_at_every_combination(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.mkdir("dir")?;
    for (flags, path) in [
        (FOLLOW, "file"),
        (NO_FOLLOW, "file"),
        (FOLLOW, "link"),
        (NO_FOLLOW, "link"),
        (NO_FOLLOW, "dir"),
        (NO_FOLLOW, "."),
    ] {
        every_combination(
            |atime, mtime| lab.dir.set_times_at(flags, path, atime, mtime),
            || lab.dir.stat_at(flags, path),
        )?;
    }
    Ok(())
}

fn set_invalid_changes_nothing(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.set_times(at(1, 2), at(3, 4))?;
    for (atime, mtime) in [
        (at(5, u32::MAX), at(5, 5)),
        (at(5, 5), at(5, 1_000_000_000)),
        (at(5, 1_000_000_000), NewTimestamp::Now),
    ] {
        fails("set", file.set_times(atime, mtime), ErrorCode::Invalid)?;
        fails(
            "set at",
            lab.dir.set_times_at(NO_FOLLOW, "file", atime, mtime),
            ErrorCode::Invalid,
        )?;
    }
    same("times", times(&file.stat()?), [Some((1, 2)), Some((3, 4))])
}

/// What is later than a filesystem can tell is the latest that it can: in the
/// year 2554, where 64 bits of nanoseconds end.
fn set_latest(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.set_times(at(u64::MAX, 999_999_999), at(u64::MAX, 0))?;
    let seconds = times(&file.stat()?).map(|time| time.map(|(seconds, _)| seconds));
    same("seconds", seconds, [Some(u64::MAX / 1_000_000_000); 2])
}

fn set_at_bad_paths(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("none", "dangling")?;
    for (path, code) in [
        ("", ErrorCode::NoEntry),
        ("/", ErrorCode::NotPermitted),
        ("file/", ErrorCode::NotDirectory),
        ("file/x", ErrorCode::NotDirectory),
        ("dangling", ErrorCode::NoEntry),
    ] {
        let set = lab.dir.set_times_at(FOLLOW, path, at(1, 2), at(3, 4));
        fails(path, set, code)?;
    }
    Ok(())
}
