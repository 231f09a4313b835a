//! What is left in the filesystem.

use super::tell;
use crate::wasi::filesystem::preopens::get_directories;
use crate::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, DirectoryEntry, ErrorCode, OpenFlags, PathFlags,
};

/// Bytes of a file that are looked at.
const CONTENT_BYTES_MAX: u64 = 16 << 20;

type Tell<'a> = &'a mut dyn FnMut(&str, &str);

/// Tells each file, directory and link, with what is in it.
pub fn walk(line: Tell<'_>) {
    for (root, path) in get_directories() {
        if let Err(code) = directory(&root, path.trim_end_matches('/'), line) {
            line(&path, code.name());
        }
    }
}

fn directory(base: &Descriptor, path: &str, line: Tell<'_>) -> Result<(), ErrorCode> {
    let listing = base.read_directory()?;
    while let Some(found) = listing.read_directory_entry()? {
        let path = format!("{path}/{}", tell::path(&found.name));
        if let Err(code) = entry(base, &found, &path, line) {
            line(&path, code.name());
        }
    }
    Ok(())
}

fn entry(
    base: &Descriptor,
    entry: &DirectoryEntry,
    path: &str,
    line: Tell<'_>,
) -> Result<(), ErrorCode> {
    let stat = base.stat_at(PathFlags::empty(), &entry.name)?;
    line(path, &tell::stat(&stat));
    let open = |flags| {
        base.open_at(
            PathFlags::empty(),
            &entry.name,
            flags,
            DescriptorFlags::READ,
        )
    };
    match entry.type_ {
        DescriptorType::Directory => directory(&open(OpenFlags::DIRECTORY)?, path, line)?,
        DescriptorType::SymbolicLink => line(path, &tell::path(&base.readlink_at(&entry.name)?)),
        _ => line(path, &content(&open(OpenFlags::empty())?)?),
    }
    Ok(())
}

fn content(file: &Descriptor) -> Result<String, ErrorCode> {
    let (bytes, end) = file.read(CONTENT_BYTES_MAX, 0)?;
    Ok(format!("{} end {end}", tell::bytes(&bytes)))
}
