//! Starting programs: with an input of any shape, and always with a deadline.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a guest program may take.
pub const GUEST_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a compiler or an installer may take.
pub const BUILD_TIMEOUT: Duration = Duration::from_secs(900);

/// What a program finds on its stdin.
#[derive(Clone, Debug, Default)]
pub enum Input {
    /// Nothing: the end at once.
    #[default]
    Empty,
    /// A pipe with these bytes.
    Pipe(Vec<u8>),
    /// A file.
    File(PathBuf),
    /// A pipe that gets one part after the other, each after a pause.
    Slow(Vec<Vec<u8>>, Duration),
    /// A pipe that gets the answer once the program has printed the prompt.
    Answer {
        /// Part of what the program prints.
        prompt: String,
        /// What it reads then.
        answer: Vec<u8>,
    },
    /// A pipe that stays open and gives nothing.
    Silent,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its stdout.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
}

impl Outcome {
    /// The stdout of a program that succeeded; else an error with all it said.
    pub fn success(self) -> Result<String> {
        match self.code {
            Some(0) => Ok(self.stdout),
            code => bail!(
                "exit code {code:?}\n--- stdout\n{}--- stderr\n{}",
                self.stdout,
                self.stderr
            ),
        }
    }
}

/// Runs a program to its end, and kills it at the deadline.
pub fn run(command: &mut Command, input: Input, timeout: Duration) -> Result<Outcome> {
    start(command, input, usize::MAX)?.finish(timeout)
}

/// As [`run`], but closes the program's stdout after that many bytes.
pub fn run_closing_stdout(
    command: &mut Command,
    bytes_max: usize,
    timeout: Duration,
) -> Result<Outcome> {
    start(command, Input::Empty, bytes_max)?.finish(timeout)
}

struct Running {
    shown: String,
    child: Child,
    writer: Option<JoinHandle<()>>,
    stdout: Stdout,
    // Open as long as the program runs.
    _silent: Option<ChildStdin>,
}

/// How stdout is read.
struct Stdout {
    bytes_max: usize,
    /// To be told when this text has come.
    prompt: Option<(String, Sender<()>)>,
}

fn start(command: &mut Command, input: Input, stdout_bytes_max: usize) -> Result<Running> {
    let shown = format!("{command:?}");
    let stdin = match &input {
        Input::Empty => Stdio::null(),
        Input::Pipe(_) | Input::Slow(..) | Input::Answer { .. } | Input::Silent => Stdio::piped(),
        Input::File(path) => File::open(path)
            .with_context(|| path.display().to_string())?
            .into(),
    };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {shown}"))?;
    let mut stdin = child.stdin.take();
    let silent = stdin.take_if(|_| matches!(input, Input::Silent));
    let (sender, prompted) = mpsc::channel();
    let prompt = match &input {
        Input::Answer { prompt, .. } => Some((prompt.clone(), sender)),
        _ => None,
    };
    let writer = stdin.map(|pipe| thread::spawn(move || feed(pipe, input, &prompted)));
    Ok(Running {
        shown,
        child,
        writer,
        stdout: Stdout {
            bytes_max: stdout_bytes_max,
            prompt,
        },
        _silent: silent,
    })
}

/// Errors are not looked at: a program may leave its input unread.
fn feed(mut pipe: ChildStdin, input: Input, prompted: &Receiver<()>) {
    match input {
        Input::Pipe(bytes) => drop(pipe.write_all(&bytes)),
        Input::Slow(parts, pause) => {
            for part in parts {
                thread::sleep(pause);
                if pipe.write_all(&part).and_then(|()| pipe.flush()).is_err() {
                    return;
                }
            }
            thread::sleep(pause);
        }
        Input::Answer { answer, .. } => {
            if prompted.recv().is_ok() {
                pipe.write_all(&answer).ok();
            }
        }
        Input::Empty | Input::File(_) | Input::Silent => {}
    }
}

impl Running {
    fn finish(mut self, timeout: Duration) -> Result<Outcome> {
        let Stdout { bytes_max, prompt } = self.stdout;
        let stdout = self.child.stdout.take();
        let stdout = stdout.map(|pipe| thread::spawn(move || read_output(pipe, bytes_max, prompt)));
        let stderr = self.child.stderr.take();
        let stderr = stderr.map(|pipe| thread::spawn(move || read_output(pipe, usize::MAX, None)));
        let code = wait(&mut self.child, timeout);
        let text = |reader: Option<JoinHandle<Vec<u8>>>| {
            let bytes = reader
                .and_then(|reader| reader.join().ok())
                .unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (stdout, stderr) = (text(stdout), text(stderr));
        if let Some(writer) = self.writer {
            writer.join().ok();
        }
        match code? {
            Some(code) => Ok(Outcome {
                code,
                stdout,
                stderr,
            }),
            None => bail!(
                "{} still ran after {timeout:?}\n--- stdout\n{stdout}--- stderr\n{stderr}",
                self.shown
            ),
        }
    }
}

/// The exit code, or `None` if the deadline passed first.
fn wait(child: &mut Child, timeout: Duration) -> Result<Option<Option<i32>>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code()));
        }
        if start.elapsed() > timeout {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Reads a pipe to its end, or closes it after that many bytes.
fn read_output(
    mut pipe: impl Read,
    bytes_max: usize,
    mut prompt: Option<(String, Sender<()>)>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    while bytes.len() < bytes_max {
        let room = buffer.len().min(bytes_max - bytes.len());
        match pipe.read(&mut buffer[..room]) {
            Ok(0) | Err(_) => break,
            Ok(len) => bytes.extend_from_slice(&buffer[..len]),
        }
        if let Some((_, prompted)) = prompt.take_if(|(text, _)| contains(&bytes, text)) {
            prompted.send(()).ok();
        }
    }
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
