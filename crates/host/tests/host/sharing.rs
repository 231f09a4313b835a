//! Several stores, one volume.

use std::thread;

use anyhow::{Result, ensure};
use monaka_host::{HANDLES_MAX, Limits, Operation, Quota, View, Volume};
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::Outcome;
use wasmtime::Store;
use wasmtime_wasi::WasiCtxBuilder;

use crate::guest::{ENGINE, MODES, Mode, Program};

/// A volume, and a program that does what its arguments say.
struct Lab {
    volume: Volume,
    program: Program,
}

impl Lab {
    fn new() -> Result<Self> {
        Ok(Self {
            volume: Volume::new(Limits::default())?,
            program: Program::new(&app::rust("shared", Target::P2)?)?,
        })
    }

    fn run(&self, view: &View, args: &[&str]) -> Outcome {
        self.program.run(Mode::Async, view, args)
    }

    /// What a program says that succeeds and leaves nothing open.
    fn output(&self, mode: Mode, view: &View, args: &[&str]) -> Result<String> {
        let output = self.program.run(mode, view, args).success()?;
        ensure!(self.volume.usage().handles == 0, "handles are left");
        Ok(output)
    }
}

#[test]
fn what_one_store_writes_another_reads() -> Result<()> {
    for mode in MODES {
        let lab = Lab::new()?;
        let (one, other) = (lab.volume.view().build()?, lab.volume.view().build()?);
        lab.output(mode, &one, &["write", "/file", "content"])?;
        assert_eq!(lab.output(mode, &other, &["print", "/file"])?, "content");
        assert_eq!(lab.volume.read("/file")?, b"content");
        lab.volume.write("/file", b"of the host")?;
        assert_eq!(lab.output(mode, &one, &["print", "/file"])?, "of the host");
    }
    Ok(())
}

/// Each store in its thread, all of one view: no line is lost or torn, and each program's are in order.
#[test]
fn stores_append_at_the_same_time() -> Result<()> {
    const STORES: usize = 8;
    const LINES: usize = 200;
    let lab = Lab::new()?;
    let view = lab.volume.view().build()?;
    thread::scope(|scope| {
        for store in 0..STORES {
            let (lab, view) = (&lab, &view);
            scope.spawn(move || {
                let mut wasi = WasiCtxBuilder::new();
                wasi.env("MONAKA_INSTANCE", store.to_string());
                let args = ["append", "/log", &LINES.to_string()];
                let outcome = lab
                    .program
                    .run_with(MODES[store % 2], view, &args, &mut wasi);
                outcome.success().map(drop)
            });
        }
    });
    let log = String::from_utf8(lab.volume.read("/log")?)?;
    assert_eq!(log.lines().count(), STORES * LINES);
    for store in 0..STORES {
        let prefix = format!("{store} ");
        let lines = log.lines().filter_map(|line| line.strip_prefix(&prefix));
        let expected = (0..LINES).map(|line| line.to_string());
        assert!(lines.eq(expected), "store {store}");
    }
    Ok(())
}

#[test]
fn a_view_is_all_that_a_program_sees() -> Result<()> {
    let lab = Lab::new()?;
    lab.volume.create_dir_all("/tenants/a")?;
    lab.volume.write("/tenants/secret", b"of b")?;
    let view = lab
        .volume
        .view()
        .root("/tenants/a")
        .preopen("/mine")
        .build()?;
    lab.output(Mode::Async, &view, &["write", "/mine/file", "of a"])?;
    assert_eq!(lab.volume.read("/tenants/a/file")?, b"of a");
    let listed = lab.output(Mode::Async, &view, &["list", "/mine/.."])?;
    assert_eq!(listed, "file\n");
    for path in ["/mine/../secret", "/secret", "/tenants/secret"] {
        assert_ne!(lab.run(&view, &["print", path]).code, Some(0), "{path}");
    }
    let refused = lab.volume.view().root("/tenants/c").build();
    assert_eq!(
        refused.unwrap_err().to_string(),
        "/tenants/c: no such file or directory"
    );
    Ok(())
}

#[test]
fn a_view_may_refuse_changes() -> Result<()> {
    let lab = Lab::new()?;
    lab.volume.write("/file", b"content")?;
    let view = lab.volume.view().read_only(true).build()?;
    assert_eq!(
        lab.output(Mode::Sync, &view, &["print", "/file"])?,
        "content"
    );
    for args in [["write", "/file", "new"], ["write", "/new", "new"]] {
        let outcome = lab.run(&view, &args);
        assert!(outcome.stderr.contains("Read-only"), "{outcome:?}");
    }
    assert_eq!(lab.volume.read("/file")?, b"content");
    Ok(())
}

/// Two views under one quota, and one beside it.
#[test]
fn a_quota_is_met_and_hurts_nobody_else() -> Result<()> {
    let lab = Lab::new()?;
    let quota = Quota::new(1 << 20, 100);
    let narrow = || lab.volume.view().quota(quota.clone()).build();
    let (one, other) = (narrow()?, narrow()?);
    let wide = lab.volume.view().build()?;
    let fill =
        |view: &View, path: &str, bytes: u32| lab.run(view, &["fill", path, &bytes.to_string()]);
    fill(&one, "/one", 600 << 10).success()?;
    let full = fill(&other, "/other", 600 << 10);
    // The C library of WASI 0.2 makes EIO of whatever a stream fails with.
    assert!(full.stderr.contains("I/O error"), "{full:?}");
    assert!(quota.usage().bytes <= 1 << 20);
    fill(&wide, "/wide", 600 << 10).success()?;
    lab.volume.remove("/one")?;
    fill(&other, "/other", 600 << 10).success()?;
    Ok(())
}

/// A guest that opens handles without end meets its limit as an error.
#[test]
fn a_limit_of_handles_is_an_error() -> Result<()> {
    let lab = Lab::new()?;
    let view = lab.volume.view().handles_max(1_000).build()?;
    let crowd = Program::new(&app::rust("conformance", Target::P2)?)?;
    let outcome = crowd.run(Mode::Async, &view, &["crowd"]);
    // What the suite misses are the hundreds of thousands that it wants to open.
    let told = "FAIL crowd::descriptors: not too few";
    assert!(outcome.stdout.contains(told), "{outcome:?}");
    assert_eq!(lab.volume.usage().handles, 0);
    let other = lab.volume.view().build()?;
    lab.output(Mode::Async, &other, &["write", "/file", "content"])?;
    Ok(())
}

#[test]
fn the_limit_of_handles_is_met_before_that_of_wasmtime() {
    let store = Store::new(&ENGINE, ());
    assert!((HANDLES_MAX as usize) < store.max_component_handles());
}

/// Here wasmtime's limit is met first, which traps the program with all its handles open.
#[test]
fn a_trap_leaves_the_volume_whole() -> Result<()> {
    let lab = Lab::new()?;
    let view = lab.volume.view().build()?;
    lab.output(Mode::Async, &view, &["write", "/before", "content"])?;
    for mode in MODES {
        let crowd = Program::new(&app::rust("conformance", Target::P2)?)?;
        let outcome = crowd.handles_max(1_000).run(mode, &view, &["crowd"]);
        assert!(
            outcome.stderr.contains("handle limit exceeded"),
            "{outcome:?}"
        );
        assert_eq!(outcome.code, None);
        assert_eq!(lab.volume.usage().handles, 0);
        assert_eq!(lab.output(mode, &view, &["print", "/before"])?, "content");
    }
    Ok(())
}

#[test]
fn a_view_counts_the_operations_of_its_programs() -> Result<()> {
    let lab = Lab::new()?;
    let (one, other) = (lab.volume.view().build()?, lab.volume.view().build()?);
    assert_eq!(one.operations(), 0);
    lab.output(Mode::Async, &one, &["write", "/file", "content"])?;
    let few = one.operations();
    // The root, the file and its stream are opened and closed, and there is a write.
    assert!((7..64).contains(&few), "{few}");
    lab.output(Mode::Sync, &one, &["append", "/file", "1000"])?;
    assert!(one.operations() > few + 1000);
    let metrics = one.metrics();
    assert_eq!(metrics.operations.total(), one.operations());
    assert_eq!(metrics.operations.of(Operation::Write), 1001);
    assert_eq!(metrics.handles, 0);
    let [opened, closed] = [Operation::Open, Operation::Close].map(|of| metrics.operations.of(of));
    assert!(opened == closed && opened >= 6, "{metrics:?}");
    assert_eq!(other.operations(), 0);
    Ok(())
}

#[test]
fn a_volume_and_its_views_go_from_thread_to_thread() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Volume>();
    shared::<View>();
}
