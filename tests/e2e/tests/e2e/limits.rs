//! A filesystem that fills up.

use std::fs;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::Program;
use monaka_testkit::{assert_same_text, repository};

/// The expectations are what the program prints natively on
/// `mount -t tmpfs -o size=4m,nr_inodes=200`; except that the C library for
/// WASI 0.2 makes `EIO` of whatever a stream fails with.
fn full(target: Target, expected: &str) -> Result<()> {
    let program = Program::compose(
        &app::rust("full", target)?,
        ["--max-bytes", "4M", "--max-inodes", "200"],
    )?;
    let expected = fs::read_to_string(repository().join("tests/e2e/expected").join(expected))?;
    assert_same_text(&program.run(&["/"])?.success()?, &expected, "full");
    Ok(())
}

#[test]
fn full_p1() -> Result<()> {
    full(Target::P1, "full-p1.txt")
}

#[test]
fn full_p2() -> Result<()> {
    full(Target::P2, "full-p2.txt")
}

/// 200 MiB, created and deleted one after the other, go through a limit of 8 MiB.
#[test]
fn deleted_files_leave_room() -> Result<()> {
    let program = Program::compose(&app::rust("unlinked", Target::P2)?, ["--max-bytes", "8M"])?;
    let output = program.run(&["/"])?.success()?;
    assert!(output.contains("unlinked: intact = 200\n"), "{output}");
    Ok(())
}

#[test]
fn a_file_may_not_pass_its_limit() -> Result<()> {
    let program = Program::compose(&app::rust("sparse", Target::P1)?, ["--max-file-size", "1G"])?;
    let output = program.run(&["/"])?.stdout;
    assert!(output.contains("sparse: write = EFBIG\n"), "{output}");
    assert!(
        output.contains("sparse: cut to 6 GiB = EFBIG\n"),
        "{output}"
    );
    Ok(())
}
