//! `monaka inspect`: what is inside of a composed file.

use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use monaka_compose::Inspection;
use monaka_fs_core::image::Image;
use monaka_image::{Entry, EntryKind, Escaped};
use serde::Serialize;

use crate::input::Input;
use crate::pack::counted;
use crate::size;

/// Show what is inside of a composed file: files, limits, imports left
///
/// The checksums of all embedded files are verified.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka inspect out.wasm
  monaka inspect out.wasm --json | jq '.image.entries[].path'")]
pub(crate) struct Args {
    /// The composed file, `-` for standard input
    #[arg(value_name = "FILE")]
    input: Input,

    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(crate) fn exec(args: Args) -> Result<()> {
    let name = args.input.name();
    let bytes = args.input.read()?;
    let composed = Composed::read(&bytes).with_context(|| name.clone())?;
    if let Some(files) = &composed.files {
        files.verify().with_context(|| name.clone())?;
    }
    let text = if args.json {
        let report = Report::of(&composed, bytes.len() as u64);
        format!("{}\n", serde_json::to_string_pretty(&report)?)
    } else {
        Page {
            name: &name,
            len: bytes.len() as u64,
            composed: &composed,
        }
        .to_string()
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

/// A composed file, taken apart.
pub(crate) struct Composed<'a> {
    pub(crate) parts: Inspection,
    pub(crate) files: Option<Files<'a>>,
}

/// The embedded files.
pub(crate) struct Files<'a> {
    pub(crate) image: Image<'a>,
    entries: Vec<Entry>,
}

impl<'a> Composed<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self> {
        if !bytes.starts_with(b"\0asm") {
            bail!("not a composed file, which is binary WebAssembly as `monaka compose` writes it");
        }
        let parts = monaka_compose::inspect(bytes)?;
        let files = match &parts.image {
            Some(range) => Some(Files::read(bytes.get(range.clone()).unwrap_or_default())?),
            None => None,
        };
        Ok(Self { parts, files })
    }
}

impl<'a> Files<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self> {
        let image = Image::parse(bytes).context("the embedded files are damaged")?;
        Ok(Self {
            image,
            entries: monaka_image::tree(&image)?,
        })
    }

    fn verify(&self) -> Result<()> {
        match monaka_image::damaged(&self.image, &self.entries) {
            paths if paths.is_empty() => Ok(()),
            paths => bail!("damaged, the checksum does not match: {}", paths.join(", ")),
        }
    }

    /// Regular files; one with several names counts once.
    pub(crate) fn files(&self) -> u64 {
        self.unique(|kind| *kind == EntryKind::File).count() as u64
    }

    /// Bytes of content of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.unique(|kind| *kind == EntryKind::File)
            .map(|entry| entry.size)
            .sum()
    }

    fn directories(&self) -> u64 {
        // The root is not counted.
        self.unique(|kind| *kind == EntryKind::Directory)
            .skip(1)
            .count() as u64
    }

    fn symlinks(&self) -> u64 {
        self.unique(|kind| matches!(kind, EntryKind::Symlink { .. }))
            .count() as u64
    }

    /// The first name of each inode of a kind.
    fn unique(&self, is: impl Fn(&EntryKind) -> bool) -> impl Iterator<Item = &Entry> {
        let mut seen = vec![false; self.image.inode_count() as usize];
        let mut is_first = move |entry: &Entry| {
            seen.get_mut(entry.ino as usize)
                .is_some_and(|seen| !std::mem::replace(seen, true))
        };
        self.entries
            .iter()
            .filter(move |entry| is(&entry.kind) && is_first(entry))
    }
}

/// For people.
struct Page<'a> {
    name: &'a str,
    len: u64,
    composed: &'a Composed<'a>,
}

impl std::fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inspection {
            link,
            portable,
            refusal,
            config,
            imports,
            exports,
            adapter_bytes,
            ..
        } = &self.composed.parts;
        writeln!(
            f,
            "{}: {}, {link} link{}",
            Escaped(self.name),
            size::human(self.len),
            if *portable { ", portable" } else { "" }
        )?;
        if let Some(refusal) = refusal {
            writeln!(f, "not fused: {}", Escaped(refusal))?;
        }
        writeln!(f, "filesystem: {} of code", size::human(*adapter_bytes))?;
        writeln!(
            f,
            "limits: {} in all, {} in one file, {}{}",
            size::human(config.bytes_max),
            size::human(config.file_size_max),
            counted(u64::from(config.inodes_max), "inode", "inodes"),
            if config.root_read_only {
                ", read-only"
            } else {
                ""
            },
        )?;
        list(f, "imports left", imports)?;
        list(f, "exports", exports)?;
        match &self.composed.files {
            Some(files) => write_files(f, files),
            None => writeln!(f, "embedded: nothing"),
        }
    }
}

fn list(f: &mut std::fmt::Formatter<'_>, title: &str, names: &[String]) -> std::fmt::Result {
    writeln!(f, "{title}: {}", names.len())?;
    names
        .iter()
        .try_for_each(|name| writeln!(f, "  {}", Escaped(name)))
}

fn write_files(f: &mut std::fmt::Formatter<'_>, files: &Files<'_>) -> std::fmt::Result {
    writeln!(
        f,
        "embedded: {}, {}, {}, {}",
        size::human(files.bytes()),
        counted(files.files(), "file", "files"),
        counted(files.directories(), "directory", "directories"),
        counted(files.symlinks(), "symbolic link", "symbolic links"),
    )?;
    let digits = files
        .entries
        .iter()
        .map(|entry| entry.size)
        .max()
        .unwrap_or(0)
        .to_string()
        .len();
    for entry in &files.entries {
        let Entry {
            path, size, mode, ..
        } = entry;
        let (kind, target) = match &entry.kind {
            EntryKind::File => ('-', String::new()),
            EntryKind::Directory => ('d', String::new()),
            EntryKind::Symlink { target } => ('l', format!(" -> {}", Escaped(target))),
        };
        let note = if entry.read_only { " (read-only)" } else { "" };
        writeln!(
            f,
            "  {kind}{mode:04o} {size:digits$} {} {}{target}{note}",
            date(entry),
            Escaped(path)
        )?;
    }
    Ok(())
}

fn date(entry: &Entry) -> impl std::fmt::Display {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_nanos(entry.mtime.0))
}

/// For scripts: fields may be added, none changes its meaning.
#[derive(Serialize)]
struct Report<'a> {
    bytes: u64,
    /// `fused` or `component`.
    link: String,
    portable: bool,
    /// Why the program was not fused, if it might have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a str>,
    adapter_bytes: u64,
    limits: Limits,
    imports: &'a [String],
    exports: &'a [String],
    image: Option<ImageReport<'a>>,
}

#[derive(Serialize)]
struct Limits {
    bytes_max: u64,
    file_size_max: u64,
    inodes_max: u32,
    root_read_only: bool,
}

#[derive(Serialize)]
struct ImageReport<'a> {
    /// Bytes of the image, its index included.
    image_bytes: u64,
    content_bytes: u64,
    files: u64,
    directories: u64,
    symlinks: u64,
    entries: Vec<EntryReport<'a>>,
}

#[derive(Serialize)]
struct EntryReport<'a> {
    path: &'a str,
    kind: &'static str,
    inode: u32,
    bytes: u64,
    /// Octal, four digits.
    mode: String,
    links: u32,
    read_only: bool,
    /// Nanoseconds since 1970.
    mtime_ns: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
}

impl<'a> Report<'a> {
    fn of(composed: &'a Composed<'_>, len: u64) -> Self {
        let Inspection {
            link,
            portable,
            refusal,
            config,
            imports,
            exports,
            adapter_bytes,
            ..
        } = &composed.parts;
        Self {
            bytes: len,
            link: link.to_string(),
            portable: *portable,
            refusal: refusal.as_deref(),
            adapter_bytes: *adapter_bytes,
            limits: Limits {
                bytes_max: config.bytes_max,
                file_size_max: config.file_size_max,
                inodes_max: config.inodes_max,
                root_read_only: config.root_read_only,
            },
            imports,
            exports,
            image: composed.files.as_ref().map(ImageReport::of),
        }
    }
}

impl<'a> ImageReport<'a> {
    fn of(files: &'a Files<'_>) -> Self {
        Self {
            image_bytes: files.image.image_len(),
            content_bytes: files.bytes(),
            files: files.files(),
            directories: files.directories(),
            symlinks: files.symlinks(),
            entries: files.entries.iter().map(EntryReport::of).collect(),
        }
    }
}

impl<'a> EntryReport<'a> {
    fn of(entry: &'a Entry) -> Self {
        let (kind, target) = match &entry.kind {
            EntryKind::File => ("file", None),
            EntryKind::Directory => ("directory", None),
            EntryKind::Symlink { target } => ("symlink", Some(target.as_str())),
        };
        Self {
            path: &entry.path,
            kind,
            inode: entry.ino,
            bytes: entry.size,
            mode: format!("{:04o}", entry.mode),
            links: entry.nlink,
            read_only: entry.read_only,
            mtime_ns: entry.mtime.0,
            target,
        }
    }
}
