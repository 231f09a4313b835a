//! The interfaces as a guest program sees them, under the names and with the
//! signatures that wit-bindgen gives them.

mod clock;
mod convert;
mod descriptor;
mod directory;
mod poll;
mod streams;

/// `wasi:filesystem`.
pub mod filesystem {
    /// `wasi:filesystem/preopens`.
    pub mod preopens {
        pub use crate::wasi::descriptor::get_directories;
    }

    /// `wasi:filesystem/types`.
    pub mod types {
        pub use crate::wasi::descriptor::Descriptor;
        pub use crate::wasi::directory::DirectoryEntryStream;
        pub use crate::wasi::generated::filesystem::types::{
            Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode,
            MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
        };
        pub use crate::wasi::streams::filesystem_error_code;
    }
}

/// `wasi:io`.
pub mod io {
    /// `wasi:io/error`.
    pub mod error {
        pub use crate::wasi::streams::Error;
    }

    /// `wasi:io/poll`.
    pub mod poll {
        pub use crate::wasi::poll::{Pollable, poll};
    }

    /// `wasi:io/streams`.
    pub mod streams {
        pub use crate::wasi::streams::{InputStream, OutputStream, StreamError};
    }
}

/// `wasi:clocks`.
pub mod clocks {
    /// `wasi:clocks/monotonic-clock`.
    pub mod monotonic_clock {
        pub use crate::wasi::clock::{now, subscribe_duration, subscribe_instant};
    }

    /// `wasi:clocks/wall-clock`.
    pub mod wall_clock {
        pub use crate::wasi::clock::wall_now as now;
        pub use crate::wasi::generated::clocks::wall_clock::Datetime;
    }
}

/// What wit-bindgen generates: the values are used, the functions are not,
/// since there is nobody to import them from.
#[allow(
    clippy::all,
    dead_code,
    missing_docs,
    rust_2018_idioms,
    unreachable_pub,
    unsafe_code,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/io.wit",
            "../../wit/deps/clocks.wit",
            "../../wit/deps/filesystem.wit",
        ],
        inline: "
            package monaka:conformance;
            world values {
                import wasi:filesystem/types@0.2.12;
            }
        ",
        world: "monaka:conformance/values",
        generate_all,
    });
}
use bindings::wasi as generated;
