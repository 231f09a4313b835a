//! Hard links and symbolic links.

use std::fmt::Debug;
use std::fs::{self, File};
use std::io;

use app_support::{Area, names};

pub fn run() -> io::Result<()> {
    let area = Area::new("links")?;
    hard(&area)?;
    symbolic(&area)?;
    chains(&area)
}

fn link_count(area: &Area, name: &str) -> io::Result<impl Debug> {
    Ok(rustix::fs::lstat(area.path(name))?.st_nlink)
}

fn hard(area: &Area) -> io::Result<()> {
    fs::write(area.path("one"), b"shared")?;
    area.show("link", fs::hard_link(area.path("one"), area.path("two")));
    area.show("count", link_count(area, "one"));
    area.show(
        "write through one",
        fs::write(area.path("one"), b"changed").and_then(|()| fs::read_to_string(area.path("two"))),
    );
    let inode =
        |name: &str| rustix::fs::stat(area.path(name)).map(|stat| (stat.st_dev, stat.st_ino));
    area.tell("same inode", inode("one") == inode("two"));
    area.show(
        "over an existing name",
        fs::hard_link(area.path("one"), area.path("two")),
    );
    area.show(
        "of a missing file",
        fs::hard_link(area.path("none"), area.path("three")),
    );
    fs::create_dir(area.path("dir"))?;
    area.show(
        "of a directory",
        fs::hard_link(area.path("dir"), area.path("dir2")),
    );
    area.show(
        "into a missing directory",
        fs::hard_link(area.path("one"), area.path("none/one")),
    );
    area.show(
        "into another directory",
        fs::hard_link(area.path("one"), area.path("dir/one")),
    );
    area.show("remove the first", fs::remove_file(area.path("one")));
    area.show("the others stay", fs::read_to_string(area.path("dir/one")));
    area.show("count after", link_count(area, "two"));
    rustix::fs::symlink("two", area.path("soft"))?;
    area.show(
        "of a symlink",
        fs::hard_link(area.path("soft"), area.path("soft2")),
    );
    area.show(
        "is a symlink",
        fs::symlink_metadata(area.path("soft2")).map(|m| m.is_symlink()),
    );
    area.show("count of the symlink", link_count(area, "soft"));
    Ok(())
}

fn symbolic(area: &Area) -> io::Result<()> {
    let link = |target: &str, name: &str| {
        rustix::fs::symlink(target, area.path(name)).map_err(io::Error::from)
    };
    area.show("symlink", link("two", "s"));
    area.show("read link", fs::read_link(area.path("s")));
    area.show("read through", fs::read_to_string(area.path("s")));
    area.show(
        "length of the link",
        fs::symlink_metadata(area.path("s")).map(|m| m.len()),
    );
    area.show(
        "length of the target",
        fs::metadata(area.path("s")).map(|m| m.len()),
    );
    area.show(
        "write through",
        fs::write(area.path("s"), b"via link").and_then(|()| fs::read_to_string(area.path("two"))),
    );
    area.show("over an existing name", link("two", "s"));
    area.show("empty target", link("", "empty"));
    area.show("read link of a file", fs::read_link(area.path("two")));
    area.show("read link of missing", fs::read_link(area.path("none")));
    area.show("dangling", link("nowhere", "dangling"));
    area.show("open dangling", File::open(area.path("dangling")).map(drop));
    area.show(
        "stat dangling",
        fs::metadata(area.path("dangling")).map(drop),
    );
    area.show(
        "lstat dangling",
        fs::symlink_metadata(area.path("dangling")).map(|m| m.is_symlink()),
    );
    area.show("mkdir over dangling", fs::create_dir(area.path("dangling")));
    area.show("to a directory", link("dir", "d"));
    area.show("list through", names(area.path("d")));
    area.show("open through", fs::read_to_string(area.path("d/one")));
    area.show("dot dot through", fs::read_to_string(area.path("d/../two")));
    area.show(
        "slash",
        fs::symlink_metadata(area.path("d/")).map(|m| m.is_dir()),
    );
    area.show("rmdir of a link", fs::remove_dir(area.path("d")));
    area.show(
        "up and down",
        link("../links/dir/../two", "updown")
            .and_then(|()| fs::read_to_string(area.path("updown"))),
    );
    area.show(
        "link with a slash to a file",
        link("two/", "slashed").and_then(|()| fs::read_to_string(area.path("slashed"))),
    );
    area.show("remove the link", fs::remove_file(area.path("s")));
    area.show("target stays", fs::exists(area.path("two")));
    area.show(
        "canonicalize",
        fs::canonicalize(area.path("updown")).map(|path| path.ends_with("links/two")),
    );
    Ok(())
}

/// Linux follows 40 links in one resolution.
fn chains(area: &Area) -> io::Result<()> {
    fs::write(area.path("c0"), b"end")?;
    for i in 1..=45 {
        rustix::fs::symlink(format!("c{}", i - 1), area.path(&format!("c{i}")))?;
    }
    for length in [1, 8, 40, 41, 45] {
        area.show(
            &format!("chain of {length}"),
            fs::read_to_string(area.path(&format!("c{length}"))),
        );
    }
    rustix::fs::symlink("loop2", area.path("loop1"))?;
    rustix::fs::symlink("loop1", area.path("loop2"))?;
    rustix::fs::symlink("self/x", area.path("self"))?;
    area.show("loop", fs::read(area.path("loop1")));
    area.show("loop in the middle", fs::read(area.path("loop1/x")));
    area.show("into itself", fs::metadata(area.path("self")).map(drop));
    area.show(
        "create through a loop",
        File::create(area.path("loop1")).map(drop),
    );
    area.show("remove a loop", fs::remove_file(area.path("loop1")));
    Ok(())
}
