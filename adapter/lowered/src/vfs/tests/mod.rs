//! Tests of the functions on handles, against a host of which all is known.

mod handles;
/// The image builder of the core's own tests.
#[path = "../../../../../fs-core/tests/common/image.rs"]
mod image;
mod lab;
mod poll;
mod reads;
mod splice;
mod streams;
