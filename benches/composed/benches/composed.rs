//! The figures of the README, in one run: Markdown tables on stdout, and with
//! `--plot FILE` an SVG.
//!
//! ```text
//! cargo bench -p monaka-bench-composed --bench composed -- --plot figures.svg
//! ```

use anyhow::{Result, bail};
use monaka_bench_composed::figures::Figures;
use monaka_bench_composed::form::{Form, Program};
use monaka_bench_composed::table::{self, Goal, Line};
use monaka_bench_composed::{plot, programs, run, tmpfs};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often the forms of a program take turns; the best of each figure counts.
const TURNS: usize = 5;

/// The same for what may differ by 5 % only, and takes little time.
const TURNS_UNTAXED: usize = 15;

/// The same for starts, of which the best counts, too.
const STARTS: usize = 200;

/// How much faster than on the tmpfs an operation ought to be, on a file that
/// stays in the cache of a core. These are plotted.
const OPERATIONS: &[(&str, f64)] = &[
    ("read 4 KiB of 512 KiB", 8.0),
    ("read 64 KiB of 512 KiB", 3.0),
    ("random read 4 KiB of 512 KiB", 8.0),
    ("write 4 KiB of 512 KiB", 60.0),
    ("write 64 KiB of 512 KiB", 15.0),
    ("stat", 25.0),
    ("open + close", 15.0),
    ("create + write 100 B + unlink", 20.0),
    ("readdir, per entry", 5.0),
];

/// The same on a file that does not.
const LARGE: &[(&str, f64)] = &[
    ("read 4 KiB of 16 MiB", 8.0),
    ("read 64 KiB of 16 MiB", 3.0),
    ("random read 4 KiB of 16 MiB", 8.0),
    ("write 4 KiB of 16 MiB", 60.0),
    ("write 64 KiB of 16 MiB", 15.0),
];

/// A file operation, and the copy in memory that does as much.
const COPIES: &[(&str, &str)] = &[
    ("read 64 KiB", "copy 64 KiB out"),
    ("write 64 KiB", "copy 64 KiB in"),
];

fn main() -> Result<()> {
    let plot = plot_argument()?;
    let directory = tempfile::tempdir_in(tmpfs())?;
    let files = files(directory.path())?;
    println!(
        "{}",
        table::operations(&[OPERATIONS, LARGE].concat(), &files)?
    );

    let [_, _, fused, _] = &files;
    let mut lines = against_copies(fused)?;
    lines.extend(untaxed(directory.path())?);
    lines.extend(added(directory.path())?);
    lines.extend(sqlite(directory.path())?);
    println!("{}", table::lines(&lines));
    println!("{}", ceiling(directory.path())?);

    if let Some(path) = plot {
        let names: Vec<_> = OPERATIONS.iter().map(|(name, _)| *name).collect();
        std::fs::write(&path, plot::svg(&names, &files)?)?;
        eprintln!("{} is drawn", path.display());
    }
    Ok(())
}

/// `--plot FILE`, beside the `--bench` that cargo adds.
fn plot_argument() -> Result<Option<PathBuf>> {
    let mut args = std::env::args_os().skip(1).filter(|arg| arg != "--bench");
    match (args.next(), args.next(), args.next()) {
        (None, ..) => Ok(None),
        (Some(plot), Some(path), None) if plot == "--plot" => Ok(Some(path.into())),
        _ => bail!("the only option is `--plot FILE`"),
    }
}

/// The operations on files in each form.
fn files(directory: &Path) -> Result<[Figures; 4]> {
    let app = programs::rust("files")?;
    let programs = Program::forms(directory, "files", &app, &Form::ALL)?;
    let mut best = <[Figures; 4]>::default();
    for _ in 0..TURNS {
        for (best, program) in best.iter_mut().zip(&programs) {
            best.keep_best(Figures::parse(&run(&mut program.command())?.stderr)?);
        }
    }
    Ok(best)
}

/// Reads and writes beside copies in memory, both in the same process.
fn against_copies(fused: &Figures) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for working_set in ["512 KiB", "16 MiB"] {
        for (file, memory) in COPIES {
            let ns = fused.ns(&format!("{file} of {working_set}"))?;
            let copy_ns = fused.ns(&format!("{memory} of {working_set}"))?;
            lines.push(Line {
                what: format!("{file} of {working_set}, beside `memory.copy`"),
                measured: format!("{ns:.0} ns, {copy_ns:.0} ns"),
                value: copy_ns / ns,
                goal: Goal::AtLeast(0.4),
            });
        }
    }
    Ok(lines)
}

/// Where the stdout of a program goes.
#[derive(Clone, Copy, Debug)]
enum Sink {
    Null,
    Pipe,
}

impl Sink {
    fn name(self) -> &'static str {
        match self {
            Self::Null => "/dev/null",
            Self::Pipe => "a pipe",
        }
    }

    /// Runs `command` with its stdout there, and gives its figures.
    fn figures(self, command: &mut Command) -> Result<Figures> {
        command.stderr(Stdio::piped());
        let mut child = match self {
            Self::Null => command.stdout(File::options().write(true).open("/dev/null")?),
            Self::Pipe => command.stdout(Stdio::piped()),
        }
        .spawn()?;
        if let Some(mut stdout) = child.stdout.take() {
            io::copy(&mut stdout, &mut io::sink())?;
        }
        let mut printed = Vec::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_end(&mut printed)?;
        }
        match child.wait()?.success() {
            true => Figures::parse(&printed),
            false => bail!("{}", String::from_utf8_lossy(&printed)),
        }
    }
}

/// What is not files: a fused program beside the same program uncomposed.
fn untaxed(directory: &Path) -> Result<Vec<Line>> {
    let app = programs::rust("untaxed")?;
    let forms = [Form::Preopened, Form::Fused];
    let programs = Program::forms(directory, "untaxed", &app, &forms)?;
    let mut lines = Vec::new();
    for sink in [Sink::Null, Sink::Pipe] {
        let mut best = [Figures::default(), Figures::default()];
        for _ in 0..TURNS_UNTAXED {
            for (best, program) in best.iter_mut().zip(&programs) {
                best.keep_best(sink.figures(&mut program.command())?);
            }
        }
        let clocks: &[&str] = match sink {
            Sink::Null => &["Instant::now", "SystemTime::now"],
            Sink::Pipe => &[],
        };
        for name in ["stdout 64 KiB", "print a line"] {
            lines.push(untaxed_line(
                name,
                &format!("{name} to {}", sink.name()),
                &best,
            )?);
        }
        for name in clocks {
            lines.push(untaxed_line(name, &format!("`{name}`"), &best)?);
        }
    }
    Ok(lines)
}

fn untaxed_line(name: &str, what: &str, [plain, fused]: &[Figures; 2]) -> Result<Line> {
    let (plain, fused) = (plain.ns(name)?, fused.ns(name)?);
    Ok(Line {
        what: format!("{what}, fused beside uncomposed"),
        measured: format!("{fused:.0} ns, {plain:.0} ns"),
        value: fused / plain,
        goal: Goal::AtMost(1.05),
    })
}

/// What fusing adds to the size and to the start of a program.
fn added(directory: &Path) -> Result<[Line; 2]> {
    let app = programs::rust("nothing")?;
    let plain = Program::new(directory, "nothing", &app, Form::Preopened)?;
    let fused = Program::new(directory, "nothing", &app, Form::Fused)?;
    let (mut plain_ms, mut fused_ms) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..STARTS {
        plain_ms = plain_ms.min(start_ms(&plain)?);
        fused_ms = fused_ms.min(start_ms(&fused)?);
    }
    Ok([
        Line {
            what: "size added, nothing embedded, KB".to_string(),
            measured: format!("{} B, {} B", fused.bytes, plain.bytes),
            value: (fused.bytes - plain.bytes) as f64 / 1e3,
            goal: Goal::AtMost(120.0),
        },
        Line {
            what: "start added, precompiled, ms".to_string(),
            measured: format!("{fused_ms:.2} ms, {plain_ms:.2} ms"),
            value: fused_ms - plain_ms,
            goal: Goal::AtMost(1.0),
        },
    ])
}

fn start_ms(program: &Program) -> Result<f64> {
    let start = Instant::now();
    run(&mut program.command())?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// SQLite, fused, beside the module as it came from its compiler, and beside
/// the same module as a component. What it needs without files bounds them all.
fn sqlite(directory: &Path) -> Result<Vec<Line>> {
    const NAME: &str = "SQLite, 10 000 inserts";
    let module = programs::sqlite()?;
    let component = programs::componentized(&module)?;
    let programs = [
        Program::new(directory, "sqlite", &module, Form::Fused)?,
        Program::new(directory, "sqlite", &module, Form::Preopened)?,
        Program::new(directory, "sqlite-component", &component, Form::Preopened)?,
    ];
    let mut best = <[Figures; 3]>::default();
    for _ in 0..TURNS {
        for (best, program) in best.iter_mut().zip(&programs) {
            best.keep_best(Figures::parse(&run(&mut program.command())?.stderr)?);
        }
    }
    let in_memory_ms = best[0].ns("SQLite in memory")? / 1e6;
    let [fused, module, component] = best.map(|figures| figures.ns(NAME).map(|ns| ns / 1e6));
    let fused = fused?;
    let line = |what, host_ms| Line {
        what: format!("{NAME}, fused, times faster than the {what} on the tmpfs"),
        measured: format!("{fused:.0} ms, {host_ms:.0} ms; {in_memory_ms:.0} ms without files"),
        value: host_ms / fused,
        goal: Goal::AtLeast(3.0),
    };
    Ok(vec![
        line("Preview 1 module", module?),
        line("component", component?),
    ])
}

/// What bounds the component link.
fn ceiling(directory: &Path) -> Result<String> {
    let program = Program::new(directory, "ceiling", &programs::ceiling()?, Form::Preopened)?;
    let mut best = Figures::default();
    for _ in 0..TURNS {
        best.keep_best(Figures::parse(&run(&mut program.command())?.stderr)?);
    }
    Ok(format!(
        "A 64 KiB `list<u8>` from one component to another: {:.0} ns",
        best.ns("list copy 64 KiB")?
    ))
}
