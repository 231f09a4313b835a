//! `monaka inspect`: what is inside of a composed file or an image.

use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use monaka_compose::Inspection;
use monaka_fs_core::image::{Image, ImageError};
use monaka_image::{Entry, EntryKind, Escaped};
use serde::Serialize;

use crate::input::Input;
use crate::pack::counted;
use crate::size;

/// Show what is inside of a composed file: files, limits, imports left
///
/// Or inside of an image, as `monaka run --save` writes it. The checksums of all files are verified.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  monaka inspect out.wasm
  monaka inspect out.wasm --json | jq '.image.entries[].path'")]
pub(crate) struct Args {
    /// The composed file or the image, `-` for standard input
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

/// A composed file, taken apart, or an image, which has no program around it.
pub(crate) struct Composed<'a> {
    parts: Option<Inspection>,
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
            return Self::read_image(bytes);
        }
        let parts = monaka_compose::inspect(bytes)?;
        let files = match &parts.image {
            Some(range) => {
                let image = bytes.get(range.clone()).unwrap_or_default();
                Some(Files::read(image).context("the embedded files are damaged")?)
            }
            None => None,
        };
        Ok(Self {
            parts: Some(parts),
            files,
        })
    }

    fn read_image(bytes: &'a [u8]) -> Result<Self> {
        if let Err(ImageError::Magic) = Image::parse(bytes) {
            bail!(
                "neither a composed file, which is binary WebAssembly as `monaka compose` writes it, nor an image"
            );
        }
        Ok(Self {
            parts: None,
            files: Some(Files::read(bytes).context("the image is damaged")?),
        })
    }
}

impl<'a> Files<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self> {
        let image = Image::parse(bytes)?;
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
        write!(f, "{}: {}, ", Escaped(self.name), size::human(self.len))?;
        match &self.composed.parts {
            Some(parts) => write_parts(f, parts)?,
            None => writeln!(f, "an image")?,
        }
        match (&self.composed.files, &self.composed.parts) {
            (Some(files), Some(_)) => write_files(f, "embedded", files),
            (Some(files), None) => write_files(f, "files", files),
            (None, _) => writeln!(f, "embedded: nothing"),
        }
    }
}

fn write_parts(f: &mut std::fmt::Formatter<'_>, parts: &Inspection) -> std::fmt::Result {
    let Inspection {
        link,
        portable,
        refusal,
        config,
        imports,
        exports,
        adapter_bytes,
        ..
    } = parts;
    let portable = if *portable { ", portable" } else { "" };
    writeln!(f, "{link} link{portable}")?;
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
    list(f, "exports", exports)
}

fn list(f: &mut std::fmt::Formatter<'_>, title: &str, names: &[String]) -> std::fmt::Result {
    writeln!(f, "{title}: {}", names.len())?;
    names
        .iter()
        .try_for_each(|name| writeln!(f, "  {}", Escaped(name)))
}

fn write_files(
    f: &mut std::fmt::Formatter<'_>,
    title: &str,
    files: &Files<'_>,
) -> std::fmt::Result {
    writeln!(
        f,
        "{title}: {}, {}, {}, {}",
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
    /// Absent for an image.
    #[serde(flatten)]
    program: Option<ProgramReport<'a>>,
    image: Option<ImageReport<'a>>,
}

#[derive(Serialize)]
struct ProgramReport<'a> {
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
        Self {
            bytes: len,
            program: composed.parts.as_ref().map(ProgramReport::of),
            image: composed.files.as_ref().map(ImageReport::of),
        }
    }
}

impl<'a> ProgramReport<'a> {
    fn of(parts: &'a Inspection) -> Self {
        let config = &parts.config;
        Self {
            link: parts.link.to_string(),
            portable: parts.portable,
            refusal: parts.refusal.as_deref(),
            adapter_bytes: parts.adapter_bytes,
            limits: Limits {
                bytes_max: config.bytes_max,
                file_size_max: config.file_size_max,
                inodes_max: config.inodes_max,
                root_read_only: config.root_read_only,
            },
            imports: &parts.imports,
            exports: &parts.exports,
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
