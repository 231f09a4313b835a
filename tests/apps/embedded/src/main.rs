//! Looks at files that were there before the program started.
//!
//! `list DIR` prints everything below a directory: type, length, time of last
//! modification, content or target. `change DIR` changes all that it finds.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use app_support::{digest, error_name};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let mode = args.next();
    let dir = PathBuf::from(args.next().unwrap_or_else(|| "/".into()));
    match mode.as_deref() {
        Some("list") => list(&dir, &dir),
        Some("change") => change(&dir),
        other => Err(io::Error::other(format!("unknown mode {other:?}"))),
    }
}

fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(dir)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn list(dir: &Path, root: &Path) -> io::Result<()> {
    for path in entries(dir)? {
        let shown = path.strip_prefix(root).unwrap_or(&path).display();
        let metadata = fs::symlink_metadata(&path)?;
        let modified = metadata
            .modified()?
            .duration_since(UNIX_EPOCH)
            .map_err(io::Error::other)?;
        if metadata.is_dir() {
            println!("{shown}/ {modified:?}");
            list(&path, root)?;
        } else if metadata.is_symlink() {
            println!("{shown} -> {}", fs::read_link(&path)?.display());
        } else {
            match fs::read(&path) {
                Ok(content) => println!("{shown} {modified:?} {}", digest(&content)),
                Err(error) => println!(
                    "{shown} {modified:?} {} bytes, {}",
                    metadata.len(),
                    error_name(&error)
                ),
            }
        }
    }
    Ok(())
}

/// Overwrites, appends to, cuts, renames and deletes; then puts new names in
/// the place of old ones.
fn change(dir: &Path) -> io::Result<()> {
    let show = |what: &str, outcome: io::Result<()>| match outcome {
        Ok(()) => println!("{what}: done"),
        Err(error) => println!("{what}: {}", error_name(&error)),
    };
    let at = |name: &str| dir.join(name);
    show("append", append(&at("large"), b"appended"));
    show("overwrite", overwrite(&at("large"), b"over"));
    show(
        "cut",
        File::options()
            .write(true)
            .open(at("small"))
            .and_then(|file| file.set_len(2)),
    );
    show("rename", fs::rename(at("empty"), at("renamed")));
    show("delete", fs::remove_file(at("link")));
    show("delete a tree", fs::remove_dir_all(at("dir")));
    show("create", fs::write(at("dir"), b"a file now"));
    show("link", fs::hard_link(at("large"), at("large too")));
    Ok(())
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::options().append(true).open(path)?.write_all(bytes)
}

fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::options().write(true).open(path)?.write_all(bytes)
}
