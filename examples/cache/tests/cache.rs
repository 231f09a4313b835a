//! The example, run as its README says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use monaka_testkit::app;
use monaka_testkit::serve::Server;

/// How long an answer may take, however loaded the machine is.
const TIMEOUT: Duration = Duration::from_secs(60);

fn server() -> Result<Server> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-cache"));
    Server::start(host.arg(app::example_handler("cache")?))
}

/// The primes up to a number, by trial.
fn primes(number: u32) -> String {
    let is_prime = |candidate: &u32| {
        (2..)
            .take_while(|n| n * n <= *candidate)
            .all(|n| !candidate.is_multiple_of(n))
    };
    (2..=number)
        .filter(is_prime)
        .map(|prime| format!("{prime}\n"))
        .collect()
}

/// Asks for the primes; whether the answer came from the cache.
fn ask(server: &Server, number: u32) -> Result<bool> {
    let answer = request(server, &format!("/primes/{number}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no end of headers")?;
    assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
    assert_eq!(body, primes(number), "{number}");
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    match headers.find(|(name, _)| *name == "x-cache") {
        Some((_, "hit")) => Ok(true),
        Some((_, "miss")) => Ok(false),
        other => bail!("{other:?}"),
    }
}

/// The whole answer, headers included.
fn request(server: &Server, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(server.address())?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_later_request_finds_what_an_earlier_one_left() -> Result<()> {
    let server = server()?;
    assert!(!ask(&server, 1000)?);
    assert!(ask(&server, 1000)?);
    assert!(!ask(&server, 2000)?);
    assert!(ask(&server, 1000)?);
    assert_eq!(server.ask("GET", "/primes/1000001", b"")?.0, 404);
    assert_eq!(server.ask("GET", "/etc/passwd", b"")?.0, 404);
    Ok(())
}

#[test]
fn a_full_cache_forgets_and_goes_on() -> Result<()> {
    let server = server()?;
    // Some 260 KiB each, and room for 1 MiB.
    for number in 500_000..500_006 {
        assert!(!ask(&server, number)?);
    }
    assert!(!ask(&server, 500_000)?, "forgotten");
    assert!(ask(&server, 500_000)?, "and kept again");
    Ok(())
}

#[test]
fn requests_at_the_same_time_get_whole_answers() -> Result<()> {
    let server = server()?;
    thread::scope(|scope| {
        let asking: Vec<_> = (0..16_u32)
            .map(|client| {
                let server = &server;
                scope.spawn(move || {
                    (0..8).try_for_each(|n| ask(server, 30_000 + (client + n) % 4).map(drop))
                })
            })
            .collect();
        asking
            .into_iter()
            .try_for_each(|client| client.join().map_err(|_| anyhow!("a client panicked"))?)
    })
}
