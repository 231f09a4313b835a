//! Random operations on files give the same results however a program is
//! linked, and the same as the core directly.
//!
//! A difference is printed with its seed and operation. To see what led to it
//! on an empty filesystem:
//! `cargo run -p monaka-conformance --example trace SEED OPERATIONS`.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use monaka_conformance::{driver, files};
use monaka_fs_core::{Limits, Time};
use monaka_image::{Mtime, PackOptions};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, Outcome, run};
use monaka_testkit::tools;

/// How a program may be linked, and the options for it.
const FORMS: &[(&str, &[&str])] = &[
    ("component", crate::COMPONENT),
    ("fused", crate::FUSED),
    ("portable", crate::PORTABLE),
];

const OPERATIONS: u64 = 3_000;
/// Seeds of every run. Others, never the same, follow while there is time.
const SEEDS: std::ops::Range<u64> = 0..3;

/// `MONAKA_DIFFERENTIAL_SECONDS` searches longer.
fn time_for_more() -> Duration {
    let seconds = std::env::var("MONAKA_DIFFERENTIAL_SECONDS");
    let seconds = seconds.ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(15))
}

#[test]
fn on_an_empty_filesystem() -> Result<()> {
    search(&linked(&[])?, &files::mount, &["file-too-large"])
}

/// Files that are embedded, a part of them read-only, and limits that are soon
/// reached.
#[test]
fn on_an_image() -> Result<()> {
    let tree = Tree::new()?;
    let image = tree.image()?.leak();
    let programs = linked(&tree.options()?)?;
    let codes = ["read-only", "insufficient-space"];
    search(&programs, &|| files::mount_image(image, LIMITS), &codes)
}

/// As above, but a block of a file is not what it was when it was embedded.
#[test]
fn on_a_damaged_image() -> Result<()> {
    let tree = Tree::new()?;
    let mut image = tree.image()?;
    damage(&mut image)?;
    let image = image.leak();
    let programs = linked(&tree.options()?)?;
    for (_, program) in &programs {
        let mut wasm = fs::read(program.wasm())?;
        damage(&mut wasm)?;
        fs::write(program.wasm(), wasm)?;
    }
    search(&programs, &|| files::mount_image(image, LIMITS), &["io"])
}

/// A second engine, for the fixed seeds.
#[test]
fn on_node() -> Result<()> {
    let app = app::rust("differential", Target::P2)?;
    let program = Program::compose(&app, crate::PORTABLE)?;
    for seed in SEEDS {
        let mut command = tools::jco_on_node_20()?;
        command.arg("run").arg(program.wasm());
        command.args([seed, OPERATIONS].map(|number| number.to_string()));
        let outcome = run(&mut command, Input::Empty, GUEST_TIMEOUT)?;
        let expected = on_the_core(seed, &files::mount)?;
        same(&expected, &outcome).with_context(|| format!("seed {seed}, Node.js"))?;
    }
    Ok(())
}

type Linked = Vec<(&'static str, Program)>;

fn linked(options: &[String]) -> Result<Linked> {
    let app = app::rust("differential", Target::P2)?;
    let programs = FORMS.iter().map(|(form, link)| {
        let link = link.iter().copied();
        let program = Program::compose(&app, link.chain(options.iter().map(String::as_str)))?;
        Ok((*form, program))
    });
    programs.collect()
}

type Mount<'a> = &'a dyn Fn() -> monaka_fs_core::Result<()>;

/// Compares for the fixed seeds, in which these error codes have to occur, and
/// for others while there is time.
fn search(programs: &Linked, mount: Mount<'_>, codes: &[&str]) -> Result<()> {
    let mut lines = Vec::new();
    for seed in SEEDS {
        lines.extend(compare(seed, programs, mount)?);
    }
    for code in codes {
        let result = format!(" = {code}");
        ensure!(lines.iter().any(|line| line.contains(&result)), "no {code}");
    }
    let start = Instant::now();
    while start.elapsed() < time_for_more() {
        compare(RandomState::new().hash_one(()), programs, mount)?;
    }
    Ok(())
}

/// The lines that all agree on.
fn compare(seed: u64, programs: &Linked, mount: Mount<'_>) -> Result<Vec<String>> {
    println!("seed {seed}");
    let expected = on_the_core(seed, mount)?;
    for (form, program) in programs {
        let outcome = program.run(&[&seed.to_string(), &OPERATIONS.to_string()])?;
        same(&expected, &outcome).with_context(|| format!("seed {seed}, {form} link"))?;
    }
    Ok(expected)
}

fn on_the_core(seed: u64, mount: Mount<'_>) -> Result<Vec<String>> {
    mount()?;
    let mut lines = Vec::new();
    driver::run(seed, OPERATIONS, &mut |line| lines.push(line.to_string()));
    Ok(lines)
}

/// Compares line by line, also those of a program that failed in the middle.
fn same(expected: &[String], outcome: &Outcome) -> Result<()> {
    let mut actual = outcome.stdout.lines();
    for expected in expected {
        let actual = actual.next().unwrap_or("the program ended");
        ensure!(
            actual == expected,
            "\n    core: {expected}\n  linked: {actual}\n{}",
            outcome.stderr
        );
    }
    ensure!(actual.next().is_none(), "more lines than expected");
    ensure!(outcome.code == Some(0), "{}", outcome.stderr);
    Ok(())
}

const LIMITS: Limits = Limits {
    bytes_max: 2 << 20,
    inodes_max: 40,
    file_size_max: 6 << 30,
    handles_max: 1 << 20,
};

/// Modification time of all that is embedded: one that the driver tells as it is.
const MTIME_SECONDS: u64 = 12_345;

/// What is damaged: in the second of the three blocks of a [`victim`].
const VICTIM: &[u8; 16] = b"this may change!";

/// A directory that is embedded as the root, with names that the driver uses.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let at = |path: &str| dir.path().join(path);
        fs::create_dir_all(at("b/d"))?;
        fs::create_dir(at("naïve – 文件 🦀"))?;
        fs::write(at("a"), pattern(200_000))?;
        fs::hard_link(at("a"), at("d"))?;
        fs::write(at("b/a"), "embedded")?;
        fs::write(at("b/d/b"), victim())?;
        fs::write(at("b/e"), victim())?;
        fs::write(at("naïve – 文件 🦀/e"), "")?;
        symlink("../a", at("b/c"))?;
        symlink("b/d/b", at("c"))?;
        fs::write(at("e"), victim())?;
        Ok(Self(dir))
    }

    fn path(&self) -> Result<&str> {
        let path: &Path = self.0.path();
        path.to_str().context("a path that is text")
    }

    fn options(&self) -> Result<Vec<String>> {
        let options = [
            ("--embed", format!("{}:/", self.path()?)),
            ("--read-only", "/b/d".into()),
            ("--mtime", MTIME_SECONDS.to_string()),
            ("--max-bytes", LIMITS.bytes_max.to_string()),
            ("--max-inodes", LIMITS.inodes_max.to_string()),
            ("--max-file-size", LIMITS.file_size_max.to_string()),
        ];
        Ok(options
            .map(|(name, value)| format!("{name}={value}"))
            .to_vec())
    }

    /// The image of it, as composing makes it.
    fn image(&self) -> Result<Vec<u8>> {
        let embed = format!("{}:/", self.path()?).parse()?;
        let options = PackOptions {
            mtime: Mtime::Fixed(Time(MTIME_SECONDS * 1_000_000_000)),
            read_only: vec!["/b/d".parse()?],
            ..PackOptions::default()
        };
        let mut image = Vec::new();
        monaka_image::plan(&[embed], &options, &mut ())?.write_to(&mut image, &mut ())?;
        Ok(image)
    }
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8)) as u8).collect()
}

fn victim() -> Vec<u8> {
    [&pattern(100_000)[..], VICTIM, &pattern(60_000)].concat()
}

/// Changes a byte of each victim.
fn damage(bytes: &mut [u8]) -> Result<()> {
    let mut from = 0;
    let mut damaged = 0;
    while let Some(at) = find(&bytes[from..], VICTIM) {
        bytes[from + at] ^= 1;
        from += at + VICTIM.len();
        damaged += 1;
    }
    ensure!(damaged == 3, "{damaged} victims");
    Ok(())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|at| at == what)
}
