//! `wasmtime serve` or `monaka serve-http`: a component that answers http requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take to start, and then for each answer.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A server on the loopback interface, until it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    said: String,
}

impl Server {
    /// Starts what says where it serves, and waits until it does.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let address = child.stderr.take().context("no stderr").and_then(address);
        match address {
            Ok((address, said)) => Ok(Self {
                child,
                address,
                said,
            }),
            Err(error) => {
                end(&mut child);
                Err(error)
            }
        }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it said before it served.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// The status and the body of an answer.
    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<(u16, String)> {
        let mut stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        // A client of HTTP/1.0 gets no chunks, and the body ends with the connection.
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        )?;
        stream.write_all(body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no end of headers")?;
        let status = head.split(' ').nth(1).context("no status")?;
        Ok((status.parse()?, body.to_string()))
    }
}

impl Server {
    /// Asks the server to stop, as a service manager does.
    pub fn terminate(&self) -> Result<()> {
        let mut kill = Command::new("kill");
        kill.args(["-s", "TERM", &self.child.id().to_string()]);
        anyhow::ensure!(kill.status()?.success(), "cannot tell it to stop");
        Ok(())
    }

    /// Waits until the server has ended, and gives its exit code.
    pub fn ended(mut self) -> Result<Option<i32>> {
        let deadline = Instant::now() + TIMEOUT;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code());
            }
            thread::sleep(Duration::from_millis(5));
        }
        bail!("it still serves after {TIMEOUT:?}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    child.kill().ok();
    child.wait().ok();
}

/// Where the server says that it is, and what it said before. What it says later
/// is read and forgotten, so that it never waits for a reader.
fn address(stderr: ChildStderr) -> Result<(SocketAddr, String)> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            sender.send(line).ok();
        }
    });
    let mut said = String::new();
    while let Ok(line) = receiver.recv_timeout(TIMEOUT) {
        if let Some((_, address)) = line.split_once("Serving HTTP on http://") {
            return Ok((address.trim_end_matches('/').parse()?, said));
        }
        said += &line;
        said.push('\n');
    }
    bail!("it serves nothing:\n{said}")
}
