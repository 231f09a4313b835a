//! How a program came to its end.

use anyhow::{Result, anyhow};
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

/// What a shell says of a program that ends by SIGABRT, as a trapped one does.
const TRAPPED: u8 = 134;

/// The end of a program that ran.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    Exit(u8),
    Trap(Trap),
}

impl Ended {
    /// From what its main function returned, or how the engine left it.
    pub(crate) fn of(returned: wasmtime::Result<Result<(), ()>>) -> Result<Self> {
        match returned {
            Ok(Ok(())) => Ok(Self::Exit(0)),
            Ok(Err(())) => Ok(Self::Exit(1)),
            Err(error) => Self::of_error(error),
        }
    }

    /// A program that called `exit`, trapped, or was failed by the engine.
    pub(crate) fn of_error(error: wasmtime::Error) -> Result<Self> {
        if let Some(I32Exit(code)) = error.downcast_ref() {
            // The low byte, as every Unix parent sees it.
            return Ok(Self::Exit((code & 0xff) as u8));
        }
        match error.downcast_ref() {
            Some(trap) => Ok(Self::Trap(*trap)),
            None => Err(one_line(error)),
        }
    }

    /// What the tool exits with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Exit(code) => code,
            Self::Trap(_) => TRAPPED,
        }
    }
}

/// The reasons on one line, without the stack of the program.
pub(crate) fn one_line(error: wasmtime::Error) -> anyhow::Error {
    match error.downcast_ref::<WasmBacktrace>() {
        Some(_) => anyhow!("{}", error.root_cause()),
        None => anyhow!("{error:#}"),
    }
}
