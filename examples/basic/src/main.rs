//! Ordinary file operations, with nothing but `std`.
//!
//! Nothing here knows of Monaka, or of WebAssembly.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

fn main() -> io::Result<()> {
    fs::create_dir_all("/var/log")?;
    let mut log = OpenOptions::new()
        .create(true)
        .append(true)
        .open("/var/log/app.log")?;
    for event in ["started", "working", "done"] {
        writeln!(log, "{event}")?;
    }
    let lines = BufReader::new(File::open("/var/log/app.log")?)
        .lines()
        .count();
    println!("the log has {lines} lines");

    fs::write("/draft.txt", "first draft")?;
    fs::rename("/draft.txt", "/final.txt")?;
    fs::hard_link("/final.txt", "/also-final.txt")?;
    println!(
        "renamed and linked: {:?}",
        fs::read_to_string("/also-final.txt")?
    );

    let mut file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open("/sparse.bin")?;
    file.seek(SeekFrom::Start(5 << 30))?;
    file.write_all(b"far away")?;
    println!("a sparse file of {} bytes", file.metadata()?.len());

    fs::remove_file("/sparse.bin")?;
    file.seek(SeekFrom::End(-4))?;
    let mut end = String::new();
    file.read_to_string(&mut end)?;
    println!("deleted while open, still readable: {end:?}");

    match File::create_new("/final.txt") {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            println!("create_new: it exists")
        }
        other => println!("create_new: {other:?}"),
    }

    let mut names = fs::read_dir("/")?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    println!("in the root: {}", names.join(" "));
    Ok(())
}
