//! Programs that must print the same composed as natively on a tmpfs.

use std::process::Command;

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::Input;

fn same_as_native(name: &str, target: Target, link: &[&str]) -> Result<()> {
    let native = app::rust(name, Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?
        .success()
        .context("native")?;
    let program = Program::compose(&app::rust(name, target)?, link)?;
    let actual = program.run(&["/"])?.success()?;
    assert_same_text(&actual, &expected, &format!("{name} for {target:?}"));
    Ok(())
}

macro_rules! same_as_native {
    ($($test:ident: $name:literal $target:ident;)*) => {
        $(
            fn $test(link: &[&str]) -> Result<()> {
                same_as_native($name, Target::$target, link)
            }
        )*
        for_each_link! { $($test;)* }
    };
}

same_as_native! {
    files_p1: "files" P1;
    files_p2: "files" P2;
    unlinked_p1: "unlinked" P1;
    unlinked_p2: "unlinked" P2;
    sparse_p1: "sparse" P1;
    sparse_p2: "sparse" P2;
    many_p1: "many" P1;
    many_p2: "many" P2;
    ambient_p1: "ambient" P1;
    ambient_p2: "ambient" P2;
}
