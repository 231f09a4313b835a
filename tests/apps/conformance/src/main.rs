//! Calls each function of `wasi:filesystem` directly, as a program does that
//! has no C library in between, and prints `ok NAME` or `FAIL NAME: DETAIL`
//! per case and at last the number of cases.
//!
//! The expectation is what the WIT documents, and where it is silent, what
//! Linux does.

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod cases;
#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod lab;

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod wasi {
    wit_bindgen::generate!({
        path: [
            "../../../wit/deps/io.wit",
            "../../../wit/deps/clocks.wit",
            "../../../wit/deps/filesystem.wit",
            "../../../wit/deps/random.wit",
            "../../../wit/deps/sockets.wit",
            "../../../wit/deps/cli.wit",
        ],
        inline: "
            package monaka:conformance;
            world conformance {
                import wasi:io/poll@0.2.12;
                import wasi:io/streams@0.2.12;
                import wasi:clocks/monotonic-clock@0.2.12;
                import wasi:clocks/wall-clock@0.2.12;
                import wasi:cli/stdin@0.2.12;
                import wasi:cli/stdout@0.2.12;
                import wasi:filesystem/types@0.2.12;
                import wasi:filesystem/preopens@0.2.12;
            }
        ",
        world: "monaka:conformance/conformance",
        generate_all,
    });
}

#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn main() {
    cases::run();
}

#[cfg(not(all(target_os = "wasi", target_env = "p2")))]
fn main() {
    eprintln!("only as a component");
}
