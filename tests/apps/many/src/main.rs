//! 100 000 entries in one directory.

use std::fs::{self, File};
use std::io;

use app_support::Area;

const ENTRIES: usize = 100_000;

fn main() -> io::Result<()> {
    let area = Area::new("many")?;
    for i in 0..ENTRIES {
        File::create(area.path(&format!("entry number {i}")))?;
    }
    area.show("listed", count(&area));
    area.show(
        "one of them",
        fs::metadata(area.path("entry number 77777")).map(|m| m.len()),
    );
    area.show(
        "one too many",
        fs::metadata(area.path("entry number 100000")).map(drop),
    );
    for i in (0..ENTRIES).step_by(100) {
        let (from, to) = (
            area.path(&format!("entry number {i}")),
            area.path(&format!("renamed {i}")),
        );
        fs::rename(from, to)?;
    }
    area.show("listed after renames", count(&area));
    for i in (0..ENTRIES).filter(|i| i % 100 != 0) {
        fs::remove_file(area.path(&format!("entry number {i}")))?;
    }
    area.show("left", count(&area));
    area.show("removed", fs::remove_dir_all(area.dir()));
    Ok(())
}

fn count(area: &Area) -> io::Result<usize> {
    fs::read_dir(area.dir())?.try_fold(0, |count, entry| entry.map(|_| count + 1))
}
