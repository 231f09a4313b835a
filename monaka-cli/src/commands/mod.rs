//! One file per verb: its `Args`, and `exec`.

pub(crate) mod adapter;
pub(crate) mod completions;
pub(crate) mod compose;
pub(crate) mod extract;
pub(crate) mod inspect;
pub(crate) mod man;
#[cfg(feature = "run")]
pub(crate) mod run;
#[cfg(not(feature = "run"))]
#[path = "run_absent.rs"]
pub(crate) mod run;
#[cfg(feature = "run")]
pub(crate) mod serve_http;
#[cfg(not(feature = "run"))]
#[path = "serve_http_absent.rs"]
pub(crate) mod serve_http;
