//! Reading and writing: positions, holes, truncation, appends.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, IoSlice, Read, Seek, SeekFrom, Write};

use app_support::{Area, digest, pattern};

pub fn run() -> io::Result<()> {
    let area = Area::new("rw")?;
    seek(&area)?;
    positional(&area)?;
    lengths(&area)?;
    append(&area)?;
    growing(&area)?;
    buffered(&area)?;
    large(&area)
}

fn read_write(area: &Area, name: &str) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(area.path(name))
}

fn seek(area: &Area) -> io::Result<()> {
    let mut file = read_write(area, "seek")?;
    file.write_all(b"0123456789")?;
    area.show("position", file.stream_position());
    area.show("seek start", file.seek(SeekFrom::Start(2)));
    area.show("seek current", file.seek(SeekFrom::Current(3)));
    area.show("seek end", file.seek(SeekFrom::End(-1)));
    area.show("seek before the start", file.seek(SeekFrom::Current(-100)));
    area.show("position after", file.stream_position());
    let mut last = [0; 4];
    area.show(
        "read the last",
        file.read(&mut last).map(|n| last[..n].to_vec()),
    );
    area.show("read at the end", file.read(&mut last));
    area.show("seek past the end", file.seek(SeekFrom::End(5)));
    area.show("read past the end", file.read(&mut last));
    area.show("write past the end", file.write(b"x"));
    area.show("hole", fs::read(area.path("seek")));
    area.show("read nothing", file.read(&mut []));
    area.show("write nothing", file.write(&[]));
    Ok(())
}

fn positional(area: &Area) -> io::Result<()> {
    let file = read_write(area, "positional")?;
    area.show(
        "pwrite",
        rustix::io::pwrite(&file, b"positional", 3).map_err(Into::into),
    );
    let mut buf = [0xff; 16];
    area.show(
        "pread",
        rustix::io::pread(&file, &mut buf, 1)
            .map(|n| buf[..n].to_vec())
            .map_err(Into::into),
    );
    area.show(
        "pread at the end",
        rustix::io::pread(&file, &mut buf, 13).map_err(Into::into),
    );
    area.show(
        "pread past the end",
        rustix::io::pread(&file, &mut buf, 1 << 40).map_err(Into::into),
    );
    area.show("position unmoved", (&file).stream_position());
    Ok(())
}

fn lengths(area: &Area) -> io::Result<()> {
    let mut file = read_write(area, "lengths")?;
    file.write_all(b"abcdef")?;
    area.show(
        "cut",
        file.set_len(3)
            .and_then(|()| fs::read(area.path("lengths"))),
    );
    area.show("position stays", file.stream_position());
    area.show(
        "grow",
        file.set_len(8)
            .and_then(|()| fs::read(area.path("lengths"))),
    );
    area.show(
        "write after",
        file.write_all(b"!")
            .and_then(|()| fs::read(area.path("lengths"))),
    );
    area.show(
        "to nothing",
        file.set_len(0)
            .and_then(|()| fs::read(area.path("lengths"))),
    );
    area.show("sync", file.sync_all().and_then(|()| file.sync_data()));
    Ok(())
}

/// Appends find the end at each write, also interleaved through two handles.
fn append(area: &Area) -> io::Result<()> {
    let path = area.path("append");
    let open = || {
        OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
    };
    let (mut one, mut two) = (open()?, open()?);
    for i in 0..3 {
        write!(one, "a{i}")?;
        write!(two, "b{i}")?;
    }
    area.show("interleaved", fs::read_to_string(&path));
    one.rewind()?;
    one.write_all(b"z")?;
    area.show("append ignores the position", fs::read_to_string(&path));
    area.show("position after append", one.stream_position());
    fs::OpenOptions::new().write(true).open(&path)?.set_len(2)?;
    two.write_all(b"end")?;
    area.show("append after a cut", fs::read_to_string(&path));
    Ok(())
}

/// A reader that met the end of a file sees what is appended later.
fn growing(area: &Area) -> io::Result<()> {
    let path = area.path("growing");
    let mut writer = File::create(&path)?;
    let mut reader = File::open(&path)?;
    let mut text = String::new();
    for part in ["one ", "two ", "three"] {
        writer.write_all(part.as_bytes())?;
        reader.read_to_string(&mut text)?;
        area.tell("seen so far", &text);
        area.show("at the end", reader.read(&mut [0; 8]));
    }
    Ok(())
}

fn buffered(area: &Area) -> io::Result<()> {
    let path = area.path("buffered");
    let mut writer = BufWriter::new(File::create(&path)?);
    for i in 0..1000 {
        writeln!(writer, "line {i}")?;
    }
    writer.flush()?;
    let lines = BufReader::new(File::open(&path)?)
        .lines()
        .collect::<io::Result<Vec<_>>>()?;
    area.tell("lines", (lines.len(), lines.last()));
    let parts = [
        IoSlice::new(b"vec"),
        IoSlice::new(b""),
        IoSlice::new(b"tored"),
    ];
    let written = File::create(&path)?.write_vectored(&parts)?;
    area.show(
        "vectored",
        fs::read(&path).map(|bytes| bytes.len() == written && written > 0),
    );
    Ok(())
}

fn large(area: &Area) -> io::Result<()> {
    let path = area.path("large");
    let mut content = pattern(3_000_001);
    area.show("write at once", fs::write(&path, &content));
    area.show("read back", fs::read(&path).map(|bytes| digest(&bytes)));
    let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
    for offset in [0_usize, 4095, 65_535, 65_536, 1_000_000, 2_999_990] {
        file.seek(SeekFrom::Start(offset as u64))?;
        file.write_all(b"overwritten")?;
        content[offset..offset + 11].copy_from_slice(b"overwritten");
    }
    area.show("overwritten", fs::read(&path).map(|bytes| bytes == content));
    file.set_len(65_540)?;
    file.set_len(200_000)?;
    content.truncate(65_540);
    content.resize(200_000, 0);
    area.show(
        "cut and grown",
        fs::read(&path).map(|bytes| bytes == content),
    );
    area.show("copy", fs::copy(&path, area.path("copy")));
    area.show(
        "copied",
        fs::read(area.path("copy")).map(|bytes| bytes == content),
    );
    area.show(
        "copy over",
        fs::copy(area.path("append"), area.path("copy")),
    );
    area.show("copied over", fs::read_to_string(area.path("copy")));
    area.show(
        "copy of missing",
        fs::copy(area.path("none"), area.path("copy")),
    );
    Ok(())
}
