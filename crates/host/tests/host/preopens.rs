//! Directories of the host beside the volume.

use std::fs;

use anyhow::Result;
use monaka_host::{Limits, Volume};
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::Outcome;
use tempfile::TempDir;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::guest::{MODES, Mode, Program};

/// A volume as `/`, a directory of the host as `/host`, and a program that does what its arguments say.
struct Lab {
    volume: Volume,
    directory: TempDir,
    program: Program,
}

impl Lab {
    fn new() -> Result<Self> {
        Ok(Self {
            volume: Volume::new(Limits::default())?,
            directory: tempfile::tempdir()?,
            program: Program::new(&app::rust("shared", Target::P2)?)?,
        })
    }

    fn run(&self, mode: Mode, args: &[&str]) -> Result<Outcome> {
        let mut wasi = WasiCtxBuilder::new();
        let added = wasi.preopened_dir(self.directory.path(), "/host", FsPerms::ReadWrite);
        added.map_err(crate::guest::told)?;
        let view = self.volume.view().build()?;
        Ok(self.program.run_with(mode, &view, args, &mut wasi))
    }

    fn output(&self, mode: Mode, args: &[&str]) -> Result<String> {
        self.run(mode, args)?.success()
    }
}

#[test]
fn a_program_uses_both() -> Result<()> {
    for mode in MODES {
        let lab = Lab::new()?;
        lab.output(mode, &["write", "/host/file", "of the host"])?;
        lab.output(mode, &["write", "/file", "of the volume"])?;
        assert_eq!(fs::read(lab.directory.path().join("file"))?, b"of the host");
        assert_eq!(lab.volume.read("/file")?, b"of the volume");
        assert_eq!(lab.output(mode, &["print", "/host/file"])?, "of the host");
        assert_eq!(lab.output(mode, &["print", "/file"])?, "of the volume");
        assert_eq!(lab.output(mode, &["list", "/host"])?, "file\n");
        assert_eq!(lab.output(mode, &["list", "/"])?, "file\n");
    }
    Ok(())
}

/// Renames and links within each work, across are `cross-device`.
#[test]
fn names_do_not_cross() -> Result<()> {
    for mode in MODES {
        let lab = Lab::new()?;
        lab.volume.write("/ours", b"")?;
        fs::write(lab.directory.path().join("theirs"), "")?;
        for verb in ["rename", "link"] {
            for [from, to] in [["/ours", "/host/new"], ["/host/theirs", "/new"]] {
                let outcome = lab.run(mode, &[verb, from, to])?;
                assert!(outcome.stderr.contains("CrossesDevices"), "{outcome:?}");
            }
            let new = format!("/new-{verb}");
            lab.output(mode, &[verb, "/ours", &new])?;
            lab.output(mode, &[verb, "/host/theirs", &format!("/host{new}")])?;
            lab.volume.write("/ours", b"")?;
            fs::write(lab.directory.path().join("theirs"), "")?;
        }
        assert_eq!(
            lab.output(mode, &["list", "/"])?,
            "new-link\nnew-rename\nours\n"
        );
        let host = lab.output(mode, &["list", "/host"])?;
        assert_eq!(host, "new-link\nnew-rename\ntheirs\n");
    }
    Ok(())
}

#[test]
fn errors_of_both_are_the_same() -> Result<()> {
    let lab = Lab::new()?;
    for path in ["/no/file", "/host/no/file"] {
        let outcome = lab.run(Mode::Async, &["print", path])?;
        assert!(outcome.stderr.contains("NotFound"), "{outcome:?}");
    }
    Ok(())
}
