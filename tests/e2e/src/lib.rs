//! End-to-end tests: guest programs of `tests/apps` and `examples`, composed by
//! the `monaka` binary and run by a stock engine with no preopened directory.
//!
//! There is nothing here; the tests are in `tests/e2e`, and what they share is
//! `monaka-testkit`.

#![forbid(unsafe_code)]
