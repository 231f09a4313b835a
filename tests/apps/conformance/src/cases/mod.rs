//! The cases, by what they are about.

use crate::lab::{Failure, Lab, Outcome};

#[cfg(target_family = "wasm")]
mod composed;
mod crowd;
mod directory;
mod flags;
#[cfg(target_family = "wasm")]
mod full;
mod handle;
mod hash;
mod lenient;
mod link;
mod long;
mod misuse;
mod name;
mod open;
mod order;
mod path;
mod poll;
mod preopen;
mod read_only;
mod rename;
mod rw;
mod size;
mod splice;
#[cfg(target_family = "wasm")]
mod stdin;
mod stream;
mod time;

/// A name and what it stands for; `Err` is a failure.
pub type Case = (&'static str, fn(&Lab) -> Outcome);

/// Lists functions as cases under their own names.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        pub const CASES: &[crate::cases::Case] =
            &[$((concat!(module_path!(), "::", stringify!($case)), $case)),*];
    };
}
use cases;

const EVERYWHERE: &[&[Case]] = &[
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
    size::CASES,
    splice::CASES,
    name::CASES,
    hash::CASES,
    order::CASES,
    lenient::CASES,
];

/// The cases that any implementation can run, each in a directory of its own.
pub fn everywhere() -> impl Iterator<Item = Case> {
    EVERYWHERE.iter().copied().flatten().map(named)
}

/// The cases that need the streams of a host beside the files.
#[cfg(target_family = "wasm")]
pub fn composed() -> impl Iterator<Item = Case> {
    composed::CASES.iter().map(named)
}

/// The cases that read a stdin with numbered lines, in this order.
#[cfg(target_family = "wasm")]
pub fn stdin() -> impl Iterator<Item = Case> {
    stdin::CASES.iter().map(named)
}

/// The cases with a stdout that takes nothing.
#[cfg(target_family = "wasm")]
pub fn full() -> impl Iterator<Item = Case> {
    full::CASES.iter().map(named)
}

/// The cases that take long.
pub fn long() -> impl Iterator<Item = Case> {
    long::CASES.iter().map(named)
}

/// The cases with very many handles at one time.
pub fn crowd() -> impl Iterator<Item = Case> {
    crowd::CASES.iter().map(named)
}

/// The cases for a filesystem that refuses changes.
pub fn read_only() -> impl Iterator<Item = Case> {
    read_only::CASES.iter().map(named)
}

fn named((path, case): &Case) -> Case {
    (path.rsplit("cases::").next().unwrap_or(path), *case)
}

/// Runs a case in a directory of its own.
pub fn in_directory((name, case): Case) -> Result<(), Failure> {
    case(&Lab::new(&name.replace("::", "-"))?)
}

/// Runs a case on the filesystem as it is.
pub fn in_root((_, case): Case) -> Result<(), Failure> {
    case(&Lab::of_root()?)
}
