//! Directories: making, removing, listing while they change.

use std::fs::{self, File};
use std::io;

use app_support::{Area, names};

pub fn run() -> io::Result<()> {
    let area = Area::new("dirs")?;
    make(&area)?;
    remove(&area)?;
    list(&area)?;
    delete_while_listing(&area)?;
    create_while_listing(&area)?;
    remove_all(&area)
}

fn make(area: &Area) -> io::Result<()> {
    area.show("create", fs::create_dir(area.path("a")));
    area.show("create again", fs::create_dir(area.path("a")));
    area.show("create with a slash", fs::create_dir(area.path("slash/")));
    area.show("create dot", fs::create_dir(area.path("a/.")));
    area.show("create below missing", fs::create_dir(area.path("none/b")));
    area.show("create all", fs::create_dir_all(area.path("a/b/c/d")));
    area.show("create all again", fs::create_dir_all(area.path("a/b/c/d")));
    fs::write(area.path("file"), b"x")?;
    area.show("create over a file", fs::create_dir(area.path("file")));
    area.show(
        "create all below a file",
        fs::create_dir_all(area.path("file/a")),
    );
    area.show(
        "canonicalize",
        fs::canonicalize(area.path("a/../a/./b")).map(|path| path.ends_with("dirs/a/b")),
    );
    area.show(
        "canonicalize missing",
        fs::canonicalize(area.path("a/none")).map(drop),
    );
    let links = |name: &str| {
        rustix::fs::stat(area.path(name))
            .map(|stat| stat.st_nlink)
            .map_err(io::Error::from)
    };
    area.show("links of a directory", links("a/b/c/d"));
    area.show("links of its parent", links("a/b/c"));
    Ok(())
}

fn remove(area: &Area) -> io::Result<()> {
    area.show("remove a full one", fs::remove_dir(area.path("a")));
    area.show(
        "remove a file as a directory",
        fs::remove_dir(area.path("file")),
    );
    area.show(
        "remove a directory as a file",
        fs::remove_file(area.path("a")),
    );
    area.show("remove missing", fs::remove_dir(area.path("none")));
    area.show("remove dot", fs::remove_dir(area.path("slash/.")));
    area.show("remove with a slash", fs::remove_dir(area.path("slash/")));
    area.show("remove an inner one", fs::remove_dir(area.path("a/b/c/d")));
    area.show(
        "remove a file with a slash",
        fs::remove_file(area.path("file/")),
    );
    area.show("list a file", names(area.path("file")));
    area.show("list missing", names(area.path("none")));
    Ok(())
}

fn list(area: &Area) -> io::Result<()> {
    let dir = area.path("list");
    fs::create_dir(&dir)?;
    area.show("empty", names(&dir));
    File::create(format!("{dir}/file"))?;
    fs::create_dir(format!("{dir}/dir"))?;
    rustix::fs::symlink("file", format!("{dir}/link"))?;
    let mut types = fs::read_dir(&dir)?
        .map(|entry| {
            let entry = entry?;
            let kind = entry.file_type()?;
            let followed = fs::metadata(entry.path())?;
            Ok((
                entry.file_name(),
                kind.is_file(),
                kind.is_dir(),
                kind.is_symlink(),
                followed.is_file(),
            ))
        })
        .collect::<io::Result<Vec<_>>>()?;
    types.sort();
    area.tell("types", types);
    Ok(())
}

/// An entry that stays is listed once, however many others go meanwhile.
fn delete_while_listing(area: &Area) -> io::Result<()> {
    let dir = area.path("delete");
    fs::create_dir(&dir)?;
    for i in 0..2000 {
        File::create(format!("{dir}/{i:04}"))?;
    }
    let mut seen = 0;
    for entry in fs::read_dir(&dir)? {
        fs::remove_file(entry?.path())?;
        seen += 1;
    }
    area.tell("deleted while listing", seen);
    area.show("left", names(&dir).map(|names| names.len()));
    area.show("remove the emptied", fs::remove_dir(&dir));
    Ok(())
}

/// A listing that adds entries ends, and gives all that were there before.
fn create_while_listing(area: &Area) -> io::Result<()> {
    let dir = area.path("create");
    fs::create_dir(&dir)?;
    for i in 0..300 {
        File::create(format!("{dir}/old{i:03}"))?;
    }
    let mut old = Vec::new();
    for (i, entry) in fs::read_dir(&dir)?.take(10_000).enumerate() {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("old") {
            old.push(name);
            File::create(format!("{dir}/new{i:05}"))?;
        }
    }
    old.sort();
    old.dedup();
    area.tell("old ones seen once", old.len());
    area.show("all", names(&dir).map(|names| names.len()));
    Ok(())
}

fn remove_all(area: &Area) -> io::Result<()> {
    let dir = area.path("tree");
    for i in 0..20 {
        fs::create_dir_all(format!("{dir}/{i}/deep/er"))?;
        fs::write(format!("{dir}/{i}/deep/file"), b"x")?;
        rustix::fs::symlink("../..", format!("{dir}/{i}/deep/up"))?;
    }
    area.show("remove all", fs::remove_dir_all(&dir));
    area.show("gone", fs::exists(&dir));
    area.show("remove all of missing", fs::remove_dir_all(&dir));
    area.show("the rest", names(area.dir()));
    Ok(())
}
