//! Standard output of many programs at once: whole lines, each of one program.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// Bytes of a line that are kept until it ends. A longer one is written in parts.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Bytes that a program may hand over at once.
const WRITE_BYTES_MAX: usize = 64 * 1024;

/// An output of one program. A line is written when it is complete, and what follows the last one when the program
/// has ended. All streams that are made from it write to the same line.
#[derive(Clone)]
pub(crate) struct Lines<W: Write + Send + 'static>(Arc<Mutex<Gathered<W>>>);

impl Lines<io::Stdout> {
    pub(crate) fn stdout() -> Self {
        Self::to(io::stdout())
    }
}

impl Lines<io::Stderr> {
    pub(crate) fn stderr() -> Self {
        Self::to(io::stderr())
    }
}

impl<W: Write + Send + 'static> Lines<W> {
    fn to(out: W) -> Self {
        Self(Arc::new(Mutex::new(Gathered {
            out,
            line: Vec::new(),
        })))
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The start of a line, and where it will go.
struct Gathered<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Gathered<W> {
    /// Standard output and error hold their own lock for the whole of one `write_all`.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.extend_from_slice(bytes);
        let complete = match self.line.iter().rposition(|&byte| byte == b'\n') {
            Some(newline) => newline + 1,
            None if self.line.len() >= LINE_BYTES_MAX => self.line.len(),
            None => return Ok(()),
        };
        let written = self
            .out
            .write_all(self.line.get(..complete).unwrap_or_default());
        self.line.drain(..complete);
        written.and_then(|()| self.out.flush())
    }
}

impl<W: Write> Drop for Gathered<W> {
    /// A closed output is the program's to see; here nobody is left to tell.
    fn drop(&mut self) {
        let _unheard = self
            .out
            .write_all(&self.line)
            .and_then(|()| self.out.flush());
    }
}

impl<W: Write + Send + 'static> StdoutStream for Lines<W> {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Self(Arc::clone(&self.0)))
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Self(Arc::clone(&self.0)))
    }
}

impl<W: Write + Send + 'static> IsTerminal for Lines<W> {
    fn is_terminal(&self) -> bool {
        false
    }
}

#[async_trait::async_trait]
impl<W: Write + Send + 'static> Pollable for Lines<W> {
    async fn ready(&mut self) {}
}

impl<W: Write + Send + 'static> OutputStream for Lines<W> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.gathered()
            .write(&bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => StreamError::Closed,
                _ => StreamError::LastOperationFailed(error.into()),
            })
    }

    /// Half a line stays here, or it would be torn.
    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

impl<W: Write + Send + 'static> AsyncWrite for Lines<W> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.gathered().write(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each write as one element.
    #[derive(Clone, Default)]
    struct Writes(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Writes {
        fn lens(&self) -> Vec<usize> {
            self.0.lock().unwrap().iter().map(Vec::len).collect()
        }

        fn text(&self) -> Vec<String> {
            let writes = self.0.lock().unwrap();
            writes
                .iter()
                .map(|write| String::from_utf8(write.clone()).unwrap())
                .collect()
        }
    }

    fn write(lines: &mut Box<dyn OutputStream>, text: &str) {
        lines
            .write(Bytes::copy_from_slice(text.as_bytes()))
            .unwrap();
    }

    #[test]
    fn a_line_is_written_at_once_whoever_writes_its_parts() {
        let writes = Writes::default();
        let lines = Lines::to(writes.clone());
        let (mut one, mut two) = (lines.p2_stream(), lines.p2_stream());
        write(&mut one, "a");
        write(&mut two, "b");
        one.flush().unwrap();
        assert!(writes.text().is_empty());
        write(&mut one, "c\nd\ne");
        assert_eq!(writes.text(), ["abc\nd\n"]);
        drop((lines, one));
        assert_eq!(writes.text(), ["abc\nd\n"]);
        drop(two);
        assert_eq!(writes.text(), ["abc\nd\n", "e"]);
    }

    #[test]
    fn a_line_without_end_is_written_in_parts() {
        let writes = Writes::default();
        let mut lines = Lines::to(writes.clone()).p2_stream();
        let part = "x".repeat(WRITE_BYTES_MAX);
        for _ in 0..LINE_BYTES_MAX / WRITE_BYTES_MAX + 1 {
            write(&mut lines, &part);
        }
        assert_eq!(writes.lens(), [LINE_BYTES_MAX]);
        drop(lines);
        assert_eq!(writes.lens(), [LINE_BYTES_MAX, WRITE_BYTES_MAX]);
    }
}
