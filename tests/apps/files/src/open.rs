//! Ways to open, and the paths that may not be opened.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};

use app_support::{Area, names};
use rustix::fs::{Mode, OFlags};

pub fn run() -> io::Result<()> {
    let area = Area::new("open")?;
    create(&area)?;
    access(&area)?;
    paths(&area)?;
    lengths(&area);
    area.show("names", names(area.dir()).map(|names| names.len()));
    Ok(())
}

fn create(area: &Area) -> io::Result<()> {
    let file = area.path("file");
    area.show("missing", File::open(&file).map(drop));
    area.show(
        "append to missing",
        OpenOptions::new().append(true).open(&file).map(drop),
    );
    area.show(
        "create_new",
        File::create_new(&file).and_then(|mut f| f.write_all(b"content")),
    );
    area.show("create_new again", File::create_new(&file).map(drop));
    area.show(
        "create without truncate",
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map(drop),
    );
    area.show("kept", fs::read_to_string(&file));
    area.show(
        "truncate",
        OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&file)
            .map(drop),
    );
    area.show("cut", fs::read_to_string(&file));
    area.show(
        "create_new over a directory",
        fs::create_dir(area.path("dir"))
            .and_then(|()| File::create_new(area.path("dir")).map(drop)),
    );
    rustix::fs::symlink("nowhere", area.path("dangling"))?;
    area.show(
        "create_new over a dangling link",
        File::create_new(area.path("dangling")).map(drop),
    );
    area.show(
        "create through a dangling link",
        File::create(area.path("dangling")).map(drop),
    );
    area.show(
        "its target",
        fs::metadata(area.path("nowhere")).map(|m| m.len()),
    );
    Ok(())
}

fn access(area: &Area) -> io::Result<()> {
    let file = area.path("access");
    fs::write(&file, b"0123456789")?;
    let mut text = String::new();
    area.show("write to a reader", File::open(&file)?.write(b"x"));
    area.show(
        "read from a writer",
        OpenOptions::new()
            .write(true)
            .open(&file)?
            .read_to_string(&mut text),
    );
    area.show("set_len of a reader", File::open(&file)?.set_len(1));
    let mut appender = OpenOptions::new().append(true).open(&file)?;
    area.show(
        "append",
        appender
            .write_all(b"ab")
            .and_then(|()| fs::read_to_string(&file)),
    );
    area.show(
        "open a directory to write",
        OpenOptions::new().write(true).open(area.dir()).map(drop),
    );
    area.show(
        "read a directory as text",
        fs::read_to_string(area.dir())
            .is_err()
            .then_some(())
            .ok_or_else(|| io::Error::other("it gave text")),
    );
    let no_follow = |name: &str| {
        rustix::fs::open(
            area.path(name),
            OFlags::RDONLY | OFlags::NOFOLLOW,
            Mode::empty(),
        )
    };
    area.show(
        "no-follow of a file",
        no_follow("access").map(drop).map_err(Into::into),
    );
    area.show(
        "no-follow of a link",
        no_follow("dangling").map(drop).map_err(Into::into),
    );
    let directory = |name: &str| {
        rustix::fs::open(
            area.path(name),
            OFlags::RDONLY | OFlags::DIRECTORY,
            Mode::empty(),
        )
    };
    area.show(
        "O_DIRECTORY of a file",
        directory("access").map(drop).map_err(Into::into),
    );
    area.show(
        "O_DIRECTORY of a directory",
        directory("dir").map(drop).map_err(Into::into),
    );
    Ok(())
}

fn paths(area: &Area) -> io::Result<()> {
    fs::write(area.path("dir/inner"), b"inner")?;
    let read = |name: &str| fs::read_to_string(area.path(name));
    area.show("dot", read("./dir/./inner"));
    area.show("dot dot", read("dir/../dir/inner"));
    area.show("double slash", read("dir//inner"));
    area.show("through a missing directory", read("none/../dir/inner"));
    area.show("through a file", read("access/inner"));
    area.show("dot dot of a file", read("access/../access"));
    area.show("file with a slash", read("access/"));
    area.show("file with slash dot", read("access/."));
    area.show("missing with a slash", read("none/"));
    area.show(
        "create with a slash",
        File::create(area.path("new/")).map(drop),
    );
    area.show(
        "create in a missing directory",
        File::create(area.path("none/new")).map(drop),
    );
    area.show(
        "create below a file",
        File::create(area.path("access/new")).map(drop),
    );
    area.show("zero byte", File::open(area.path("a\0b")).map(drop));
    area.show(
        "unicode",
        fs::write(area.path("naïve – 文件 🦀"), b"u").and_then(|()| read("naïve – 文件 🦀")),
    );
    area.show("exists", fs::exists(area.path("access")));
    area.show("exists not", fs::exists(area.path("none")));
    area.show(
        "is a directory",
        fs::metadata(area.path("dir")).map(|m| (m.is_dir(), m.is_file())),
    );
    area.show(
        "root of root",
        fs::metadata(area.path("../open")).map(|m| m.is_dir()),
    );
    Ok(())
}

fn lengths(area: &Area) {
    let longest = "n".repeat(255);
    area.show(
        "name of 255 bytes",
        File::create(area.path(&longest)).map(drop),
    );
    area.show(
        "name of 256 bytes",
        File::create(area.path(&format!("{longest}n"))).map(drop),
    );
    area.show(
        "stat of 256 bytes",
        fs::metadata(area.path(&format!("{longest}n"))).map(drop),
    );
    let long = "./".repeat(1900) + "access";
    area.show(
        "path of 3800 bytes",
        fs::read(area.path(&long)).map(|bytes| bytes.len()),
    );
    let too_long = "./".repeat(2100) + "access";
    area.show(
        "path of 4200 bytes",
        fs::read(area.path(&too_long)).map(|bytes| bytes.len()),
    );
}
