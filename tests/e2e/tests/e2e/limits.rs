//! A filesystem that fills up.

use std::fs;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::{assert_same_text, repository};

for_each_link! {
    full_p1;
    full_p2;
    deleted_files_leave_room;
    a_file_may_not_pass_its_limit;
}

/// The expectations are what the program prints natively on
/// `mount -t tmpfs -o size=4m,nr_inodes=200`; except that the C library for
/// WASI 0.2 makes `EIO` of whatever a stream fails with.
fn full(target: Target, expected: &str, link: &[&str]) -> Result<()> {
    let program = Program::compose(
        &app::rust("full", target)?,
        [link, &["--max-bytes", "4M", "--max-inodes", "200"]].concat(),
    )?;
    let expected = fs::read_to_string(repository().join("tests/e2e/expected").join(expected))?;
    assert_same_text(&program.run(&["/"])?.success()?, &expected, "full");
    Ok(())
}

fn full_p1(link: &[&str]) -> Result<()> {
    full(Target::P1, "full-p1.txt", link)
}

fn full_p2(link: &[&str]) -> Result<()> {
    full(Target::P2, "full-p2.txt", link)
}

/// 200 MiB, created and deleted one after the other, go through a limit of 8 MiB.
fn deleted_files_leave_room(link: &[&str]) -> Result<()> {
    let program = Program::compose(
        &app::rust("unlinked", Target::P2)?,
        [link, &["--max-bytes", "8M"]].concat(),
    )?;
    let output = program.run(&["/"])?.success()?;
    assert!(output.contains("unlinked: intact = 200\n"), "{output}");
    Ok(())
}

fn a_file_may_not_pass_its_limit(link: &[&str]) -> Result<()> {
    let program = Program::compose(
        &app::rust("sparse", Target::P1)?,
        [link, &["--max-file-size", "1G"]].concat(),
    )?;
    let output = program.run(&["/"])?.stdout;
    assert!(output.contains("sparse: write = EFBIG\n"), "{output}");
    assert!(
        output.contains("sparse: cut to 6 GiB = EFBIG\n"),
        "{output}"
    );
    Ok(())
}
