//! Replaces the words of its input by those of `/dictionary`. Asked for `count`, tells how many lines it was asked before,
//! in this instance and all others.

use std::fs::{self, File};
use std::io::{self, Write};

/// A byte for each line: an append is one step, whoever else appends.
const COUNT: &str = "/count";

fn main() -> io::Result<()> {
    let line = io::read_to_string(io::stdin())?;
    if line == "count" {
        println!("{}", fs::metadata(COUNT).map_or(0, |count| count.len()));
        return Ok(());
    }
    let dictionary = fs::read_to_string("/dictionary")?;
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| translated(&dictionary, word))
        .collect();
    println!("{}", words.join(" "));
    // Want of room to count is no reason to fail.
    count().ok();
    Ok(())
}

fn count() -> io::Result<()> {
    let mut count = File::options().append(true).create(true).open(COUNT)?;
    count.write_all(b".")
}

/// The word after `WORD ` in the dictionary, or else the word itself.
fn translated<'a>(dictionary: &'a str, word: &'a str) -> &'a str {
    let mut entries = dictionary.lines().filter_map(|entry| entry.split_once(' '));
    entries
        .find(|(from, _)| *from == word)
        .map_or(word, |(_, to)| to)
}
