//! The example, run as its README says.

use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

#[test]
fn the_reader_sees_what_the_writer_writes_and_changes_nothing() -> Result<()> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-writer-reader"));
    host.arg(app::example_guest("writer-reader", "writer", Target::P2)?);
    host.arg(app::example_guest("writer-reader", "reader", Target::P2)?);
    let days: String = (1..=7)
        .map(|day| format!("day {day}: nothing happened\n"))
        .collect();
    assert_eq!(
        run(&mut host, Input::Empty, GUEST_TIMEOUT)?.success()?,
        format!("{days}the end\nold name: Some(NotFound)\nremoved: Some(ReadOnlyFilesystem)\n")
    );
    Ok(())
}
