//! A filesystem that fills up. Run it with a limit of 4 MiB and 200 inodes:
//! the lines hold no number that depends on how a filesystem counts.

use std::fs::{self, File};
use std::io::{self, Seek, Write};

use app_support::{Area, pattern};

const LIMIT: u64 = 4 << 20;

fn main() -> io::Result<()> {
    let area = Area::new("full")?;
    bytes(&area)?;
    half_written(&area)?;
    turnover(&area)?;
    inodes(&area)
}

/// Appends 10 000 bytes at a time until the filesystem refuses. Where nothing
/// limits it, it stops by itself: it may be run on a real disk by mistake.
fn fill(path: &str) -> (u64, io::Result<()>) {
    let part = pattern(10_000);
    let outcome = File::create(path).and_then(|mut file| {
        for _ in 0..2 * LIMIT / 10_000 {
            file.write_all(&part)?;
        }
        Ok(())
    });
    (fs::metadata(path).map_or(0, |m| m.len()), outcome)
}

fn bytes(area: &Area) -> io::Result<()> {
    fs::write(area.path("first"), b"written before")?;
    let (len, outcome) = fill(&area.path("big"));
    area.show("fill", outcome);
    area.tell(
        "nearly all of the limit was usable",
        (LIMIT * 9 / 10..=LIMIT).contains(&len),
    );
    area.show(
        "a new file",
        fs::write(area.path("second"), pattern(100_000)),
    );
    area.show(
        "written before stays readable",
        fs::read_to_string(area.path("first")),
    );
    let content = fs::read(area.path("big"))?;
    area.tell(
        "so does the big file",
        content
            .chunks(10_000)
            .all(|part| pattern(10_000).starts_with(part)),
    );
    area.show(
        "delete",
        fs::remove_file(area.path("big")).and_then(|()| fs::remove_file(area.path("second"))),
    );
    let (again, outcome) = fill(&area.path("big"));
    area.show("fill again", outcome);
    area.tell("as much as before", again.abs_diff(len) < 100_000);
    area.show(
        "cut to nothing",
        File::options()
            .write(true)
            .open(area.path("big"))?
            .set_len(0),
    );
    let (again, _) = fill(&area.path("big"));
    area.tell("as much after a cut", again.abs_diff(len) < 100_000);
    fs::remove_file(area.path("big"))
}

/// A write that does not fit is short; the bytes that were taken are there.
fn half_written(area: &Area) -> io::Result<()> {
    let mut file = File::create(area.path("half"))?;
    let content = pattern(6 << 20);
    let mut taken = 0;
    let error = loop {
        match file.write(&content[taken..]) {
            Ok(0) => break Ok(()),
            Ok(n) => taken += n,
            Err(error) => break Err(error),
        }
    };
    area.show("a write over the limit", error);
    let back = fs::read(area.path("half"))?;
    area.tell(
        "what was taken is there",
        back.len() >= taken && content.starts_with(&back),
    );
    area.show(
        "overwrite in place",
        file.rewind().and_then(|()| file.write_all(b"in place")),
    );
    area.show(
        "holes cost nothing",
        file.set_len(0).and_then(|()| file.set_len(1 << 33)),
    );
    drop(file);
    fs::remove_file(area.path("half"))
}

/// Sixteen times the limit goes through.
fn turnover(area: &Area) -> io::Result<()> {
    let content = pattern(1 << 20);
    for round in 0..64 {
        let name = format!("turn{}", round % 2);
        fs::write(area.path(&name), &content)?;
        fs::remove_file(area.path(&name))?;
    }
    area.show("turned over", Ok(()));
    Ok(())
}

fn inodes(area: &Area) -> io::Result<()> {
    let dir = area.path("many");
    fs::create_dir(&dir)?;
    let fill = || {
        let refused = (0..400).find_map(|i| {
            File::create(format!("{dir}/{i}"))
                .err()
                .map(|error| (i, error))
        });
        refused.unwrap_or_else(|| (400, io::Error::other("no limit")))
    };
    let (count, error) = fill();
    area.show("inodes used up", Err::<(), _>(error));
    area.tell("most of the limit was usable", (190..200).contains(&count));
    area.show("a directory", fs::create_dir(area.path("dir")));
    area.show(
        "a symlink",
        rustix::fs::symlink("x", area.path("link")).map_err(Into::into),
    );
    // A tmpfs counts it as an inode.
    area.show(
        "a hard link",
        fs::hard_link(format!("{dir}/0"), format!("{dir}/hard")),
    );
    area.show("a write needs none", fs::write(format!("{dir}/0"), b"fits"));
    area.show(
        "delete all",
        fs::remove_dir_all(&dir).and_then(|()| fs::create_dir(&dir)),
    );
    area.tell("as many again", fill().0 == count);
    Ok(())
}
