//! The example, run as its README says.

use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

#[test]
fn the_plugin_and_the_host_see_each_others_state() -> Result<()> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-settings"));
    host.arg(app::example_guest(
        "settings",
        "settings-guest",
        Target::P2,
    )?);
    // What the host refuses is an error of the very write, which C libraries of WASI 0.2 call an I/O error.
    assert_eq!(
        run(&mut host, Input::Empty, GUEST_TIMEOUT)?.success()?,
        "\
settings: batch
batch: 3
jobs: 3
batch 50: granted
batch 5000: I/O error (os error 29)
batch many: I/O error (os error 29)
batch: 50
order: I/O error (os error 29)
the plugin says: plugin is done
the host has Application { batch: 50, jobs: 3 }
"
    );
    Ok(())
}
