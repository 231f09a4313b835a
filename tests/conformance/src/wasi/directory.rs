//! The resource `directory-entry-stream`.

use monaka_wasi::directory::DirectoryStream;

use super::convert;
use super::generated::filesystem::types::{DirectoryEntry, ErrorCode};
use crate::files;

/// The resource `directory-entry-stream`.
#[derive(Debug)]
pub struct DirectoryEntryStream(pub(super) DirectoryStream);

impl DirectoryEntryStream {
    /// `directory-entry-stream.read-directory-entry`.
    pub fn read_directory_entry(&self) -> Result<Option<DirectoryEntry>, ErrorCode> {
        files::with(|files| {
            let entry = self.0.next(files)?;
            Ok(entry.map(|entry| DirectoryEntry {
                type_: convert::descriptor_type(entry.kind),
                name: entry.name.to_string(),
            }))
        })
        .map_err(convert::error_code)
    }
}

impl Drop for DirectoryEntryStream {
    fn drop(&mut self) {
        files::with(|files| self.0.close(files)).ok();
    }
}
