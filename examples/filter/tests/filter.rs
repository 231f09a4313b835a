//! The example, run as its README says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use monaka_testkit::app::{self, Target};

/// How long an answer may take, however loaded the machine is.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The server, until it is dropped.
struct Server {
    host: Child,
    address: SocketAddr,
}

impl Server {
    fn start(program: &str) -> Result<Self> {
        let mut host = Command::new(env!("CARGO_BIN_EXE_example-filter"))
            .arg(app::example_guest("filter", program, Target::P2)?)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionary"))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        let stdout = host.stdout.take().context("a stdout")?;
        BufReader::new(stdout).read_line(&mut said)?;
        let address = said.trim_end().strip_prefix("filtering lines on ");
        let address = address
            .with_context(|| format!("it said {said:?}"))?
            .parse()?;
        Ok(Self { host, address })
    }

    fn client(&self) -> Result<Client> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Client(BufReader::new(stream)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.host.kill().ok();
        self.host.wait().ok();
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn ask(&mut self, line: &str) -> Result<String> {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes())?;
        let mut answer = String::new();
        self.0.read_line(&mut answer)?;
        Ok(answer.strip_suffix('\n').context("no whole answer")?.into())
    }
}

#[test]
fn each_line_gets_its_answer() -> Result<()> {
    let server = Server::start("translate")?;
    let mut client = server.client()?;
    assert_eq!(client.ask("hello world")?, "ok hallo welt");
    assert_eq!(
        client.ask("good bye\tgood  morning")?,
        "ok gut bye gut morgen"
    );
    assert_eq!(client.ask("")?, "ok ");
    assert_eq!(client.ask("count")?, "ok 3");
    Ok(())
}

#[test]
fn many_clients_at_once_get_their_own_answers() -> Result<()> {
    let server = Server::start("translate")?;
    thread::scope(|scope| {
        let ask = |number: u32| -> Result<()> {
            let mut client = server.client()?;
            for line in 0..20 {
                assert_eq!(
                    client.ask(&format!("world {number} {line}"))?,
                    format!("ok welt {number} {line}")
                );
            }
            Ok(())
        };
        let asking: Vec<_> = (0..32)
            .map(|number| scope.spawn(move || ask(number)))
            .collect();
        asking
            .into_iter()
            .try_for_each(|client| client.join().map_err(|_| anyhow!("a client panicked"))?)
    })?;
    // Each of 640 instances, 16 at a time, has left its mark in the file that they share.
    assert_eq!(server.client()?.ask("count")?, "ok 640");
    Ok(())
}

#[test]
fn no_program_takes_more_than_it_may() -> Result<()> {
    let server = Server::start("hostile")?;
    let mut client = server.client()?;
    let start = Instant::now();
    for (line, answer) in [
        ("spin", "error it took too long"),
        ("sleep", "error it took too long"),
        ("flood", "error it printed too much"),
    ] {
        assert_eq!(client.ask(line)?, answer, "{line}");
    }
    // Two of them were stopped after their 2 seconds.
    assert!(start.elapsed() >= Duration::from_secs(4));
    let answer = client.ask("grow")?;
    assert!(
        answer.starts_with("error forcing trap when growing memory"),
        "{answer}"
    );
    let answer = client.ask("crash")?;
    assert!(
        answer.starts_with("error wasm trap: wasm `unreachable` instruction"),
        "{answer}"
    );
    assert_eq!(client.ask("fill")?, "ok the volume is full");
    assert_eq!(client.ask("still there")?, "ok still there");
    Ok(())
}

#[test]
fn a_program_that_spins_does_not_keep_others_waiting() -> Result<()> {
    let server = Server::start("hostile")?;
    let mut spinning = (0..4)
        .map(|_| server.client())
        .collect::<Result<Vec<_>>>()?;
    for client in &mut spinning {
        client.0.get_mut().write_all(b"spin\n")?;
    }
    let mut client = server.client()?;
    let answers = (0..5)
        .map(|number| client.ask(&number.to_string()))
        .collect::<Result<Vec<_>>>()?;
    assert_eq!(answers, ["ok 0", "ok 1", "ok 2", "ok 3", "ok 4"]);
    // The spinning ones had their two seconds, and were not done before.
    for mut client in spinning {
        let mut answer = String::new();
        client.0.read_line(&mut answer)?;
        assert_eq!(answer, "error it took too long\n");
    }
    Ok(())
}

#[test]
fn a_line_without_end_is_not_kept() -> Result<()> {
    let server = Server::start("hostile")?;
    let mut client = server.client()?;
    // The server may stop listening before all of it is sent.
    client.0.get_mut().write_all(&[b'x'; 1 << 20]).ok();
    let mut answer = Vec::new();
    client.0.read_to_end(&mut answer).ok();
    assert!(answer.is_empty(), "{:?}", String::from_utf8_lossy(&answer));
    assert_eq!(server.client()?.ask("next")?, "ok next");
    Ok(())
}
