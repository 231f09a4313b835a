//! Files and directories that lost their name while open, and the space they give back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};

use app_support::{Area, names, pattern};
use rustix::fs::{AtFlags, Mode, OFlags};

fn main() -> io::Result<()> {
    let area = Area::new("unlinked")?;
    while_open(&area)?;
    renamed_over(&area)?;
    directory(&area)?;
    recycled(&area)?;
    area.show("left", names(area.dir()));
    Ok(())
}

fn while_open(area: &Area) -> io::Result<()> {
    let path = area.path("file");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)?;
    file.write_all(b"still here")?;
    area.show("unlink", fs::remove_file(&path));
    area.show("gone", fs::exists(&path));
    area.show(
        "links",
        rustix::fs::fstat(&file)
            .map(|stat| stat.st_nlink)
            .map_err(Into::into),
    );
    file.write_all(b", and more")?;
    file.rewind()?;
    let mut text = String::new();
    area.show("read", file.read_to_string(&mut text).map(|_| text));
    fs::write(&path, b"another file")?;
    area.show("length of the first", file.metadata().map(|m| m.len()));
    area.show(
        "cut",
        file.set_len(5)
            .and_then(|()| file.metadata())
            .map(|m| m.len()),
    );
    area.show("the second", fs::read_to_string(&path));
    area.show(
        "unlink twice",
        fs::remove_file(&path).and_then(|()| fs::remove_file(&path)),
    );
    Ok(())
}

fn renamed_over(area: &Area) -> io::Result<()> {
    fs::write(area.path("a"), b"from a")?;
    fs::write(area.path("b"), b"from b")?;
    let mut b = File::open(area.path("b"))?;
    fs::rename(area.path("a"), area.path("b"))?;
    let mut text = String::new();
    b.read_to_string(&mut text)?;
    area.tell("the replaced file", text);
    area.show(
        "links of the replaced file",
        rustix::fs::fstat(&b)
            .map(|stat| stat.st_nlink)
            .map_err(Into::into),
    );
    area.show("the name", fs::read_to_string(area.path("b")));
    fs::remove_file(area.path("b"))
}

fn directory(area: &Area) -> io::Result<()> {
    let path = area.path("dir");
    fs::create_dir(&path)?;
    let dir = rustix::fs::open(&path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
    let create = |name: &str| {
        rustix::fs::openat(
            &dir,
            name,
            OFlags::CREATE | OFlags::WRONLY,
            Mode::from_raw_mode(0o644),
        )
        .map(drop)
    };
    area.show("create by handle", create("x").map_err(Into::into));
    area.show(
        "unlink by handle",
        rustix::fs::unlinkat(&dir, "x", AtFlags::empty()).map_err(Into::into),
    );
    area.show("rmdir", fs::remove_dir(&path));
    area.show("create in the removed", create("y").map_err(Into::into));
    area.show(
        "mkdir in the removed",
        rustix::fs::mkdirat(&dir, "z", Mode::from_raw_mode(0o755)).map_err(Into::into),
    );
    fs::create_dir(&path)?;
    area.show(
        "create in the removed, its name taken",
        create("y").map_err(Into::into),
    );
    area.show("its successor", names(&path));
    fs::remove_dir(&path)
}

/// Created and deleted bytes come back, also those of files deleted while open.
fn recycled(area: &Area) -> io::Result<()> {
    let content = pattern(1 << 20);
    let path = area.path("recycled");
    let mut intact = 0;
    for round in 0..200_u8 {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        file.write_all(&content)?;
        if round % 2 == 0 {
            fs::remove_file(&path)?;
        }
        let mut back = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut back)?;
        intact += u32::from(back == content);
        if round % 2 != 0 {
            drop(file);
            fs::remove_file(&path)?;
        }
    }
    area.tell("intact", intact);
    Ok(())
}
