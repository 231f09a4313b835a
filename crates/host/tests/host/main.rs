//! Whole programs on the host library, in one process with the tests.

mod conformance;
mod guest;
mod preopens;
mod sharing;
