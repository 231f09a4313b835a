//! Calls each function of `wasi:filesystem` directly, as a program does that
//! has no C library in between, and prints `ok NAME` or `FAIL NAME: DETAIL`
//! per case and at last the number of cases.
//!
//! The expectation is what the WIT documents, and where it is silent, what
//! Linux does. The same files, but for the cases in `composed` and `stdin`, are compiled
//! by `tests/conformance` over the filesystem core, without a component.

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod cases;
#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod lab;

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod bindings {
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
use bindings::wasi;

/// Arguments:
/// * `read-only`: the cases for a filesystem that refuses changes;
/// * `stdin`: those that read a stdin of numbered lines;
/// * `full`: those with a stdout that takes nothing, which are told on stderr;
/// * `long`: those that take long;
/// * `crowd`: those with very many handles;
/// * `everywhere`: those that need no stream of the host;
/// * `strict`: all others, but for those where the WIT leaves more to a host;
/// * none: all others.
#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn main() {
    let all = || cases::everywhere().chain(cases::composed());
    match std::env::args().nth(1).as_deref() {
        None => report(all(), cases::in_directory),
        Some("strict") => report(all().filter(strict), cases::in_directory),
        Some("everywhere") => report(cases::everywhere(), cases::in_directory),
        Some("stdin") => report(cases::stdin(), cases::in_directory),
        Some("full") => report(cases::full(), cases::in_directory),
        Some("long") => report(cases::long(), cases::in_directory),
        Some("crowd") => report(cases::crowd(), cases::in_directory),
        Some("read-only") => report(cases::read_only(), cases::in_root),
        Some(other) => panic!("no such argument: {other}"),
    }
}

#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn strict((name, _): &cases::Case) -> bool {
    !name.starts_with("lenient::")
}

#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn report(
    cases: impl Iterator<Item = cases::Case>,
    run: impl Fn(cases::Case) -> Result<(), lab::Failure>,
) {
    let (mut count, mut failed) = (0, 0);
    for case in cases {
        count += 1;
        match run(case) {
            Ok(()) => tell(&format!("ok {}", case.0)),
            Err(lab::Failure(detail)) => {
                failed += 1;
                tell(&format!("FAIL {}: {detail}", case.0));
            }
        }
    }
    tell(&format!("{count} cases, {failed} failed"));
}

/// On stdout, or where that takes nothing.
#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn tell(line: &str) {
    use std::io::Write;
    if writeln!(std::io::stdout(), "{line}").is_err() {
        eprintln!("{line}");
    }
}

#[cfg(not(all(target_os = "wasi", target_env = "p2")))]
fn main() {
    eprintln!("only as a component");
}
