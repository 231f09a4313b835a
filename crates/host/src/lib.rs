//! One filesystem in memory for any number of WebAssembly programs in one wasmtime process.
