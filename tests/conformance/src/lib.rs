//! The conformance suite, run on the filesystem core directly.
//!
//! The cases are those of the guest program `tests/apps/conformance`, and the
//! random operations those of `tests/apps/differential`: the same files,
//! compiled here for the machine that the tests run on. What they find as
//! `crate::wasi` is [`wasi`]: the Rust interface that wit-bindgen generates,
//! over `monaka_wasi` and a [`View`](monaka_fs_core::View).
//!
//! * [`wasi`] looks up, calls and converts, as the faces of the adapter do. It
//!   decides nothing: a rule that stood here would be tested instead of the
//!   adapter's.
//! * Values (flags, error codes, records) are generated from `wit/`; only the
//!   resources are written here.
//! * There is one volume per thread, in [`files`]. Beyond what a guest can see,
//!   a test checks there the volume's own invariants, and that every handle
//!   has come back.
//! * The host is a monotonic clock. Streams of the host do not exist here;
//!   cases that need them are in the suite's `composed`, `full` and `stdin`, which are
//!   compiled for components only.

#![deny(unsafe_code)]

pub mod files;
pub mod wasi;

/// How many cases there are that need no host: one that got lost is a failure.
pub const CASES: usize = 281;
/// Beyond those, the cases of a composed program only.
pub const COMPOSED_CASES: usize = 6;
/// The cases that read the stdin of a composed program.
pub const STDIN_CASES: usize = 10;
/// The cases of a composed program with a stdout that takes nothing.
pub const FULL_CASES: usize = 3;
/// The cases that take long.
pub const LONG_CASES: usize = 4;
/// The cases with very many handles at one time: not for the component link.
pub const CROWD_CASES: usize = 4;
/// The cases for a filesystem that refuses changes.
pub const READ_ONLY_CASES: usize = 7;

#[allow(
    clippy::drop_non_drop,
    missing_docs,
    unreachable_pub,
    reason = "the guest program's own files; there every resource has a destructor"
)]
#[path = "../../apps/conformance/src/cases/mod.rs"]
pub mod cases;
#[allow(missing_docs, unreachable_pub, reason = "the guest program's own file")]
#[path = "../../apps/conformance/src/lab.rs"]
pub mod lab;

#[allow(
    missing_docs,
    unreachable_pub,
    reason = "the guest program's own files"
)]
#[path = "../../apps/differential/src/driver/mod.rs"]
pub mod driver;
