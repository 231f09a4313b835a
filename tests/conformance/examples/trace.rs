//! `trace SEED OPERATIONS`: the lines that the guest program `differential`
//! prints for the same arguments, from the core directly.

use monaka_conformance::{driver, files};

fn main() {
    let number = |n: usize| std::env::args().nth(n).and_then(|arg| arg.parse().ok());
    let (Some(seed), Some(operations)) = (number(1), number(2)) else {
        eprintln!("usage: trace SEED OPERATIONS");
        std::process::exit(2);
    };
    if let Err(error) = files::mount() {
        eprintln!("no volume: {error}");
        std::process::exit(1);
    }
    driver::run(seed, operations, &mut |line| println!("{line}"));
}
