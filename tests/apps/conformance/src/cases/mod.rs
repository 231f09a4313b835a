//! The cases, by what they are about.

use crate::lab::{Failure, Lab, Outcome};

mod directory;
mod flags;
mod handle;
mod link;
mod misuse;
mod open;
mod path;
mod poll;
mod preopen;
mod read_only;
mod rename;
mod rw;
mod stream;
mod time;

type Case = (&'static str, fn(&Lab) -> Outcome);

/// Lists functions as cases under their own names.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        pub const CASES: &[crate::cases::Case] =
            &[$((concat!(module_path!(), "::", stringify!($case)), $case)),*];
    };
}
use cases;

const ALL: &[&[Case]] = &[
    preopen::CASES,
    open::CASES,
    path::CASES,
    rw::CASES,
    stream::CASES,
    directory::CASES,
    link::CASES,
    rename::CASES,
    time::CASES,
    flags::CASES,
    handle::CASES,
    poll::CASES,
    misuse::CASES,
];

/// Runs all cases, each in a directory of its own; or with the argument
/// `read-only`, those for a filesystem that refuses changes.
pub fn run() {
    if std::env::args().nth(1).as_deref() == Some("read-only") {
        report(read_only::CASES.iter().copied(), |_| Lab::of_root());
    } else {
        report(ALL.iter().copied().flatten().copied(), Lab::new);
    }
}

fn report(cases: impl Iterator<Item = Case>, lab: impl Fn(&str) -> Outcome<Lab>) {
    let (mut count, mut failed) = (0, 0);
    for (name, case) in cases {
        let name = name.rsplit("cases::").next().unwrap_or(name);
        count += 1;
        match lab(&name.replace("::", "-")).and_then(|lab| case(&lab)) {
            Ok(()) => println!("ok {name}"),
            Err(Failure(detail)) => {
                failed += 1;
                println!("FAIL {name}: {detail}");
            }
        }
    }
    println!("{count} cases, {failed} failed");
}
