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
