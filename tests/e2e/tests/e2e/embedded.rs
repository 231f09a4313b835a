//! What `--embed` puts in, seen by the program that it is for. The same program
//! looks at the same directory natively.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::native::empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};
use tempfile::TempDir;

for_each_link! {
    looks_as_on_the_host;
    can_be_changed;
    can_be_read_only;
    later_ones_go_over_earlier_ones;
    damage_stays_where_it_is;
}

/// A directory with one of each kind; `large` is longer than two blocks.
pub(crate) fn fixture() -> Result<TempDir> {
    let dir = empty_dir()?;
    let at = |name: &str| dir.path().join(name);
    fs::write(at("empty"), b"")?;
    fs::write(at("small"), b"small content")?;
    fs::write(
        at("large"),
        (0..150_000_u32)
            .map(|i| (i % 251) as u8)
            .collect::<Vec<_>>(),
    )?;
    fs::create_dir_all(at("dir/deep"))?;
    fs::write(at("dir/deep/naïve 文件"), b"unicode")?;
    std::os::unix::fs::symlink("dir/deep", at("link"))?;
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_500_000_000, 123_456_789);
    for path in [
        "empty",
        "small",
        "large",
        "dir/deep/naïve 文件",
        "dir/deep",
        "dir",
    ] {
        File::open(at(path))?.set_modified(time)?;
    }
    Ok(dir)
}

pub(crate) fn native(mode: &str, dir: &Path) -> Result<String> {
    let mut command = Command::new(app::rust("embedded", Target::Native)?);
    run(command.arg(mode).arg(dir), Input::Empty, GUEST_TIMEOUT)?.success()
}

pub(crate) fn embed(dir: &Path, guest: &str, options: &[&str], link: &[&str]) -> Result<Program> {
    let embed = format!("{}:{guest}", dir.display());
    let app = app::rust("embedded", Target::P2)?;
    Program::compose(&app, [link, &["--embed", &embed], options].concat())
}

fn looks_as_on_the_host(link: &[&str]) -> Result<()> {
    let dir = fixture()?;
    let expected = native("list", dir.path())?;
    for guest in ["/", "/srv/www"] {
        let program = embed(dir.path(), guest, &[], link)?;
        assert_same_text(&program.run(&["list", guest])?.success()?, &expected, guest);
    }
    Ok(())
}

/// Changes are the instance's own: the next run starts from the file again.
fn can_be_changed(link: &[&str]) -> Result<()> {
    let dir = fixture()?;
    let program = embed(dir.path(), "/", &[], link)?;
    let before = program.run(&["list", "/"])?.success()?;
    let changed = program.run(&["change", "/"])?.success()?;
    assert_same_text(&changed, &native("change", dir.path())?, "change");
    assert_same_text(
        &program.run(&["list", "/"])?.success()?,
        &before,
        "the next run",
    );
    Ok(())
}

fn can_be_read_only(link: &[&str]) -> Result<()> {
    let dir = fixture()?;
    let program = embed(dir.path(), "/ro", &["--read-only", "/ro"], link)?;
    let output = program.run(&["change", "/ro"])?.success()?;
    assert_eq!(output.lines().count(), 8, "{output}");
    // Linux, too, finds out first that `dir` is still a directory.
    let refused = |line: &str| line.ends_with(": EROFS") || line == "create: EISDIR";
    assert!(output.lines().all(refused), "{output}");
    assert_same_text(
        &program.run(&["list", "/ro"])?.success()?,
        &native("list", dir.path())?,
        "unchanged",
    );
    Ok(())
}

fn later_ones_go_over_earlier_ones(link: &[&str]) -> Result<()> {
    let (below, above) = (empty_dir()?, empty_dir()?);
    fs::write(below.path().join("one"), b"below")?;
    fs::write(below.path().join("two"), b"below")?;
    fs::write(above.path().join("two"), b"from above")?;
    let above = format!("{}:/", above.path().display());
    let program = embed(below.path(), "/", &["--embed", &above], link)?;
    let output = program.run(&["list", "/"])?.success()?;
    let lengths: Vec<_> = output
        .lines()
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    assert_eq!(lengths, ["5", "10"], "{output}");
    Ok(())
}

/// A block that is damaged is an error of the file that it belongs to; all
/// other files can be read.
fn damage_stays_where_it_is(link: &[&str]) -> Result<()> {
    let dir = fixture()?;
    let marker = b"a marker that occurs once in the composed file";
    fs::write(dir.path().join("damaged"), marker)?;
    let program = embed(dir.path(), "/", &[], link)?;
    let expected = program.run(&["list", "/"])?.success()?;
    let mut wasm = fs::read(program.wasm())?;
    let place = wasm
        .windows(marker.len())
        .position(|window| window == marker)
        .context("the marker")?;
    wasm[place] ^= 1;
    fs::write(program.wasm(), wasm)?;
    let output = program.run(&["list", "/"])?.success()?;
    let (damaged, others): (Vec<_>, Vec<_>) = output
        .lines()
        .partition(|line| line.starts_with("damaged "));
    assert!(
        matches!(damaged[..], [line] if line.ends_with(" 46 bytes, EIO")),
        "{damaged:?}"
    );
    let expected: Vec<_> = expected
        .lines()
        .filter(|line| !line.starts_with("damaged "))
        .collect();
    assert_eq!(others, expected);
    Ok(())
}
