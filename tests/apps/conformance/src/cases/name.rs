//! Names of every length and of unusual letters, and every function on every
//! kind of bad path.

use crate::lab::*;

super::cases![
    of_every_length,
    of_unusual_letters,
    of_many_bytes,
    case_matters,
    no_normalisation,
    hidden_and_dotted,
    targets_of_every_length,
    targets_that_are_no_paths,
    dots_around_the_root,
    bad_paths,
    bad_paths_to_make,
    very_long_paths,
    too_long_for_several_reasons,
];

const UNUSUAL: &[&str] = &[
    " ",
    "  ",
    "-",
    "--",
    "a ",
    " a",
    "*",
    "?",
    "C:",
    "a\\b",
    "a\nb",
    "\t",
    "\u{1}",
    "\u{7f}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "名前",
    "🦀🦀",
    "\u{10ffff}",
    "a:b",
    "~",
    "%2f",
    "\"",
    "'",
    "$x",
    "aux",
    "nul.txt",
];

/// Makes a file of that name, and does with it what uses names.
fn round_trip(lab: &Lab, name: &str) -> Outcome {
    lab.put(name, name.as_bytes())?;
    same("listed", names(&lab.dir)?, vec![name.to_string()])?;
    same("content", lab.content(name)?, name.as_bytes().to_vec())?;
    lab.symlink(name, "link")?;
    same("target", lab.dir.readlink_at("link")?, name.to_string())?;
    same(
        "through",
        lab.dir.stat_at(FOLLOW, "link")?.size,
        name.len() as u64,
    )?;
    lab.dir.unlink_file_at("link")?;
    lab.rename(name, "other")?;
    lab.link("other", name)?;
    lab.dir.unlink_file_at("other")?;
    lab.dir.unlink_file_at(name)?;
    lab.mkdir(name)?;
    lab.dir.remove_directory_at(name)?;
    holds("gone", !lab.exists(name))
}

fn of_every_length(lab: &Lab) -> Outcome {
    let made: Vec<String> = (1..=255).map(|len| "n".repeat(len)).collect();
    for name in &made {
        lab.put(name, name.as_bytes())?;
    }
    same("listed", names(&lab.dir)?, made.clone())?;
    for name in &made {
        same("size", lab.stat(name)?.size, name.len() as u64)?;
    }
    Ok(())
}

fn of_unusual_letters(lab: &Lab) -> Outcome {
    for name in UNUSUAL {
        round_trip(lab, name).map_err(|Failure(what)| Failure(format!("{name:?}: {what}")))?;
    }
    Ok(())
}

/// The limit is in bytes, not in letters.
fn of_many_bytes(lab: &Lab) -> Outcome {
    round_trip(lab, &("é".repeat(127) + "a"))?;
    round_trip(lab, &"🦀".repeat(63))?;
    fails("é", lab.mkdir(&"é".repeat(128)), ErrorCode::NameTooLong)?;
    fails("🦀", lab.mkdir(&"🦀".repeat(64)), ErrorCode::NameTooLong)
}

fn case_matters(lab: &Lab) -> Outcome {
    lab.put("name", b"1")?;
    lab.put("Name", b"2")?;
    same("two", names(&lab.dir)?.len(), 2)?;
    same("one of them", lab.content("name")?, b"1".to_vec())
}

/// A name is its bytes.
fn no_normalisation(lab: &Lab) -> Outcome {
    lab.put("\u{e9}", b"1")?;
    lab.put("e\u{301}", b"2")?;
    same("two", names(&lab.dir)?.len(), 2)?;
    same("one of them", lab.content("\u{e9}")?, b"1".to_vec())
}

/// Only one dot and two dots alone are special.
fn hidden_and_dotted(lab: &Lab) -> Outcome {
    for name in [".hidden", "...", "....", "..a", "a..", ".a.", ". ", ".. "] {
        round_trip(lab, name).map_err(|Failure(what)| Failure(format!("{name:?}: {what}")))?;
    }
    Ok(())
}

fn targets_of_every_length(lab: &Lab) -> Outcome {
    for len in (1..=4095).step_by(89).chain([4095]) {
        let target = "t/".repeat(len).split_at(len).0.to_string();
        lab.symlink(&target, "link")?;
        same("target", lab.dir.readlink_at("link")?, target)?;
        same("size", lab.stat("link")?.size, len as u64)?;
        lab.dir.unlink_file_at("link")?;
    }
    Ok(())
}

/// A target is looked at when it is followed.
fn targets_that_are_no_paths(lab: &Lab) -> Outcome {
    for (target, code) in [
        ("none", ErrorCode::NoEntry),
        ("none/", ErrorCode::NoEntry),
        ("link", ErrorCode::Loop),
        ("./link/x", ErrorCode::Loop),
        ("///none//", ErrorCode::NoEntry),
    ] {
        lab.symlink(target, "link")?;
        same("target", lab.dir.readlink_at("link")?, target.to_string())?;
        fails(target, lab.dir.stat_at(FOLLOW, "link"), code)?;
        fails(target, lab.open("link", NONE, READ), code)?;
        lab.dir.unlink_file_at("link")?;
    }
    Ok(())
}

fn dots_around_the_root(lab: &Lab) -> Outcome {
    for path in ["..", "../", "../.", "../..", "../../../..", ".././..//"] {
        let up = lab.root.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ)?;
        holds(path, up.is_same_object(&lab.root))?;
    }
    let up = lab.dir.open_at(FOLLOW, "..", OpenFlags::DIRECTORY, READ)?;
    holds("parent", up.is_same_object(&lab.root))
}

type PathFunction = (&'static str, fn(&Lab, &str) -> Result<(), ErrorCode>);

/// Every function that takes the path of something that is there.
const ON_PATHS: &[PathFunction] = &[
    ("open-at", |lab, path| lab.open(path, NONE, READ).map(drop)),
    ("stat-at", |lab, path| lab.stat(path).map(drop)),
    ("readlink-at", |lab, path| {
        lab.dir.readlink_at(path).map(drop)
    }),
    ("unlink-file-at", |lab, path| lab.dir.unlink_file_at(path)),
    ("remove-directory-at", |lab, path| {
        lab.dir.remove_directory_at(path)
    }),
    ("rename-at from", |lab, path| lab.rename(path, "new")),
    ("link-at from", |lab, path| lab.link(path, "new")),
    ("metadata-hash-at", |lab, path| {
        lab.dir.metadata_hash_at(NO_FOLLOW, path).map(drop)
    }),
    ("set-times-at", |lab, path| {
        let now = NewTimestamp::Now;
        lab.dir.set_times_at(NO_FOLLOW, path, now, now)
    }),
];

/// Every function that takes the path of something to be made.
const TO_PATHS: &[PathFunction] = &[
    ("create-directory-at", |lab, path| lab.mkdir(path)),
    ("symlink-at", |lab, path| lab.symlink("target", path)),
    ("rename-at to", |lab, path| lab.rename("file", path)),
    ("link-at to", |lab, path| lab.link("file", path)),
    ("open-at to create", |lab, path| {
        lab.open(path, OpenFlags::CREATE, WRITE).map(drop)
    }),
];

/// Paths that no function takes, with the reason.
fn bad() -> Vec<(String, ErrorCode)> {
    let long = "n".repeat(256);
    let longer = "./".repeat(2047) + "ab";
    let fixed = [
        ("", ErrorCode::NoEntry),
        ("/", ErrorCode::NotPermitted),
        ("/file", ErrorCode::NotPermitted),
        ("a\0b", ErrorCode::Invalid),
        ("\0", ErrorCode::Invalid),
        ("dir/\0", ErrorCode::Invalid),
        ("none/x", ErrorCode::NoEntry),
        ("none/../x", ErrorCode::NoEntry),
        ("file/x", ErrorCode::NotDirectory),
        ("dir/file/../x", ErrorCode::NotDirectory),
        ("loop/x", ErrorCode::Loop),
        ("dangling/x", ErrorCode::NoEntry),
        ("to-file/x", ErrorCode::NotDirectory),
        (long.as_str(), ErrorCode::NameTooLong),
        (longer.as_str(), ErrorCode::NameTooLong),
    ];
    fixed.map(|(path, code)| (path.to_string(), code)).to_vec()
}

fn all_fail(lab: &Lab, functions: &[PathFunction]) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    lab.put("dir/file", b"x")?;
    lab.symlink("loop", "loop")?;
    lab.symlink("none", "dangling")?;
    lab.symlink("file", "to-file")?;
    let before = names(&lab.dir)?;
    for (path, code) in bad() {
        for (name, function) in functions {
            let shown: String = path.chars().take(20).collect();
            fails(&format!("{name} {shown:?}"), function(lab, &path), code)?;
        }
    }
    same("nothing changed", names(&lab.dir)?, before)
}

fn bad_paths(lab: &Lab) -> Outcome {
    all_fail(lab, ON_PATHS)
}

fn bad_paths_to_make(lab: &Lab) -> Outcome {
    all_fail(lab, TO_PATHS)
}

/// Longer than any buffer that a path could be copied to.
fn very_long_paths(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    for len in [4096, 4097, 1 << 16, (1 << 20) + 1, 16 << 20] {
        // Two bytes a letter, so that a cut at any limit is inside of one.
        for path in [
            "/é".repeat(len),
            "./".repeat(len),
            format!("a{}", "é".repeat(len)),
        ] {
            let path = path.strip_prefix('/').unwrap_or(&path);
            for (name, function) in ON_PATHS.iter().chain(TO_PATHS) {
                fails(
                    &format!("{name} {len}"),
                    function(lab, path),
                    ErrorCode::NameTooLong,
                )?;
            }
            fails("target", lab.symlink(path, "link"), ErrorCode::NameTooLong)?;
        }
    }
    same(
        "nothing changed",
        names(&lab.dir)?,
        vec!["file".to_string()],
    )
}

/// Which of the reasons is told is the same for paths of any length.
fn too_long_for_several_reasons(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    for len in [4096, 5000, 100_000] {
        let long = "n".repeat(len);
        let absolute = format!("/{long}");
        let zero = format!("\0{long}");
        fails(
            "of a file",
            file.stat_at(FOLLOW, &long),
            ErrorCode::NotDirectory,
        )?;
        fails(
            "open in a file",
            file.open_at(FOLLOW, &long, NONE, READ),
            ErrorCode::NotDirectory,
        )?;
        fails("absolute", lab.stat(&absolute), ErrorCode::NameTooLong)?;
        fails("zero", lab.stat(&zero), ErrorCode::NameTooLong)?;
        fails("both", lab.rename(&long, &long), ErrorCode::NameTooLong)?;
        fails(
            "first none",
            lab.rename("none", &long),
            ErrorCode::NameTooLong,
        )?;
        fails("first bad", lab.rename("", &long), ErrorCode::NoEntry)?;
        fails("second bad", lab.rename(&long, ""), ErrorCode::NameTooLong)?;
    }
    Ok(())
}
