//! Directories: `create-directory-at`, `remove-directory-at`, `read-directory`,
//! `unlink-file-at`.

use crate::lab::*;

super::cases![
    create,
    create_existing,
    create_below_missing,
    create_dot,
    remove,
    remove_not_empty,
    remove_a_file,
    remove_dot,
    remove_dot_dot,
    remove_the_root,
    unlink,
    unlink_a_directory,
    unlink_a_link,
    list_empty,
    list_types,
    list_a_file,
    list_without_flags,
    list_two_at_once,
    list_while_deleting,
    list_while_creating,
    list_goes_on_after_drop,
    list_removed,
    many_entries,
    handle_of_a_removed_one,
    deep,
];

fn create(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    same("type", lab.stat("dir")?.type_, DescriptorType::Directory)?;
    same(
        "entries",
        names(&lab.open("dir", OpenFlags::DIRECTORY, READ)?)?,
        vec![],
    )
}

fn create_existing(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("file", b"x")?;
    lab.symlink("none", "link")?;
    for name in ["dir", "dir/", "file", "link"] {
        fails(name, lab.mkdir(name), ErrorCode::Exist)?;
    }
    Ok(())
}

fn create_below_missing(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails("missing", lab.mkdir("none/dir"), ErrorCode::NoEntry)?;
    fails("file", lab.mkdir("file/dir"), ErrorCode::NotDirectory)
}

fn create_dot(lab: &Lab) -> Outcome {
    fails("dot", lab.mkdir("."), ErrorCode::Exist)?;
    fails("dot dot", lab.mkdir("dir-none/.."), ErrorCode::NoEntry)
}

fn remove(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.dir.remove_directory_at("dir")?;
    holds("gone", !lab.exists("dir"))?;
    fails(
        "again",
        lab.dir.remove_directory_at("dir"),
        ErrorCode::NoEntry,
    )
}

fn remove_not_empty(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir/file", b"x")?;
    fails(
        "remove",
        lab.dir.remove_directory_at("dir"),
        ErrorCode::NotEmpty,
    )
}

fn remove_a_file(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    lab.symlink("dir", "link")?;
    fails(
        "file",
        lab.dir.remove_directory_at("file"),
        ErrorCode::NotDirectory,
    )?;
    fails(
        "link to a directory",
        lab.dir.remove_directory_at("link"),
        ErrorCode::NotDirectory,
    )
}

fn remove_dot(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails(
        "remove",
        lab.dir.remove_directory_at("dir/."),
        ErrorCode::Invalid,
    )
}

fn remove_dot_dot(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.mkdir("dir/inner")?;
    fails(
        "remove",
        lab.dir.remove_directory_at("dir/inner/.."),
        ErrorCode::NotEmpty,
    )
}

fn remove_the_root(lab: &Lab) -> Outcome {
    holds("an error", lab.root.remove_directory_at(".").is_err())?;
    holds("an error", lab.root.remove_directory_at("..").is_err())?;
    same(
        "still there",
        lab.root.stat()?.type_,
        DescriptorType::Directory,
    )
}

fn unlink(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.dir.unlink_file_at("file")?;
    fails("again", lab.dir.unlink_file_at("file"), ErrorCode::NoEntry)
}

fn unlink_a_directory(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    fails(
        "unlink",
        lab.dir.unlink_file_at("dir"),
        ErrorCode::IsDirectory,
    )?;
    fails(
        "dot",
        lab.dir.unlink_file_at("dir/."),
        ErrorCode::IsDirectory,
    )
}

fn unlink_a_link(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.symlink("file", "link")?;
    lab.dir.unlink_file_at("link")?;
    same("target stays", names(&lab.dir)?, vec!["file".to_string()])
}

fn list_empty(lab: &Lab) -> Outcome {
    let stream = lab.dir.read_directory()?;
    holds("nothing", stream.read_directory_entry()?.is_none())?;
    holds("and again", stream.read_directory_entry()?.is_none())
}

/// `.` and `..` are not listed.
fn list_types(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    lab.mkdir("dir")?;
    lab.symlink("file", "link")?;
    let stream = lab.dir.read_directory()?;
    let mut entries = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        entries.push((entry.name, entry.type_));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("dir", DescriptorType::Directory),
        ("file", DescriptorType::RegularFile),
        ("link", DescriptorType::SymbolicLink),
    ];
    same(
        "entries",
        entries,
        expected
            .map(|(name, kind)| (name.to_string(), kind))
            .to_vec(),
    )
}

fn list_a_file(lab: &Lab) -> Outcome {
    fails(
        "list",
        lab.file("file")?.read_directory(),
        ErrorCode::NotDirectory,
    )
}

/// Go opens directories without `read`, which is about data.
fn list_without_flags(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let dir = lab.open(".", OpenFlags::DIRECTORY, DescriptorFlags::empty())?;
    same("names", names(&dir)?, vec!["file".to_string()])
}

fn list_two_at_once(lab: &Lab) -> Outcome {
    for i in 0..10 {
        lab.put(&format!("{i}"), b"")?;
    }
    let (one, two) = (lab.dir.read_directory()?, lab.dir.read_directory()?);
    let (mut a, mut b) = (0, 0);
    while one.read_directory_entry()?.is_some() {
        a += 1;
        b += u32::from(a % 2 == 0 && two.read_directory_entry()?.is_some());
    }
    while two.read_directory_entry()?.is_some() {
        b += 1;
    }
    same("both", (a, b), (10, 10))
}

/// An entry that stays is listed once, however many others go meanwhile.
fn list_while_deleting(lab: &Lab) -> Outcome {
    for i in 0..500 {
        lab.put(&format!("{i}"), b"")?;
    }
    let stream = lab.dir.read_directory()?;
    let mut seen = 0;
    while let Some(entry) = stream.read_directory_entry()? {
        lab.dir.unlink_file_at(&entry.name)?;
        seen += 1;
    }
    same("seen", seen, 500)?;
    same("left", names(&lab.dir)?, vec![])
}

fn list_while_creating(lab: &Lab) -> Outcome {
    for i in 0..100 {
        lab.put(&format!("old{i:03}"), b"")?;
    }
    let stream = lab.dir.read_directory()?;
    let mut old = Vec::new();
    let mut made = 0;
    while let Some(entry) = stream.read_directory_entry()? {
        if entry.name.starts_with("old") {
            old.push(entry.name);
        }
        made += 1;
        holds("it ends", made < 10_000)?;
        lab.put(&format!("new{made}"), b"")?;
    }
    old.sort();
    same("in all", old.len(), 100)?;
    old.dedup();
    same("each once", old.len(), 100)
}

fn list_goes_on_after_drop(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    lab.put("dir/file", b"")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    let stream = dir.read_directory()?;
    drop(dir);
    same(
        "entry",
        stream.read_directory_entry()?.map(|entry| entry.name),
        Some("file".to_string()),
    )
}

fn list_removed(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ)?;
    lab.dir.remove_directory_at("dir")?;
    same("entries", names(&dir)?, vec![])
}

fn many_entries(lab: &Lab) -> Outcome {
    for i in 0..5000 {
        lab.put(&format!("entry {i}"), b"")?;
    }
    same("listed", names(&lab.dir)?.len(), 5000)?;
    for i in 0..5000 {
        lab.dir.unlink_file_at(&format!("entry {i}"))?;
    }
    same("left", names(&lab.dir)?.len(), 0)
}

/// In a directory without a name nothing can be made.
fn handle_of_a_removed_one(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ | MUTATE)?;
    lab.dir.remove_directory_at("dir")?;
    fails(
        "create",
        dir.open_at(NO_FOLLOW, "x", OpenFlags::CREATE, WRITE),
        ErrorCode::NoEntry,
    )?;
    fails("mkdir", dir.create_directory_at("x"), ErrorCode::NoEntry)?;
    fails("symlink", dir.symlink_at("x", "y"), ErrorCode::NoEntry)?;
    same("type", dir.stat()?.type_, DescriptorType::Directory)?;
    lab.put("file", b"x")?;
    fails(
        "rename into",
        lab.dir.rename_at("file", &dir, "x"),
        ErrorCode::NoEntry,
    )
}

fn deep(lab: &Lab) -> Outcome {
    let mut path = String::new();
    for i in 0..200 {
        path += &format!("{}d{i}", if i == 0 { "" } else { "/" });
        lab.mkdir(&path)?;
    }
    lab.put(&format!("{path}/file"), b"deep")?;
    same(
        "content",
        lab.content(&format!("{path}/file"))?,
        b"deep".to_vec(),
    )
}
