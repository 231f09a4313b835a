//! An http client that keeps what it gets in a file: bodies, headers, options,
//! futures and errors of `wasi:http` pass beside `std::fs`.
//!
//! The first argument is the authority of the server.

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod client;

#[cfg(all(target_os = "wasi", target_env = "p2"))]
fn main() {
    client::run();
}

#[cfg(not(all(target_os = "wasi", target_env = "p2")))]
fn main() {}
