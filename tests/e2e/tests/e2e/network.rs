//! Sockets and http beside files. Rust programs have them from WASI 0.2 on.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::assert_same_text;
use monaka_testkit::compose::Program;
use monaka_testkit::engine::{Engine, Grant};
use monaka_testkit::native::run_in_empty_dir;
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};

for_each_link! {
    sockets_p2;
    http_client;
}

fn sockets_p2(link: &[&str]) -> Result<()> {
    let native = app::rust("sockets", Target::Native)?;
    let expected = run_in_empty_dir(&mut Command::new(native), &[], Input::Empty)?.success()?;
    let program = Program::compose(&app::rust("sockets", Target::P2)?, link)?;
    let outcome = run(
        program.command(&[Grant::Network]).arg("/"),
        Input::Empty,
        GUEST_TIMEOUT,
    )?;
    assert_same_text(&outcome.success()?, &expected, "sockets");
    Ok(())
}

/// The client gives the same lines composed and on a preopened directory, each
/// time against a server that answers once.
fn http_client(link: &[&str]) -> Result<()> {
    let app = app::rust("http", Target::P2)?;
    let composed = Program::compose(&app, link)?;
    let expected = ask_once(&mut Program::preopen(&app)?.command(&[Grant::Http]))?;
    let engines = [Engine::find().clone(), Engine::built_in()];
    for engine in engines {
        let lines = ask_once(&mut composed.command_on(&engine, &[Grant::Http]))?;
        assert_same_text(&lines, &expected, "http");
        check_http_client(&lines);
    }
    Ok(())
}

fn check_http_client(lines: &str) {
    for line in [
        "http: status = 207\n",
        "http: header = [\"POST /path?query=1 one two payload\"]\n",
        "http: file = Ok(\"answer\")\n",
    ] {
        assert!(lines.contains(line), "{line} is not in\n{lines}");
    }
}

/// The client as it is, on the filesystem of `monaka run`.
#[test]
fn http_client_that_is_not_composed() -> Result<()> {
    let app = app::rust("http", Target::P2)?;
    let engine = Engine::built_in();
    check_http_client(&ask_once(&mut engine.command(&app, &[Grant::Http]))?);
    // Without the grant its request fails, with a word that tells why.
    let mut command = engine.command(&app, &[]);
    let outcome = run(command.arg("127.0.0.1:1"), Input::Empty, GUEST_TIMEOUT)?;
    assert_ne!(outcome.code, Some(0));
    let error = "an answer: ErrorCode::HttpRequestDenied\n";
    assert!(outcome.stderr.contains(error), "{}", outcome.stderr);
    Ok(())
}

/// What a client prints that sends one request to its first argument.
fn ask_once(client: &mut Command) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let authority = listener.local_addr()?.to_string();
    let server = std::thread::spawn(move || answer(listener));
    let outcome = run(client.arg(authority), Input::Empty, GUEST_TIMEOUT)?;
    let lines = outcome.success()?;
    server.join().expect("the server does not panic")?;
    Ok(lines)
}

/// What ends a request that is sent in chunks.
const LAST_CHUNK: &str = "0\r\n\r\n";

/// Answers one request with its first line, the headers `x-send` and its body.
/// The request is read to its end: a socket that is closed with bytes unread
/// resets the connection, and the client may lose the answer.
fn answer(listener: TcpListener) -> Result<()> {
    let (mut stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(GUEST_TIMEOUT))?;
    let mut request = String::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(LAST_CHUNK) {
        let count = stream.read(&mut buffer)?;
        anyhow::ensure!(count > 0, "the request ends early: {request}");
        request.push_str(std::str::from_utf8(&buffer[..count])?);
    }
    anyhow::ensure!(request.contains("payload"), "another request: {request}");
    let line = request.lines().next().unwrap_or_default();
    let line = line.strip_suffix(" HTTP/1.1").unwrap_or(line);
    let sent: Vec<&str> = request
        .lines()
        .filter_map(|line| line.strip_prefix("x-send: "))
        .collect();
    write!(
        stream,
        "HTTP/1.1 207 Multi-Status\r\nx-echo: {line} {} payload\r\n\
         content-length: 6\r\nconnection: close\r\n\r\nanswer",
        sent.join(" ")
    )?;
    Ok(())
}
