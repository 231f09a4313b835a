//! Command-line tools that others have published, over an embedded tree. They
//! say and do what they say and do on the same tree on the host.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Published};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::native::empty_dir;

const RIPGREP: Published = Published {
    package: "ripgrep",
    version: "15.1.0",
    bin: "rg",
    options: &[],
};

/// The utilities that compile for WASI.
const COREUTILS: Published = Published {
    package: "coreutils",
    version: "0.12.0",
    bin: "coreutils",
    options: &[
        "--no-default-features",
        "--features=ls,cat,cp,mv,rm,mkdir,rmdir,sort,wc,head,tail,ln,touch,uniq,cut,sha256sum",
    ],
};

const PULLDOWN_CMARK: Published = Published {
    package: "pulldown-cmark",
    version: "0.13.6",
    bin: "pulldown-cmark",
    options: &[],
};

/// Without threads and mapped files.
const B3SUM: Published = Published {
    package: "b3sum",
    version: "1.8.7",
    bin: "b3sum",
    options: &["--no-default-features"],
};

for_each_link! {
    ripgrep;
    coreutils;
    pulldown_cmark;
    b3sum;
}

const README: &str = "\
# A *title*

A paragraph with `code`, a [link](https://example.org) and **needle**.

| a | b |
|---|---|
| 1 | 2 |

```rust
fn main() {}
```
";

/// A small project, as tools like it: with an ignore file, nested directories,
/// a link, and one file longer than a block of the image.
fn project(root: &Path) -> Result<()> {
    let at = |name: &str| root.join(name);
    fs::create_dir_all(at("src/deep/er"))?;
    fs::create_dir_all(at("target"))?;
    fs::write(at(".ignore"), "target\n*.log\n")?;
    fs::write(at("README.md"), README)?;
    fs::write(at("target/built"), "needle\n")?;
    fs::write(at("noise.log"), "needle\n")?;
    fs::write(at("src/main.rs"), "fn main() {\n    // needle\n}\n")?;
    fs::write(at("src/deep/er/naïve.txt"), "a Needle and a needle\n")?;
    let lines = (0..9000).map(|i| format!("line {i}, group {}\n", i * 7919 % 17));
    fs::write(at("src/list"), lines.collect::<String>())?;
    symlink("deep/er", at("src/link"))?;
    Ok(())
}

/// Runs each of these command lines on a tree that none of them has changed,
/// and compares all that can be seen.
fn same_as_preopened(tool: Published, link: &[&str], commands: &[&str]) -> Result<()> {
    let app = app::published(tool)?;
    let dir = empty_dir()?;
    project(dir.path())?;
    let embed = format!("{}:/", dir.path().display());
    let composed = Program::compose(&app, [link, &["--embed", &embed]].concat())?;
    for command in commands {
        let preopened = Program::preopen(&app)?;
        project(preopened.root().context("a preopened directory")?)?;
        let expected = transcript(&preopened, command)?;
        let actual = transcript(&composed, command)?;
        assert_same_text(&actual, &expected, command);
    }
    Ok(())
}

fn transcript(program: &Program, command: &str) -> Result<String> {
    let args: Vec<_> = command.split(' ').collect();
    let outcome = program.run(&args)?;
    let Some(code) = outcome.code else {
        anyhow::bail!("{command}: ended by a signal");
    };
    let (mut stdout, stderr) = (outcome.stdout, outcome.stderr);
    if args.contains(&"-rv") {
        // The order in which a directory is read is the filesystem's own.
        let mut lines: Vec<_> = stdout.lines().collect();
        lines.sort_unstable();
        stdout = lines.join("\n");
    }
    Ok(format!("{stdout}{stderr}exit code {code}\n"))
}

/// One thread: WASI 0.2 has no more.
fn ripgrep(link: &[&str]) -> Result<()> {
    same_as_preopened(
        RIPGREP,
        link,
        &[
            "-j1 --sort=path needle /",
            "-j1 --sort=path --no-ignore --hidden -n needle /",
            "-j1 --sort=path --files /",
            "-j1 --sort=path --follow --files /src",
            "-j1 --sort=path -i --count-matches needle /src",
            "-j1 --sort=path -o -r <$1> need(le) /src",
            "-j1 --sort=path -C1 group.16 /src/list",
            "-j1 --sort=modified -trust -l . /",
            "-j1 needle /none",
            "-j1 absent /",
        ],
    )
}

fn coreutils(link: &[&str]) -> Result<()> {
    same_as_preopened(
        COREUTILS,
        link,
        &[
            "ls -aR /",
            "ls /none",
            "cat /README.md /src/main.rs /none",
            "wc /src/list /README.md",
            "sort -t, -k2 -s /src/list",
            "sort -r /src/list -o /src/list",
            "uniq -f 2 /src/list",
            "cut -d, -f2 /src/list",
            "head -c 20 /src/list",
            "tail -n 2 /src/list",
            "sha256sum /src/list /README.md",
            "cp -rv /src /copy",
            "cp /README.md /src/main.rs",
            "mv -v /src /moved",
            "mv /src /src/deep",
            "mkdir -vp /one/two",
            "mkdir /src",
            "rmdir /src",
            "rm -rv /src",
            "rm /src",
            "ln -sv deep /src/another",
            "ln -v /README.md /hard",
            "touch /README.md /new",
        ],
    )
}

fn pulldown_cmark(link: &[&str]) -> Result<()> {
    same_as_preopened(PULLDOWN_CMARK, link, &["-T /README.md", "-e /README.md"])
}

fn b3sum(link: &[&str]) -> Result<()> {
    same_as_preopened(
        B3SUM,
        link,
        &[
            "--no-mmap /README.md /src/list /src/link/naïve.txt",
            "--no-mmap /src",
            "--no-mmap --length=8 /target/built /none",
        ],
    )
}
