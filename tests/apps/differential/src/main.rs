//! `differential SEED OPERATIONS [strict]`: that many random operations on files, one
//! line per operation with its whole result. The same seed gives the same
//! lines, however the program is linked; `tests/conformance` compiles the same
//! [`driver`] over the filesystem core, without a component. With `strict` it
//! does nothing that the WIT allows a host to trap for.

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod driver;

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../../wit/deps/io.wit",
            "../../../wit/deps/clocks.wit",
            "../../../wit/deps/filesystem.wit",
        ],
        inline: "
            package monaka:differential;
            world differential {
                import wasi:io/error@0.2.12;
                import wasi:io/poll@0.2.12;
                import wasi:io/streams@0.2.12;
                import wasi:clocks/monotonic-clock@0.2.12;
                import wasi:filesystem/types@0.2.12;
                import wasi:filesystem/preopens@0.2.12;
            }
        ",
        world: "monaka:differential/differential",
        generate_all,
    });
}
#[cfg(all(target_os = "wasi", target_env = "p2"))]
use bindings::wasi;

#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn main() {
    let number = |n: usize| std::env::args().nth(n).and_then(|arg| arg.parse().ok());
    let (Some(seed), Some(operations)) = (number(1), number(2)) else {
        eprintln!("usage: differential SEED OPERATIONS [strict]");
        std::process::exit(2);
    };
    let mut tell = |line: &str| println!("{line}");
    match std::env::args().nth(3).as_deref() {
        Some("strict") => driver::run_strict(seed, operations, &mut tell),
        _ => driver::run(seed, operations, &mut tell),
    }
}

#[cfg(not(all(target_os = "wasi", target_env = "p2")))]
fn main() {
    eprintln!("only as a component");
}
