//! The resource `directory-entry-stream`.

use monaka_adapter::logic::directory::DirectoryStream;

use super::convert;
use super::generated::filesystem::types::{DirectoryEntry, ErrorCode};
use crate::files;

/// The resource `directory-entry-stream`.
#[derive(Debug)]
pub struct DirectoryEntryStream(pub(super) DirectoryStream);

impl DirectoryEntryStream {
    /// `directory-entry-stream.read-directory-entry`.
    pub fn read_directory_entry(&self) -> Result<Option<DirectoryEntry>, ErrorCode> {
        let entry = files::with(|files| self.0.next(files)).map_err(convert::error_code)?;
        Ok(entry.map(|(kind, name)| DirectoryEntry {
            type_: convert::descriptor_type(kind),
            name,
        }))
    }
}

impl Drop for DirectoryEntryStream {
    fn drop(&mut self) {
        files::with(|files| self.0.close(files)).ok();
    }
}
