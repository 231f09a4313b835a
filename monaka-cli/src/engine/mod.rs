//! What `monaka run` and `monaka serve-http` share: programs on one filesystem in this process.
//!
//! ```text
//! program   a file -> what the engine runs            ended    how a program came to its end
//! world     what all instances have in common         grants   what the host gives them
//! host      what one instance works on                state    the filesystem that they find
//! server    http requests -> instances                pool     room for many of them
//! lines     outputs of many at once                   options  the flags of both
//! ```
//!
//! Each instance has a store of its own, and all see one view of one volume.

mod ended;
mod grants;
mod host;
mod lines;
mod options;
mod pool;
mod program;
mod server;
mod state;
mod world;

pub(crate) use ended::Ended;
pub(crate) use host::Host;
pub(crate) use options::EngineArgs;
pub(crate) use pool::compile_pooled;
pub(crate) use program::{Program, Source};
pub(crate) use server::{Bounds, Server};
pub(crate) use world::{Instance, Stdio, Turns, World};
