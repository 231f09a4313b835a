//! The way back: an image to host files.
//!
//! An image is foreign: nothing in it may make this write outside of the target. Three rules see to that.
//! A name is one component of a path, or the image is refused. A directory is entered only if it was made here or
//! is a real directory; a file never replaces what a symbolic link points at, since an existing name is removed
//! first and made anew. The image's own symbolic links are made last, when no path is resolved any more
//! that could lead through one.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use filetime::FileTime;
use monaka_fs_core::Time;
use monaka_fs_core::image::Image;

use crate::escape::Escaped;
use crate::list::{Entry, EntryKind, Malformed, content, damaged, tree};
use crate::{Progress, host};

/// How an image is extracted.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExtractOptions {
    /// Extract into a directory that has entries: files and symbolic links are replaced, directories merged.
    /// Otherwise the target has to be empty or absent.
    pub merge: bool,
    /// Extract the other files when some are damaged. The damaged ones are reported all the same.
    pub keep_going: bool,
}

/// Why an image cannot be extracted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The content of files does not match their checksums. Nothing was written, or with
    /// [`ExtractOptions::keep_going`] everything but these files.
    #[error("damaged, the checksum does not match: {}", Escaped(&.0.join(", ")))]
    Damaged(Vec<String>),
    /// The image cannot be a tree of files. Nothing was written.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The target has entries.
    #[error("{}: not empty (--force replaces what is there)", .0.display())]
    NotEmpty(PathBuf),
    /// Something is where a directory of the image goes, or a directory where something else goes.
    #[error("{}: in the way, it is not what the image has there", .0.display())]
    InTheWay(PathBuf),
    /// The host refuses.
    #[error("{}: cannot be written", path.display())]
    Write {
        /// The host path.
        path: PathBuf,
        /// What the host says.
        source: io::Error,
    },
}

/// Writes all files of an image below `target`, with their times, permission bits and symbolic links.
///
/// All checksums are verified, and conflicts with what is in the target found, before anything is written. Set-user-id, set-group-id and sticky bits are not
/// restored. Hard links are links again. The target itself takes the mode and the times of the root only if it
/// is made here.
pub fn extract(
    image: &Image<'_>,
    target: &Path,
    options: ExtractOptions,
    progress: &mut dyn Progress,
) -> Result<Vec<Entry>, ExtractError> {
    let entries = tree(image)?;
    entries.iter().try_for_each(safe)?;
    let damaged = damaged(image, &entries);
    if !damaged.is_empty() && !options.keep_going {
        return Err(ExtractError::Damaged(damaged));
    }
    let made = make_target(target, options)?;
    let mut extraction = Extraction {
        image,
        target,
        options,
        damaged: damaged.iter().map(String::as_str).collect(),
        linked: HashMap::new(),
    };
    entries
        .iter()
        .skip(1)
        .try_for_each(|entry| extraction.check(entry))?;
    for entry in entries.iter().skip(1) {
        extraction.write(entry)?;
        progress.written(entry.size);
    }
    for entry in &entries {
        extraction.symlink(entry)?;
    }
    // Children first: a directory without write or search permission must not bar the way to them.
    for entry in entries.iter().skip(usize::from(!made)).rev() {
        extraction.finish_directory(entry)?;
    }
    match damaged.is_empty() {
        true => Ok(entries),
        false => Err(ExtractError::Damaged(damaged)),
    }
}

struct Extraction<'a> {
    image: &'a Image<'a>,
    target: &'a Path,
    options: ExtractOptions,
    /// The paths that are passed over.
    damaged: HashSet<&'a str>,
    /// The first path of each inode that has several.
    linked: HashMap<u32, PathBuf>,
}

impl Extraction<'_> {
    /// Finds what would be in the way, so that no conflict is met half-way.
    fn check(&self, entry: &Entry) -> Result<(), ExtractError> {
        let path = self.host_path(entry);
        let is_directory = matches!(entry.kind, EntryKind::Directory);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() != is_directory => Err(ExtractError::InTheWay(path)),
            _ => Ok(()),
        }
    }

    /// A directory or file; symbolic links come later.
    fn write(&mut self, entry: &Entry) -> Result<(), ExtractError> {
        let path = self.host_path(entry);
        match &entry.kind {
            EntryKind::Directory => self.directory(&path),
            EntryKind::Symlink { .. } => Ok(()),
            EntryKind::File if self.damaged.contains(entry.path.as_str()) => Ok(()),
            EntryKind::File => {
                self.clear(&path)?;
                self.file(entry, &path)
                    .map_err(|source| ExtractError::Write { path, source })
            }
        }
    }

    /// Makes a directory, or finds a real one when merging.
    fn directory(&self, path: &Path) -> Result<(), ExtractError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() && self.options.merge => Ok(()),
            Ok(_) => Err(ExtractError::InTheWay(path.into())),
            Err(_) => fs::create_dir(path).map_err(|source| write_error(path, source)),
        }
    }

    /// Removes a file or symbolic link when merging; anything else is in the way.
    fn clear(&self, path: &Path) -> Result<(), ExtractError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() || !self.options.merge => {
                Err(ExtractError::InTheWay(path.into()))
            }
            Ok(_) => fs::remove_file(path).map_err(|source| write_error(path, source)),
            Err(_) => Ok(()),
        }
    }

    fn file(&mut self, entry: &Entry, path: &Path) -> io::Result<()> {
        if entry.nlink > 1 {
            if let Some(first) = self.linked.get(&entry.ino) {
                return fs::hard_link(first, path);
            }
            self.linked.insert(entry.ino, path.into());
        }
        // Fails if the name exists, whatever it is, and follows nothing.
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.fill(&mut file, entry)
            .inspect_err(|_| drop(fs::remove_file(path)))
    }

    fn fill(&self, file: &mut File, entry: &Entry) -> io::Result<()> {
        file.write_all(content(self.image, entry))?;
        file.set_permissions(host::permissions(file, entry.mode)?)?;
        let times = fs::FileTimes::new()
            .set_accessed(system(entry.atime))
            .set_modified(system(entry.mtime));
        file.set_times(times)
    }

    fn symlink(&self, entry: &Entry) -> Result<(), ExtractError> {
        let EntryKind::Symlink { target } = &entry.kind else {
            return Ok(());
        };
        let path = self.host_path(entry);
        self.clear(&path)?;
        host::symlink(Path::new(target), &path)
            .and_then(|()| {
                filetime::set_symlink_file_times(
                    &path,
                    file_time(entry.atime),
                    file_time(entry.mtime),
                )
            })
            .map_err(|source| ExtractError::Write { path, source })
    }

    fn finish_directory(&self, entry: &Entry) -> Result<(), ExtractError> {
        if !matches!(entry.kind, EntryKind::Directory) {
            return Ok(());
        }
        let path = self.host_path(entry);
        let finish = || {
            let directory = File::open(&path)?;
            let mode = host::permissions(&directory, entry.mode)?;
            filetime::set_file_times(&path, file_time(entry.atime), file_time(entry.mtime))?;
            directory.set_permissions(mode)
        };
        finish().map_err(|source| write_error(&path, source))
    }

    fn host_path(&self, entry: &Entry) -> PathBuf {
        self.target.join(entry.path.trim_start_matches('/'))
    }
}

/// Makes the target, or checks that it may be extracted into; true if it was made.
fn make_target(target: &Path, options: ExtractOptions) -> Result<bool, ExtractError> {
    let failed = |source| write_error(target, source);
    match fs::read_dir(target) {
        Ok(mut entries) => match options.merge || entries.next().is_none() {
            true => Ok(false),
            false => Err(ExtractError::NotEmpty(target.into())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(target).map(|()| true).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Each name of the path must be one ordinary component to this host too.
fn safe(entry: &Entry) -> Result<(), Malformed> {
    let one_name = |name: &str| {
        let mut components = Path::new(name).components();
        matches!(components.next(), Some(Component::Normal(only)) if only == name)
            && components.next().is_none()
            && !name.contains('\0')
    };
    match entry
        .path
        .split('/')
        .skip(1)
        .filter(|_| entry.path != "/")
        .all(one_name)
    {
        true => Ok(()),
        false => Err(Malformed::Name(entry.path.clone())),
    }
}

fn write_error(path: &Path, source: io::Error) -> ExtractError {
    ExtractError::Write {
        path: path.into(),
        source,
    }
}

fn system(time: Time) -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_nanos(time.0)
}

fn file_time(time: Time) -> FileTime {
    FileTime::from_system_time(system(time))
}
