//! `monaka run`: programs on one filesystem in one process.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::monaka;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, Outcome, run};

const TARGETS: [Target; 2] = [Target::P1, Target::P2];

/// How long a program may outlive its time. The machine may be busy.
const SLACK: Duration = Duration::from_secs(30);

fn shared(target: Target) -> Result<PathBuf> {
    app::rust("shared", target)
}

/// `monaka run` with these arguments.
fn monaka_run<I: AsRef<OsStr>>(args: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(monaka());
    command.arg("run").args(args);
    command
}

fn outcome(command: &mut Command) -> Result<Outcome> {
    run(command, Input::Empty, GUEST_TIMEOUT)
}

/// `monaka run [OPTIONS] --share shared.wasm [VERB...] --then shared.wasm [VERB...] ...`
fn chain(target: Target, options: &[&str], verbs: &[&[&str]]) -> Result<Outcome> {
    let app = shared(target)?;
    let mut command = monaka_run(options);
    command.arg("--share");
    for (number, verb) in verbs.iter().enumerate() {
        if number > 0 {
            command.arg("--then");
        }
        command.arg(&app).args(*verb);
    }
    outcome(&mut command)
}

#[test]
fn programs_of_a_chain_share_files() -> Result<()> {
    for target in TARGETS {
        let verbs: [&[&str]; 4] = [
            &["write", "/one", "first"],
            &["append", "/one", "2"],
            &["list", "/"],
            &["print", "one"],
        ];
        let output = chain(target, &[], &verbs)?.success()?;
        assert_eq!(output, "one\nfirst 0\n 1\n", "{target:?}");
    }
    Ok(())
}

/// Programs of both WASI versions on one filesystem.
#[test]
fn components_and_core_modules_share_files() -> Result<()> {
    let mut command = monaka_run(["--share"]);
    command
        .arg(shared(Target::P1)?)
        .args(["write", "/x", "from P1"]);
    command.arg("--then");
    command.arg(shared(Target::P2)?).args(["print", "/x"]);
    assert_eq!(outcome(&mut command)?.success()?, "from P1");
    Ok(())
}

/// What one writes is gone with the command.
#[test]
fn each_command_has_a_filesystem_of_its_own() -> Result<()> {
    chain(Target::P2, &[], &[&["write", "/one", "first"]])?.success()?;
    assert_eq!(chain(Target::P2, &[], &[&["list", "/"]])?.success()?, "");
    Ok(())
}

#[test]
fn the_first_failure_ends_a_chain() -> Result<()> {
    let verbs: [&[&str]; 4] = [
        &["write", "/one", "first"],
        &["print", "/one"],
        &["print", "/none"],
        &["print", "/one"],
    ];
    let ended = chain(Target::P2, &[], &verbs)?;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "first"));
    let trapped = chain(Target::P2, &[], &[&["trap"], &["list", "/"]])?;
    assert_eq!((trapped.code, trapped.stdout.as_str()), (Some(134), ""));
    assert!(trapped.stderr.contains("wasm trap: "), "{}", trapped.stderr);
    Ok(())
}

/// A core module has the exit code that it asks for; the library of a component
/// of Rust knows success and failure only.
#[test]
fn the_exit_code_is_the_programs() -> Result<()> {
    for (target, asked, code) in [
        (Target::P1, "0", 0),
        (Target::P1, "3", 3),
        (Target::P1, "255", 255),
        (Target::P2, "0", 0),
        (Target::P2, "3", 1),
    ] {
        let ended = chain(target, &[], &[&["exit", asked]])?;
        assert_eq!(ended.code, Some(code), "{target:?} {asked}");
    }
    Ok(())
}

/// No line is lost or torn, and those of one instance keep their order.
#[test]
fn many_append_to_one_file() -> Result<()> {
    const INSTANCES: usize = 32;
    const LINES: usize = 100;
    let verbs: [&[&str]; 2] = [&["append", "/log", "100"], &["print", "/log"]];
    let output = chain(Target::P2, &["--parallel", "32"], &verbs)?.success()?;
    in_order(&output, INSTANCES, LINES, "")
}

/// The same of what they print, in pieces.
#[test]
fn lines_of_standard_output_are_whole() -> Result<()> {
    let output = chain(Target::P2, &["--parallel", "8"], &[&["speak", "100"]])?.success()?;
    in_order(&output, 8, 100, &format!(" {}", "x".repeat(100)))
}

/// Whether the lines are `INSTANCE NUMBER` with that end, and complete.
fn in_order(output: &str, instances: usize, lines: usize, end: &str) -> Result<()> {
    let mut next = vec![0_usize; instances];
    for line in output.lines() {
        let rest = line.strip_suffix(end).with_context(|| line.to_string())?;
        let (instance, number) = rest.split_once(' ').with_context(|| line.to_string())?;
        let instance: usize = instance.parse().with_context(|| line.to_string())?;
        let expected = next.get_mut(instance).with_context(|| line.to_string())?;
        assert_eq!(number.parse(), Ok(*expected), "{line}");
        *expected += 1;
    }
    assert_eq!(next, vec![lines; instances]);
    Ok(())
}

/// More instances than cores, each of which waits for the others and never sleeps.
#[test]
fn instances_run_at_the_same_time() -> Result<()> {
    chain(Target::P2, &["--parallel", "6"], &[&["meet", "/"]])?.success()?;
    Ok(())
}

#[test]
fn the_first_failing_instance_gives_the_exit_code() -> Result<()> {
    let ended = chain(Target::P2, &["--parallel", "3"], &[&["fail-unless", "0"]])?;
    assert_eq!(ended.code, Some(1));
    let ended = chain(Target::P2, &["--parallel", "1"], &[&["fail-unless", "0"]])?;
    assert_eq!(ended.code, Some(0));
    Ok(())
}

/// One that computes, one that waits for the clock, and one that waits for input.
#[test]
fn time_ends_for_all() -> Result<()> {
    let input = app::rust("stdio", Target::P2)?;
    let app = shared(Target::P2)?;
    for verb in ["spin", "sleep", "cat"] {
        for parallel in [&[][..], &["--parallel", "4"]] {
            let mut command = monaka_run(["--timeout", "500ms"]);
            command.args(parallel);
            match verb {
                "cat" => command.arg(&input).args(["/", "cat"]),
                _ => command.arg(&app).arg(verb),
            };
            let start = Instant::now();
            let ended = run(&mut command, Input::Silent, GUEST_TIMEOUT)?;
            assert_eq!(ended.code, Some(124), "{verb} {parallel:?}");
            let said = "error: not finished after 500ms (--timeout)\n";
            assert!(ended.stderr.ends_with(said), "{verb} {}", ended.stderr);
            assert!(start.elapsed() < SLACK, "{verb} {parallel:?}");
        }
    }
    Ok(())
}

/// A directory of the host beside the filesystem in memory, in one program.
#[test]
fn a_host_directory_beside_the_files() -> Result<()> {
    let dir = tempfile::tempdir()?;
    std::fs::write(dir.path().join("there"), "on the host")?;
    let grant = format!("--dir={}::/host", dir.path().display());
    for target in TARGETS {
        let verbs: [&[&str]; 4] = [
            &["print", "/host/there"],
            &["write", "/host/back", "from inside"],
            &["write", "/here", "in memory"],
            &["list", "/"],
        ];
        let output = chain(target, &[&grant], &verbs)?.success()?;
        assert_eq!(output, "on the hosthere\n", "{target:?}");
        assert_eq!(
            std::fs::read_to_string(dir.path().join("back"))?,
            "from inside"
        );
        assert!(!dir.path().join("here").exists());
    }
    Ok(())
}

/// What one run leaves, the next one finds, and so do the tools.
#[test]
fn an_image_outlives_the_programs() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let image = dir.path().join("state.img");
    let options = ["--save", &format!("--image={}", image.display())];
    let verbs: [&[&str]; 2] = [&["write", "/one", "first"], &["fill", "/long", "200000"]];
    chain(Target::P2, &options, &verbs)?.success()?;
    for round in 0..3 {
        let verbs: [&[&str]; 2] = [&["append", "/one", "1"], &["print", "/one"]];
        let expected = format!("first{}", " 0\n".repeat(round + 1));
        let output = chain(Target::P1, &options, &verbs)?.success()?;
        assert_eq!(output, expected);
    }
    // Without --save nothing is written.
    let read = [options[1]];
    let before = std::fs::read(&image)?;
    chain(Target::P2, &read, &[&["write", "/one", "changed"]])?.success()?;
    assert!(std::fs::read(&image)? == before, "the image is as it was");
    let out = dir.path().join("files");
    let mut extract = Command::new(monaka());
    extract.arg("extract").arg(&image).arg("-o").arg(&out);
    outcome(&mut extract)?.success()?;
    let content = std::fs::read_to_string(out.join("one"))?;
    assert_eq!(content, "first 0\n 0\n 0\n");
    assert!(std::fs::read(out.join("long"))? == [b'x'; 200_000], "long");
    Ok(())
}

/// The state is saved whatever the exit code, but not after a trap.
#[test]
fn what_is_saved() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let option = format!("--image={}", dir.path().join("state.img").display());
    let options = ["--save", option.as_str()];
    let failed: [&[&str]; 2] = [&["write", "/failed", "x"], &["print", "/none"]];
    assert_eq!(chain(Target::P2, &options, &failed)?.code, Some(1));
    let trapped: [&[&str]; 2] = [&["write", "/trapped", "x"], &["trap"]];
    assert_eq!(chain(Target::P2, &options, &trapped)?.code, Some(134));
    let output = chain(Target::P2, &[&option], &[&["list", "/"]])?.success()?;
    assert_eq!(output, "failed\n");
    Ok(())
}

/// Ctrl-C while the image is written: there is the old one, and nothing beside
/// it.
#[test]
fn an_interrupt_while_saving() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let image = dir.path().join("state.img");
    let option = format!("--image={}", image.display());
    let options = ["--save", option.as_str()];
    chain(Target::P2, &options, &[&["write", "/one", "first"]])?.success()?;
    let before = std::fs::read(&image)?;
    for signal in ["INT", "TERM"] {
        let mut command = monaka_run(options);
        command
            .arg(shared(Target::P2)?)
            .args(["fill", "/large", "100000000"]);
        let mut child = command.spawn()?;
        while names(dir.path())?.len() == 1 {
            assert!(child.try_wait()?.is_none(), "it ended without a file");
        }
        let pid = child.id().to_string();
        Command::new("kill").args(["-s", signal, &pid]).status()?;
        assert_eq!(child.wait()?.code(), Some(130), "{signal}");
        assert_eq!(names(dir.path())?, ["state.img"], "{signal}");
        assert!(std::fs::read(&image)? == before, "{signal}");
    }
    Ok(())
}

fn names(dir: &Path) -> Result<Vec<String>> {
    let names = std::fs::read_dir(dir)?;
    names
        .map(|entry| Ok(entry?.file_name().display().to_string()))
        .collect()
}
