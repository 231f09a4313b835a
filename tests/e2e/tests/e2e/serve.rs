//! Programs that answer http requests, composed, under `wasmtime serve`. Their
//! export is typed by interfaces that use `wasi:io`, so that only the fused link
//! can express them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::engine::Grant;
use monaka_testkit::native::empty_dir;
use monaka_testkit::serve::Server;

const LINKS: [&[&str]; 3] = [&[], crate::FUSED, crate::PORTABLE];

fn site(root: &Path) -> Result<()> {
    fs::create_dir_all(root.join("static/deep"))?;
    fs::write(root.join("index.html"), "<p>naïve</p>\n")?;
    fs::write(root.join("static/long"), "0123456789".repeat(30_000))?;
    fs::write(root.join("static/deep/old"), "old content")?;
    Ok(())
}

/// The program with the site inside.
fn composed(app: &Path, link: &[&str]) -> Result<Program> {
    let dir = empty_dir()?;
    site(dir.path())?;
    let embed = format!("{}:/", dir.path().display());
    Program::compose(app, [link, &["--embed", &embed]].concat())
}

fn server(program: &Program, grants: &[Grant<'_>]) -> Result<Server> {
    Server::start(&mut program.serve(grants))
}

/// What each of these requests gets; the site is the same before each of them.
fn answers(server: &Server) -> Result<String> {
    let long = "new content ".repeat(10_000);
    let requests: [(&str, &str, &str); 8] = [
        ("GET", "/index.html", ""),
        ("GET", "/static/long", ""),
        ("GET", "/static", ""),
        ("GET", "/none", ""),
        ("POST", "/index.html", "body"),
        ("PUT", "/new", &long),
        ("PUT", "/none/new", "no such directory"),
        ("DELETE", "/static/deep/old", ""),
    ];
    let mut answers = String::new();
    for (method, path, body) in requests {
        let (status, body) = server.ask(method, path, body.as_bytes())?;
        answers += &format!("{method} {path}: {status} {body}\n");
    }
    Ok(answers)
}

#[test]
fn std_fs() -> Result<()> {
    let app = app::reactor("reactor", Target::P2)?;
    let preopened = Program::preopen(&app)?;
    site(preopened.root().context("a preopened directory")?)?;
    let expected = answers(&server(&preopened, &[Grant::Cli])?)?;
    for link in LINKS {
        let program = composed(&app, link)?;
        let server = server(&program, &[Grant::Cli])?;
        assert_same_text(&answers(&server)?, &expected, &format!("{link:?}"));
        // Each request has an instance, and so a filesystem, of its own.
        assert_eq!(server.ask("GET", "/new", b"")?.0, 404, "{link:?}");
        assert_eq!(
            server.ask("GET", "/static/deep/old", b"")?,
            (200, "old content".to_string()),
            "{link:?}"
        );
    }
    Ok(())
}

/// A program that needs nothing of `wasi:cli` needs nothing of it composed.
#[test]
fn without_cli() -> Result<()> {
    let app = app::reactor("lean-reactor", Target::Bare)?;
    for link in LINKS {
        let program = composed(&app, link)?;
        let server = server(&program, &[])?;
        let (status, body) = server.ask("GET", "/static/long", b"")?;
        assert_eq!((status, body.len()), (200, 300_000), "{link:?}");
        assert_eq!(server.ask("GET", "/none", b"")?.0, 404, "{link:?}");
        assert_eq!(
            server.ask("PUT", "/static/deep/old", &[b'n'; 100_000])?,
            (200, format!("old content{}", "n".repeat(100_000))),
            "{link:?}"
        );
    }
    Ok(())
}
