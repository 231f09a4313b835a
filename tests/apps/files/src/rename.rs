//! Renames in every combination that Linux allows and refuses.

use std::fs::{self, File};
use std::io::{self, Read, Write};

use app_support::{Area, names};

pub fn run() -> io::Result<()> {
    let area = Area::new("rename")?;
    files(&area)?;
    directories(&area)?;
    links(&area)?;
    open_files(&area)?;
    area.show("left", names(area.dir()));
    Ok(())
}

fn rename(area: &Area, from: &str, to: &str) {
    area.show(
        &format!("{from} -> {to}"),
        fs::rename(area.path(from), area.path(to)),
    );
}

fn files(area: &Area) -> io::Result<()> {
    fs::write(area.path("a"), b"a")?;
    fs::create_dir_all(area.path("dir/sub"))?;
    rename(area, "a", "b");
    rename(area, "a", "c");
    fs::write(area.path("a"), b"second")?;
    rename(area, "a", "b");
    area.show("replaced", fs::read_to_string(area.path("b")));
    rename(area, "b", "b");
    rename(area, "b", "dir");
    rename(area, "b", "dir/");
    rename(area, "b", "none/b");
    rename(area, "b", "b/c");
    rename(area, "b/", "c");
    rename(area, "b", "c/");
    rename(area, "b", "dir/b");
    rename(area, "dir/b", "b");
    rename(area, "none", "none2");
    rename(area, "none", "none");
    Ok(())
}

fn directories(area: &Area) -> io::Result<()> {
    fs::create_dir(area.path("empty"))?;
    fs::create_dir_all(area.path("full/inner"))?;
    fs::write(area.path("full/file"), b"x")?;
    rename(area, "empty", "full");
    rename(area, "full", "empty");
    area.show("moved with content", names(area.path("empty")));
    rename(area, "empty", "b");
    rename(area, "b", "empty");
    rename(area, "empty", "empty/inner/below");
    rename(area, "empty", "empty/inner");
    rename(area, "empty/inner", "empty");
    rename(area, "empty", "empty");
    rename(area, "empty/", "slashed/");
    rename(area, "slashed", "dir/sub/moved");
    area.show(
        "parent follows",
        fs::read(area.path("dir/sub/moved/../moved/file")),
    );
    rename(area, "dir/sub/moved/.", "dot");
    rename(area, "dir/sub/moved/..", "dotdot");
    let links = |name: &str| {
        rustix::fs::stat(area.path(name))
            .map(|stat| stat.st_nlink)
            .map_err(io::Error::from)
    };
    area.show("links of the new parent", links("dir/sub"));
    area.show("links of the root", links("."));
    Ok(())
}

fn links(area: &Area) -> io::Result<()> {
    fs::write(area.path("h1"), b"h")?;
    fs::hard_link(area.path("h1"), area.path("h2"))?;
    rename(area, "h1", "h2");
    area.show(
        "both names of one file stay",
        names(area.dir()).map(|names| names.contains(&"h1".to_string())),
    );
    rustix::fs::symlink("h1", area.path("s"))?;
    rename(area, "s", "s2");
    area.show("the link moved", fs::read_link(area.path("s2")));
    rename(area, "h2", "s2");
    area.show(
        "the link was replaced",
        fs::symlink_metadata(area.path("s2")).map(|m| m.is_file()),
    );
    area.show("its target stays", fs::read_to_string(area.path("h1")));
    rustix::fs::symlink("dir", area.path("d"))?;
    rename(area, "dir/sub", "d");
    rename(area, "d", "dir/link");
    rename(area, "h1", "dir/link/../through");
    Ok(())
}

/// A handle follows its file, not the path that opened it.
fn open_files(area: &Area) -> io::Result<()> {
    fs::write(area.path("old"), b"old ")?;
    fs::write(area.path("new"), b"new content")?;
    let mut writer = File::options().append(true).open(area.path("old"))?;
    let mut replaced = File::open(area.path("new"))?;
    rename(area, "old", "new");
    writer.write_all(b"and more")?;
    area.show(
        "written after the rename",
        fs::read_to_string(area.path("new")),
    );
    let mut text = String::new();
    replaced.read_to_string(&mut text)?;
    area.tell("replaced while open", text);
    let dir = fs::read_dir(area.path("dir/sub"))?;
    fs::rename(area.path("dir/sub"), area.path("moved while listed"))?;
    area.tell("listing goes on", dir.filter_map(Result::ok).count());
    Ok(())
}
