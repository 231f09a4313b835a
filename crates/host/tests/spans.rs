//! The spans of the operations that a program does, as a host gets them that subscribes to them.
//!
//! One test, alone in its process: whether anybody wants a span is found out once, when it is first reached, and while
//! there is one subscriber `tracing` asks only the thread that reaches it. Where a test in another thread, without the
//! subscriber, is the first, the span is off for all threads.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use anyhow::{Result, anyhow};
use monaka_host::{Limits, State, View, Volume, add_to_linker_sync};
use monaka_testkit::app::{self, Target};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::CommandPre;

/// The program, for any number of runs on the thread that asks.
struct Program(CommandPre<State>);

impl Program {
    fn new() -> Result<Self> {
        let wasm = app::rust("shared", Target::P2)?;
        let link = || {
            let engine = Engine::default();
            let mut linker = Linker::new(&engine);
            add_to_linker_sync(&mut linker)?;
            let component = Component::from_file(&engine, wasm)?;
            CommandPre::new(linker.instantiate_pre(&component)?)
        };
        link().map(Self).map_err(told)
    }

    /// Whether it succeeds.
    fn run(&self, view: &View, args: &[&str]) -> Result<bool> {
        let wasi = WasiCtx::builder().arg("shared").args(args).build();
        let mut store = Store::new(self.0.engine(), State::new(wasi, view));
        let command = self.0.instantiate(&mut store).map_err(told)?;
        let ended = command.wasi_cli_run().call_run(&mut store);
        Ok(ended.map_err(told)?.is_ok())
    }
}

/// An error of wasmtime, which is none of the standard library's.
fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

/// Keeps the spans of the host library at or above a level as lines, in the order in which they begin.
struct Lines {
    level: Level,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "monaka_host" && *metadata.level() <= self.level
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut line = Line(span.metadata().target().into());
        span.record(&mut line);
        let mut lines = self.lines.lock().unwrap();
        lines.push(line.0);
        span::Id::from_u64(lines.len() as u64)
    }

    fn record(&self, span: &span::Id, values: &span::Record<'_>) {
        let mut lines = self.lines.lock().unwrap();
        let line = &mut lines[span.into_u64() as usize - 1];
        let mut recorded = Line(std::mem::take(line));
        values.record(&mut recorded);
        *line = recorded.0;
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

/// The spans of what is done, as who subscribes at this level gets them.
fn traced(level: Level, operations: impl FnOnce() -> Result<()>) -> Result<Vec<String>> {
    let lines = Arc::default();
    let subscriber = Lines {
        level,
        lines: Arc::clone(&lines),
    };
    tracing::subscriber::with_default(subscriber, operations)?;
    let mut lines = lines.lock().unwrap();
    Ok(std::mem::take(&mut *lines))
}

#[test]
fn operations_are_traced_for_who_asks() -> Result<()> {
    let volume = Volume::new(Limits::default())?;
    let view = volume.view().build()?;
    let program = Program::new()?;
    let operations = || {
        assert!(program.run(&view, &["write", "/file", "content"])?);
        assert!(!program.run(&view, &["rename", "/file", "/missing/file"])?);
        Ok(())
    };
    assert_eq!(
        traced(Level::TRACE, operations)?,
        [
            // The root, the file, and a stream to write to it.
            r#"monaka_host operation="open" result="ok""#,
            r#"monaka_host operation="open" path="file" result="ok""#,
            r#"monaka_host operation="open" result="ok""#,
            r#"monaka_host operation="write" result="ok""#,
            r#"monaka_host operation="close" result="ok""#,
            r#"monaka_host operation="close" result="ok""#,
            r#"monaka_host operation="close" result="ok""#,
            // The other run.
            r#"monaka_host operation="open" result="ok""#,
            r#"monaka_host operation="rename" path="file" to="missing/file" result="no-entry""#,
            r#"monaka_host operation="close" result="ok""#,
        ]
    );
    assert_eq!(traced(Level::DEBUG, operations)?, [""; 0]);
    assert_eq!(volume.read("/file")?, b"content");
    Ok(())
}
