//! A plugin that works through jobs, as fast as its host lets it.
//!
//! What it may do and what it has done are files: `/host/settings/batch` says how many jobs to take at once,
//! `/host/counters/jobs` counts them for the host, `/host/ctl` takes orders.

use std::fs;
use std::io;

fn main() -> io::Result<()> {
    let names = fs::read_dir("/host/settings")?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    println!("settings: {}", names.join(" "));

    let batch = number("/host/settings/batch")?;
    println!("batch: {batch}");
    for _job in 0..batch {
        fs::write("/host/counters/jobs", "1")?;
    }
    println!("jobs: {}", number("/host/counters/jobs")?);

    // The host checks what it is told, and says so where it was told.
    for wish in ["50", "5000", "many"] {
        match fs::write("/host/settings/batch", wish) {
            Ok(()) => println!("batch {wish}: granted"),
            Err(error) => println!("batch {wish}: {error}"),
        }
    }
    println!("batch: {}", number("/host/settings/batch")?);

    if let Err(error) = fs::write("/host/ctl", "format the disk\n") {
        println!("order: {error}");
    }
    fs::write("/host/ctl", "log plugin is done\n")
}

fn number(path: &str) -> io::Result<u64> {
    let text = fs::read_to_string(path)?;
    text.trim()
        .parse()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, text))
}
