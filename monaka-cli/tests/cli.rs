//! The command line as data: each folder of `tests/cli` is a case.
//!
//! ```text
//! tests/cli/NAME/cmd      a shell script, run in a copy of the folder with `monaka` on the path;
//!                         its first line is what a user would type
//! tests/cli/NAME/stdout   what it prints        (absent: nothing)
//! tests/cli/NAME/stderr   what it says          (absent: nothing)
//! tests/cli/NAME/exit     its exit code         (absent: 0)
//! tests/cli/NAME/...      inputs
//! tests/cli/inputs/...    inputs that all cases have in `../inputs`
//! ```
//!
//! `MONAKA_BLESS=1` writes what came out instead of comparing it. Cases called `run-...` or `serve-...` need the
//! built-in engine and are left out of a build without it, as is the help of these verbs. What depends on the size of the adapter is replaced: see `settle`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};

const EXPECTED: [&str; 3] = ["stdout", "stderr", "exit"];

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let trials = cases()?.into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit()
}

/// Every folder, so that a case cannot be forgotten.
fn cases() -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(root())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && entry.file_name() != "inputs" {
            folders.push(entry.path());
        }
    }
    folders.sort();
    if folders.is_empty() {
        bail!("no cases in {}", root().display());
    }
    Ok(folders)
}

fn trial(case: PathBuf) -> Trial {
    let name = case
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let needs_engine = ["run-", "serve-", "help-run", "help-serve"]
        .iter()
        .any(|start| name.starts_with(start));
    let skipped = cfg!(not(unix)) || (needs_engine && cfg!(not(feature = "run")));
    Trial::test(name, move || {
        check(&case).map_err(|error| Failed::from(format!("{error:?}")))
    })
    .with_ignored_flag(skipped)
}

fn check(case: &Path) -> Result<()> {
    let outcome = outcome(case)?;
    if std::env::var_os("MONAKA_BLESS").is_some() {
        return outcome.bless(case);
    }
    let expected = Outcome::expected(case)?;
    let mut differences = String::new();
    for (name, (expected, actual)) in EXPECTED.iter().zip(expected.0.iter().zip(&outcome.0)) {
        if expected != actual {
            differences += &format!("--- {name}, expected\n{expected}--- {name}, actual\n{actual}");
        }
    }
    if !differences.is_empty() {
        bail!("MONAKA_BLESS=1 makes what came out the expectation\n{differences}");
    }
    Ok(())
}

/// What a case printed, said and exited with, in the order of `EXPECTED`.
struct Outcome([String; 3]);

impl Outcome {
    fn expected(case: &Path) -> Result<Self> {
        let read = |name: &str| match fs::read_to_string(case.join(name)) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error).with_context(|| name.to_string()),
        };
        Ok(Self([read("stdout")?, read("stderr")?, read("exit")?]))
    }

    fn bless(&self, case: &Path) -> Result<()> {
        for (name, text) in EXPECTED.iter().zip(&self.0) {
            let path = case.join(name);
            if !text.is_empty() {
                fs::write(path, text)?;
            } else if path.exists() {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

fn outcome(case: &Path) -> Result<Outcome> {
    let scratch = tempfile::tempdir()?;
    let work = scratch.path().join("work");
    copy(case, &work)?;
    copy(&root().join("inputs"), &scratch.path().join("inputs"))?;
    for name in ["cmd"].iter().chain(&EXPECTED) {
        let _absent = fs::remove_file(work.join(name));
    }
    let output = Command::new("sh")
        .arg(case.join("cmd"))
        .current_dir(&work)
        .env("PATH", path()?)
        .env("LC_ALL", "C")
        .env("HOME", scratch.path())
        .env_remove("SOURCE_DATE_EPOCH")
        .stdin(Stdio::null())
        .output()?;
    let settled = |bytes: &[u8]| settle(&String::from_utf8_lossy(bytes), scratch.path());
    let exit = match output.status.code() {
        Some(0) => String::new(),
        Some(code) => format!("{code}\n"),
        None => "killed by a signal\n".into(),
    };
    Ok(Outcome([
        settled(&output.stdout),
        settled(&output.stderr),
        exit,
    ]))
}

/// The directory of the tested binary first.
fn path() -> Result<std::ffi::OsString> {
    let binary = Path::new(env!("CARGO_BIN_EXE_monaka"));
    let directory = binary
        .parent()
        .context("the binary has a directory")?
        .to_path_buf();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(
        [directory].into_iter().chain(std::env::split_paths(&rest)),
    )?)
}

/// Replaces what differs between machines, and between builds of the adapter: the scratch directory, numbers
/// before KiB and MiB, the sizes of code in JSON, and offsets.
fn settle(text: &str, scratch: &Path) -> String {
    let text = text.replace(&scratch.display().to_string(), "[SCRATCH]");
    let lines: Vec<String> = text.split('\n').map(settle_line).collect();
    lines.join("\n")
}

fn settle_line(line: &str) -> String {
    for field in ["  \"bytes\": ", "  \"adapter_bytes\": "] {
        if line.starts_with(field) {
            return format!("{field}[SIZE],");
        }
    }
    let mut words: Vec<&str> = line.split(' ').collect();
    for i in 1..words.len() {
        let unit = words[i].trim_end_matches([',', ')', ':']);
        if matches!(unit, "KiB" | "MiB") && words[i - 1].parse::<f64>().is_ok() {
            words[i - 1] = "[SIZE]";
        }
        if words[i - 1] == "offset" {
            words[i] = "[OFFSET])";
        }
    }
    words.join(" ")
}

/// Copies a directory; symbolic links stay links.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            link(&fs::read_link(entry.path())?, &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_target: &Path, _path: &Path) -> io::Result<()> {
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cli")
}
