//! Errors of the host beside errors of files. Stdout is a device that is full.

use crate::lab::*;
use crate::wasi::cli::stdout;

super::cases![of_a_write, of_a_splice, beside_those_of_files];

/// Writes until the host refuses.
fn host_error(write: impl Fn(&OutputStream) -> Result<(), StreamError>) -> Outcome<Error> {
    let stdout = stdout::get_stdout();
    for _ in 0..100 {
        match write(&stdout) {
            Ok(()) => {}
            Err(StreamError::LastOperationFailed(error)) => return Ok(error),
            Err(StreamError::Closed) => return Err(Failure("closed".into())),
        }
    }
    Err(Failure("there is always room".into()))
}

/// It has no code of the filesystem, and the text that the host gave it.
fn is_of_the_host(error: &Error) -> Outcome {
    same("code", filesystem_error_code(error), None)?;
    let text = error.to_debug_string().to_lowercase();
    holds(&format!("{text:?} is about space"), text.contains("space"))
}

fn of_a_write(_: &Lab) -> Outcome {
    is_of_the_host(&host_error(|stdout| {
        stdout.blocking_write_and_flush(&[b'x'; 4096])
    })?)
}

/// What the file gave is gone, but the file can be read on.
fn of_a_splice(lab: &Lab) -> Outcome {
    let from = lab.input("from", &pattern(1 << 20))?;
    let error = host_error(|stdout| {
        stdout.blocking_splice(&from, 1000)?;
        stdout.blocking_flush()
    })?;
    is_of_the_host(&error)?;
    holds("goes on", told(from.blocking_read(1))?.len() == 1)
}

fn beside_those_of_files(lab: &Lab) -> Outcome {
    for order in orders(4) {
        let mut hosts = Vec::new();
        let mut files = Vec::new();
        let stream = lab.file("file")?.write_via_stream(u64::MAX - 1)?;
        for _ in 0..2 {
            hosts.push(Some(host_error(|stdout| {
                stdout.blocking_write_and_flush(b"x")
            })?));
            match stream.blocking_write_and_flush(b"xy") {
                Err(StreamError::LastOperationFailed(error)) => files.push(Some(error)),
                other => return Err(Failure(format!("{other:?}"))),
            }
        }
        for next in order {
            match next % 2 {
                0 => hosts[next / 2] = None,
                _ => files[next / 2] = None,
            }
            for error in hosts.iter().flatten() {
                is_of_the_host(error)?;
            }
            for error in files.iter().flatten() {
                let code = filesystem_error_code(error);
                same("code", code, Some(ErrorCode::FileTooLarge))?;
            }
        }
    }
    Ok(())
}
