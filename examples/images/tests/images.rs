//! The example, run as its README says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::{GUEST_TIMEOUT, Input, Outcome, run};

fn hills() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hills.png")
}

fn pipeline(from: &Path, to: &Path, steps: &[&str]) -> Result<Outcome> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-images"));
    host.arg(app::example_guest("images", "images-guest", Target::P2)?);
    host.arg(from).arg(to).args(steps);
    run(&mut host, Input::Empty, GUEST_TIMEOUT)
}

/// What the same program makes of the image on the host, without WebAssembly; with what it says.
fn natively(steps: &[&str]) -> Result<(String, Vec<u8>)> {
    let dir = tempfile::tempdir()?;
    let program = app::example_guest("images", "images-guest", Target::Native)?;
    let (mut from, mut said) = (hills(), String::new());
    for (number, step) in steps.iter().enumerate() {
        let to = dir.path().join(format!("{number}.png"));
        let mut command = Command::new(&program);
        command.arg(step).arg(&from).arg(&to);
        said += &run(&mut command, Input::Empty, GUEST_TIMEOUT)?.success()?;
        from = to;
    }
    Ok((said, fs::read(from)?))
}

/// Width and height, from the header that every PNG starts with (RFC 2083, 11.2.1).
fn dimensions(png: &[u8]) -> (u32, u32) {
    assert_eq!(png[..16], *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let field = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    (field(16), field(20))
}

#[test]
fn the_steps_give_what_they_give_without_webassembly() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let to = dir.path().join("out.png");
    let cases: [(&[&str], _); 3] = [
        (&["blur", "gray", "thumbnail"], (64, 48)),
        (&["edges"], (160, 120)),
        (&["thumbnail"], (64, 48)),
    ];
    let mut results = vec![fs::read(hills())?];
    for (steps, size) in cases {
        let said = pipeline(&hills(), &to, steps)?.success()?;
        let result = fs::read(&to)?;
        assert_eq!(dimensions(&result), size, "{steps:?}");
        let (said_natively, expected) = natively(steps)?;
        assert_eq!(said, said_natively);
        assert!(result == expected, "{steps:?}");
        assert!(!results.contains(&result), "{steps:?}: as before");
        results.push(result);
    }
    Ok(())
}

#[test]
fn what_is_no_image_or_no_step_is_an_error_and_leaves_nothing() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (text, to) = (dir.path().join("text"), dir.path().join("out.png"));
    fs::write(&text, "no image")?;
    let cases = [
        (text, "gray", "InvalidSignature"),
        (hills(), "sharpen", "no step `sharpen`"),
    ];
    for (from, step, message) in cases {
        let outcome = pipeline(&from, &to, &[step])?;
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
        assert!(!to.exists());
    }
    Ok(())
}
