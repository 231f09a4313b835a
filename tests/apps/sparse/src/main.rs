//! Offsets and lengths beyond 4 GiB, in files that are nearly all holes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};

use app_support::Area;

const GIB: u64 = 1 << 30;

fn main() -> io::Result<()> {
    let area = Area::new("sparse")?;
    let path = area.path("file");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)?;

    area.show("seek", file.seek(SeekFrom::Start(5 * GIB)));
    area.show("write", file.write(b"far"));
    area.show("length", fs::metadata(&path).map(|m| m.len()));
    area.show("position", file.stream_position());
    area.show("from the end", read_at(&mut file, SeekFrom::End(-5), 5));
    area.show("hole", read_at(&mut file, SeekFrom::Start(4 * GIB - 2), 4));

    area.show(
        "write across 4 GiB",
        file.seek(SeekFrom::Start(4 * GIB - 3))
            .and_then(|_| file.write_all(b"across")),
    );
    area.show(
        "read across 4 GiB",
        read_at(&mut file, SeekFrom::Start(4 * GIB - 4), 8),
    );
    area.show(
        "4 GiB less is another place",
        read_at(&mut file, SeekFrom::Start(0), 4),
    );

    area.show(
        "positional write",
        rustix::io::pwrite(&file, b"very far", 100 * GIB).map_err(Into::into),
    );
    area.show("length after", file.metadata().map(|m| m.len()));
    area.show(
        "cut to 6 GiB",
        file.set_len(6 * GIB)
            .and_then(|()| file.metadata())
            .map(|m| m.len()),
    );
    area.show(
        "the rest stays",
        read_at(&mut file, SeekFrom::Start(5 * GIB), 3),
    );
    area.show(
        "cut to 5 GiB and grown",
        file.set_len(5 * GIB).and_then(|()| file.set_len(6 * GIB)),
    );
    area.show("zeroes", read_at(&mut file, SeekFrom::Start(5 * GIB), 3));
    area.show(
        "append",
        append(&path)
            .and_then(|()| file.metadata())
            .map(|m| m.len()),
    );
    area.show("appended", read_at(&mut file, SeekFrom::End(-8), 8));
    area.show("seek too far", file.seek(SeekFrom::Start(u64::MAX)));
    area.show(
        "cut to nothing",
        file.set_len(0)
            .and_then(|()| file.metadata())
            .map(|m| m.len()),
    );
    many_holes(&area)
}

fn read_at(file: &mut File, from: SeekFrom, len: usize) -> io::Result<Vec<u8>> {
    file.seek(from)?;
    let mut bytes = vec![0xff; len];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn append(path: &str) -> io::Result<()> {
    OpenOptions::new()
        .append(true)
        .open(path)?
        .write_all(b"appended")
}

/// One byte per 16 MiB over 4 GiB.
fn many_holes(area: &Area) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(area.path("holes"))?;
    for i in (0..256_u64).rev() {
        file.seek(SeekFrom::Start(i << 24))?;
        file.write_all(&[i as u8])?;
    }
    let mut right = 0;
    for i in 0..256_u64 {
        let found = read_at(&mut file, SeekFrom::Start(i << 24), 2)
            .or_else(|_| read_at(&mut file, SeekFrom::Start(i << 24), 1))?;
        right += u32::from(
            found.first() == Some(&(i as u8)) && found.get(1).is_none_or(|next| *next == 0),
        );
    }
    area.tell("bytes in place", right);
    area.show("length of the holes", file.metadata().map(|m| m.len()));
    Ok(())
}
