//! Walks a directory that was embedded when the program was composed, and
//! changes its own copy of it.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let root = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "/data".to_string());
    let total = walk(Path::new(&root), 0)?;
    println!("{} files, {} bytes", total.files, total.bytes);

    let config = Path::new(&root).join("config/app.toml");
    let mut text = fs::read_to_string(&config)?;
    text.push_str("seen = true\n");
    fs::write(&config, &text)?;
    print!(
        "--- {}, changed in place\n{}",
        config.display(),
        fs::read_to_string(&config)?
    );
    Ok(())
}

#[derive(Default)]
struct Total {
    files: u64,
    bytes: u64,
}

fn walk(dir: &Path, depth: usize) -> io::Result<Total> {
    let mut entries = fs::read_dir(dir)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut total = Total::default();
    for entry in entries {
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let line = format!(
            "{:indent$}{}",
            "",
            name.to_string_lossy(),
            indent = 2 * depth
        );
        if kind.is_dir() {
            println!("{line}/");
            let below = walk(&entry.path(), depth + 1)?;
            total.files += below.files;
            total.bytes += below.bytes;
        } else if kind.is_symlink() {
            println!("{line} -> {}", fs::read_link(entry.path())?.display());
        } else {
            let bytes = entry.metadata()?.len();
            println!("{line} {bytes}");
            total.files += 1;
            total.bytes += bytes;
        }
    }
    Ok(total)
}
