//! What the requests do.

use std::fs;
use std::io;

/// What a request gets.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { status, body }
    }

    fn error(error: io::Error) -> Self {
        let status = match error.kind() {
            io::ErrorKind::NotFound => 404,
            io::ErrorKind::ReadOnlyFilesystem => 403,
            io::ErrorKind::StorageFull => 507,
            _ => 500,
        };
        Self::of(status, error.kind().to_string())
    }
}

impl From<io::Result<Answer>> for Answer {
    fn from(result: io::Result<Answer>) -> Self {
        result.unwrap_or_else(Self::error)
    }
}

/// A file's content, or a directory's names.
pub(crate) fn get(path: &str) -> Answer {
    let read = || {
        if fs::metadata(path)?.is_dir() {
            return Ok(Answer::of(200, list(path)?));
        }
        Ok(Answer::of(200, fs::read(path)?))
    };
    read().into()
}

fn list(path: &str) -> io::Result<String> {
    let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().display().to_string()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names.join("\n"))
}

/// Writes beside the file and renames, so that nobody reads half of it; then
/// answers with what can be read.
pub(crate) fn put(path: &str, body: &[u8]) -> Answer {
    let write = || {
        let unfinished = format!("{path}.part");
        fs::write(&unfinished, body)?;
        fs::rename(&unfinished, path)?;
        Ok(Answer::of(201, fs::read(path)?))
    };
    write().into()
}

pub(crate) fn delete(path: &str) -> Answer {
    fs::remove_file(path).map(|()| Answer::of(204, "")).into()
}
