//! Sockets beside files. Rust programs have them from WASI 0.2 on.

use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::engine::Grant;
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

#[test]
fn sockets_p2() -> Result<()> {
    let native = app::rust("sockets", Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?.success()?;
    let program = Program::compose(&app::rust("sockets", Target::P2)?, [""; 0])?;
    let outcome = run(
        program.command(&[Grant::Network]).arg("/"),
        Input::Empty,
        GUEST_TIMEOUT,
    )?;
    assert_same_text(&outcome.success()?, &expected, "sockets");
    Ok(())
}
