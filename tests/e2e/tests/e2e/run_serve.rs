//! `monaka serve-http`: instances that answer one request each, on one
//! filesystem.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use monaka_testkit::app::{self, Target};
use monaka_testkit::compose::{Program, monaka};
use monaka_testkit::process::{GUEST_TIMEOUT, Input, run};
use monaka_testkit::serve::Server;
use wasm_encoder::{ComponentSection, ComponentSectionId, InstanceSection, RawSection};
use wasmparser::BinaryReader;

/// `monaka serve-http` with a program that serves and takes files.
fn serve(app: &Path, options: &[&str]) -> Result<Server> {
    let mut command = Command::new(monaka());
    command.args(["serve-http", "--addr", "127.0.0.1:0"]);
    Server::start(command.args(options).arg(app))
}

fn reactor() -> Result<PathBuf> {
    app::reactor("reactor", Target::P2)
}

fn text(status: u16, body: &str) -> (u16, String) {
    (status, body.to_string())
}

/// What one request writes, the next one reads, in another instance.
#[test]
fn files_outlive_a_request() -> Result<()> {
    let long = "0123456789".repeat(100_000);
    let apps = [reactor()?, app::reactor("lean-reactor", Target::Bare)?];
    let server = serve(&apps[0], &[])?;
    assert_eq!(server.ask("GET", "/", b"")?, text(200, ""));
    assert_eq!(server.ask("GET", "/one", b"")?.0, 404);
    assert_eq!(server.ask("PUT", "/one", b"first")?, text(201, "first"));
    assert_eq!(server.ask("GET", "/one", b"")?, text(200, "first"));
    assert_eq!(
        server.ask("PUT", "/two", long.as_bytes())?,
        text(201, &long)
    );
    assert_eq!(server.ask("GET", "/", b"")?, text(200, "one\ntwo"));
    assert_eq!(server.ask("GET", "/two", b"")?, text(200, &long));
    assert_eq!(server.ask("DELETE", "/one", b"")?, text(204, ""));
    assert_eq!(server.ask("GET", "/", b"")?, text(200, "two"));
    // One that needs nothing of `wasi:cli`.
    let server = serve(&apps[1], &[])?;
    assert_eq!(server.ask("GET", "/none", b"")?.0, 404);
    Ok(())
}

/// More clients than requests are answered at one time: all are answered, each
/// with the whole of what some client put.
#[test]
fn requests_at_the_same_time() -> Result<()> {
    const CLIENTS: usize = 16;
    const REQUESTS: usize = 8;
    let server = serve(&reactor()?, &["--max-requests", "4"])?;
    let served = &server;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| scope.spawn(move || work(served, client, REQUESTS)))
            .collect();
        clients
            .into_iter()
            .try_for_each(|client| client.join().expect("a client does not panic"))
    })?;
    let (status, names) = server.ask("GET", "/", b"")?;
    assert_eq!((status, names.lines().count()), (200, CLIENTS * REQUESTS));
    Ok(())
}

fn work(server: &Server, client: usize, requests: usize) -> Result<()> {
    for request in 0..requests {
        let path = format!("/{client}-{request}");
        let body = format!("{path} ").repeat(1000);
        let answer = server.ask("PUT", &path, body.as_bytes())?;
        assert_eq!(answer, text(201, &body));
        assert_eq!(server.ask("GET", &path, b"")?, text(200, &body));
    }
    Ok(())
}

/// A request that has begun, and goes on when its client sends the rest.
fn begin(server: &Server, path: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(server.address())?;
    stream.set_read_timeout(Some(GUEST_TIMEOUT))?;
    write!(
        stream,
        "PUT {path} HTTP/1.0\r\nhost: a\r\ncontent-length: 8\r\n\r\nhalf"
    )?;
    Ok(stream)
}

/// A request that gets no answer for a while. All before it did.
fn waiting(server: &Server) -> Result<TcpStream> {
    for _ in 0..1000 {
        let mut stream = TcpStream::connect(server.address())?;
        stream.set_read_timeout(Some(Duration::from_millis(200)))?;
        write!(stream, "GET / HTTP/1.0\r\nhost: a\r\n\r\n")?;
        let is_answered = stream.peek(&mut [0]).is_ok();
        stream.set_read_timeout(Some(GUEST_TIMEOUT))?;
        if !is_answered {
            return Ok(stream);
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    }
    anyhow::bail!("it goes on answering")
}

/// It has a pool, unless the machine has no addresses for one.
fn assert_pooled(server: &Server) {
    let said = server.said();
    assert!(said.is_empty() || said.contains("pool mapping"), "{said}");
}

fn rest(mut stream: TcpStream) -> Result<String> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Each place is taken, so that each instance in the pool is: the next request
/// waits until one has ended, and is none too many.
#[test]
fn no_more_requests_than_places() -> Result<()> {
    for places in [1, 2, 5] {
        let server = serve(&reactor()?, &["--max-requests", &places.to_string()])?;
        assert_pooled(&server);
        for _ in 0..3 {
            let mut begun = (0..places)
                .map(|place| begin(&server, &format!("/{place}")))
                .collect::<Result<Vec<_>>>()?;
            let waiting = waiting(&server)?;
            for stream in &mut begun {
                stream.write_all(b"rest")?;
            }
            let answer = rest(waiting)?;
            assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
            for stream in begun {
                let answer = rest(stream)?;
                assert!(answer.starts_with("HTTP/1.0 201 "), "{answer}");
            }
        }
    }
    Ok(())
}

/// The program with another module at its end, of which it makes an instance
/// that nothing uses.
fn with_module(app: &Path, module: &str) -> Result<Vec<u8>> {
    let mut component = std::fs::read(app)?;
    let mut modules = 0;
    let mut sections = BinaryReader::new(&component, 0);
    sections.read_bytes(8)?;
    while !sections.eof() {
        let id = sections.read_u8()?;
        modules += u32::from(id == ComponentSectionId::CoreModule as u8);
        let len = sections.read_var_u32()?;
        sections.read_bytes(len as usize)?;
    }
    let module = RawSection {
        id: ComponentSectionId::CoreModule.into(),
        data: &wat::parse_str(module)?,
    };
    module.append_to_component(&mut component);
    let mut instances = InstanceSection::new();
    let nothing: [(&str, wasm_encoder::ModuleArg); 0] = [];
    instances.instantiate(modules, nothing);
    instances.append_to_component(&mut component);
    Ok(component)
}

/// Programs that need more than there is for an instance in the pool are served
/// without, and the server says so.
#[test]
fn large_programs() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let modules = [
        (format!("(module {})", "(memory 1)".repeat(7)), ""),
        (format!("(module {})", "(memory 1)".repeat(8)), "9 memories"),
        (
            format!("(module {})", "(table 1 funcref)".repeat(30)),
            "tables",
        ),
        ("(module (table 131072 funcref))".into(), ""),
        ("(module (table 131073 funcref))".into(), "131073"),
    ];
    for (number, (module, why)) in modules.iter().enumerate() {
        let app = dir.path().join(format!("{number}.wasm"));
        std::fs::write(&app, with_module(&reactor()?, module)?)?;
        let server = serve(&app, &["--max-requests", "2"])?;
        match why.is_empty() {
            true => assert_pooled(&server),
            false => {
                let said = server.said();
                assert!(said.contains("without a pool"), "{said}");
                assert!(
                    said.contains(why) || said.contains("pool mapping"),
                    "{said}"
                );
            }
        }
        for client in 0..2 {
            work(&server, client, 2)?;
        }
    }
    Ok(())
}

/// A composed program has more memories and modules than others, and room in the
/// largest pool all the same. Each of its instances has a filesystem of its own.
#[test]
fn composed_programs() -> Result<()> {
    for link in [crate::FUSED, crate::PORTABLE] {
        let program = Program::compose(&reactor()?, link)?;
        let server = serve(program.wasm(), &["--max-requests", "4096"])?;
        assert_pooled(&server);
        assert_eq!(server.ask("PUT", "/one", b"first")?, text(201, "first"));
        assert_eq!(server.ask("GET", "/one", b"")?.0, 404);
    }
    Ok(())
}

/// The filesystem has an end, and the server goes on behind it.
#[test]
fn a_full_filesystem() -> Result<()> {
    let server = serve(&reactor()?, &["--max-bytes", "1M"])?;
    let (status, body) = server.ask("PUT", "/large", &[b'x'; 2 << 20])?;
    assert!((500..600).contains(&status), "{status} {body}");
    assert_eq!(server.ask("DELETE", "/large.part", b"")?.0, 204);
    assert_eq!(server.ask("PUT", "/small", b"fits")?, text(201, "fits"));
    Ok(())
}

/// Several requests on one connection.
#[test]
fn a_connection_is_kept() -> Result<()> {
    let server = serve(&reactor()?, &[])?;
    let mut stream = TcpStream::connect(server.address())?;
    for _ in 0..3 {
        write!(stream, "DELETE /none HTTP/1.1\r\nhost: a\r\n\r\n")?;
        let mut answer = Vec::new();
        let mut byte = [0];
        // The last chunk of a body is empty.
        while !answer.ends_with(b"\r\n0\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            answer.extend(byte);
        }
        assert!(answer.starts_with(b"HTTP/1.1 404 "));
    }
    Ok(())
}

/// A client that sends half a request and waits holds nobody up, and is told
/// when its time is over.
#[test]
fn a_slow_client() -> Result<()> {
    let server = serve(&reactor()?, &["--timeout", "500ms", "--max-requests", "1"])?;
    let mut slow = TcpStream::connect(server.address())?;
    write!(
        slow,
        "PUT /one HTTP/1.0\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf"
    )?;
    let mut answer = String::new();
    slow.read_to_string(&mut answer)?;
    let head = answer.lines().next().context("no answer")?;
    assert_eq!(head, "HTTP/1.0 504 Gateway Timeout");
    assert_eq!(server.ask("PUT", "/one", b"whole")?, text(201, "whole"));
    Ok(())
}

/// A client that goes away in the middle of its request: this program panics,
/// which is the end of its instance and of nothing else.
#[test]
fn a_trap() -> Result<()> {
    let server = serve(&reactor()?, &["--max-requests", "1"])?;
    for _ in 0..3 {
        let mut gone = TcpStream::connect(server.address())?;
        write!(
            gone,
            "PUT /one HTTP/1.0\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf"
        )?;
        drop(gone);
    }
    assert_eq!(server.ask("GET", "/one", b"")?.0, 404);
    assert_eq!(server.ask("PUT", "/one", b"whole")?, text(201, "whole"));
    Ok(())
}

/// A request that has begun is answered after the server was told to stop.
#[test]
fn stopping_is_graceful() -> Result<()> {
    let server = serve(&reactor()?, &[])?;
    let mut begun = begin(&server, "/one")?;
    // The server has read the head when it answers another client later.
    server.ask("GET", "/", b"")?;
    server.terminate()?;
    wait_until_refused(&server)?;
    begun.write_all(b"rest")?;
    let mut answer = String::new();
    begun.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.0 201 "), "{answer}");
    assert!(answer.ends_with("halfrest"), "{answer}");
    assert_eq!(server.ended()?, Some(0));
    Ok(())
}

/// A request that has begun and never ends: the server stops all the same,
/// after its ten seconds, or at once when it is told again.
#[test]
fn stopping_is_bounded() -> Result<()> {
    for (signals, code) in [(1, 0), (2, 130)] {
        let server = serve(&reactor()?, &[])?;
        let _begun = begin(&server, "/one")?;
        server.ask("GET", "/", b"")?;
        for _ in 0..signals {
            server.terminate()?;
            wait_until_refused(&server)?;
        }
        assert_eq!(server.ended()?, Some(code), "{signals}");
    }
    Ok(())
}

#[test]
fn an_address_that_is_taken() -> Result<()> {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let mut command = Command::new(monaka());
    command.args(["serve-http", "--addr", &taken.local_addr()?.to_string()]);
    let ended = run(command.arg(reactor()?), Input::Empty, GUEST_TIMEOUT)?;
    assert_eq!(ended.code, Some(1));
    let start = format!("error: {}: ", taken.local_addr()?);
    assert!(ended.stderr.starts_with(&start), "{}", ended.stderr);
    Ok(())
}

/// A program that answers requests is no command.
#[test]
fn a_handler_does_not_run() -> Result<()> {
    let mut command = Command::new(monaka());
    let ended = run(
        command.arg("run").arg(reactor()?),
        Input::Empty,
        GUEST_TIMEOUT,
    )?;
    assert_eq!(ended.code, Some(1));
    let end = ": it answers http requests: `monaka serve-http` runs it\n";
    assert!(ended.stderr.ends_with(end), "{}", ended.stderr);
    Ok(())
}

fn wait_until_refused(server: &Server) -> Result<()> {
    for _ in 0..1000 {
        if TcpStream::connect(server.address()).is_err() {
            return Ok(());
        }
        thread::sleep(std::time::Duration::from_millis(10));
    }
    anyhow::bail!("it goes on taking connections")
}

#[test]
fn what_is_no_request_is_refused() -> Result<()> {
    let server = serve(&reactor()?, &[])?;
    let mut stream = TcpStream::connect(server.address())?;
    // No host, which wasi:http cannot do without.
    write!(stream, "GET /one HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.0 400 "), "{answer}");
    Ok(())
}

/// A server starts with what the last one left, and saves when it is stopped.
#[test]
fn an_image_outlives_the_server() -> Result<()> {
    let dir = tempfile::tempdir()?;
    std::fs::write(dir.path().join("seed"), "embedded")?;
    let embed = format!("--embed={}:/", dir.path().join("seed").display());
    let image = format!("--image={}", dir.path().join("cache.img").display());
    let options = ["--save", &image, &embed];
    for round in 0..3 {
        let server = serve(&reactor()?, &options)?;
        assert_eq!(server.ask("GET", "/seed", b"")?, text(200, "embedded"));
        let before: Vec<String> = (0..round).map(|round| round.to_string()).collect();
        let (_, names) = server.ask("GET", "/", b"")?;
        let names: Vec<_> = names.lines().filter(|name| *name != "seed").collect();
        assert_eq!(names, before);
        server.ask("PUT", &format!("/{round}"), b"new")?;
        server.terminate()?;
        assert_eq!(server.ended()?, Some(0));
    }
    Ok(())
}

/// A handler that asks another server and keeps the answer in a file.
fn gateway(backend: &str, options: &[&str]) -> Result<Server> {
    let backend = format!("--env=BACKEND={backend}");
    let app = app::reactor("gateway", Target::P2)?;
    serve(&app, &[&[backend.as_str()], options].concat())
}

/// A request that a program sends reaches another server, and the answer is there
/// for the next instance when that server has gone.
#[test]
fn outgoing_requests() -> Result<()> {
    let backend = serve(&reactor()?, &[])?;
    let long = "0123456789".repeat(100_000);
    backend.ask("PUT", "/long", long.as_bytes())?;
    let url = format!("http://{}", backend.address());
    let gateway = gateway(&url, &["--allow-net"])?;
    assert_eq!(gateway.ask("GET", "/long", b"")?, text(200, &long));
    assert_eq!(
        gateway.ask("GET", "/none", b"")?,
        text(200, "entity not found")
    );
    drop(backend);
    assert_eq!(gateway.ask("GET", "/long", b"")?, text(200, &long));
    Ok(())
}

/// Nobody listens on a port that only root may have.
#[test]
fn an_outgoing_request_to_nobody() -> Result<()> {
    let gateway = gateway("http://127.0.0.1:1", &["--allow-net"])?;
    let gone = text(502, "ErrorCode::ConnectionRefused");
    assert_eq!(gateway.ask("GET", "/other", b"")?, gone);
    Ok(())
}

/// Nobody is asked without the grant.
#[test]
fn outgoing_requests_are_denied() -> Result<()> {
    let backend = std::net::TcpListener::bind("127.0.0.1:0")?;
    backend.set_nonblocking(true)?;
    for scheme in ["http", "https"] {
        let gateway = gateway(&format!("{scheme}://{}", backend.local_addr()?), &[])?;
        let denied = text(502, "ErrorCode::HttpRequestDenied");
        assert_eq!(gateway.ask("GET", "/one", b"")?, denied, "{scheme}");
    }
    let error = backend.accept().expect_err("nobody connects");
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    Ok(())
}

/// What is asked by https is asked through TLS: a server that speaks plain http
/// gets nothing of the request.
#[test]
fn outgoing_requests_with_tls() -> Result<()> {
    let backend = serve(&reactor()?, &[])?;
    let url = format!("https://{}", backend.address());
    let gateway = gateway(&url, &["--allow-net"])?;
    let refused = text(502, "ErrorCode::TlsProtocolError");
    assert_eq!(gateway.ask("GET", "/", b"")?, refused);
    Ok(())
}

/// Another server that does not answer in time takes none of the server's own.
#[test]
fn an_outgoing_request_without_answer() -> Result<()> {
    let backend = std::net::TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", backend.local_addr()?);
    let options = ["--allow-net", "--timeout", "500ms", "--max-requests", "1"];
    let gateway = gateway(&url, &options)?;
    for _ in 0..3 {
        assert_eq!(gateway.ask("GET", "/one", b"")?.0, 504);
    }
    Ok(())
}
