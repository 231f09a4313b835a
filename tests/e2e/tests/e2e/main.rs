//! One binary for all end-to-end tests, so that they share what they build.

mod built_in;
mod conformance;
mod differential;
mod embedded;
mod examples;
mod languages;
mod limits;
mod native;
mod network;
mod stdio;

/// The ways to link a program, as options of `monaka compose`.
const COMPONENT: &[&str] = &["--link", "component"];
const FUSED: &[&str] = &["--link", "fused"];
const PORTABLE: &[&str] = &["--link", "fused", "--portable"];
