//! Replaces the words of its input by those of `/dictionary`, and counts in `/seen` what it was asked.

use std::fs::{self, File};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let line = io::read_to_string(io::stdin())?;
    let dictionary = fs::read_to_string("/dictionary")?;
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| translated(&dictionary, word))
        .collect();
    println!("{}", words.join(" "));

    let mut seen = File::options().append(true).create(true).open("/seen")?;
    seen.write_all(b".")
}

/// The word after `WORD ` in the dictionary, or else the word itself.
fn translated<'a>(dictionary: &'a str, word: &'a str) -> &'a str {
    let mut entries = dictionary.lines().filter_map(|entry| entry.split_once(' '));
    entries
        .find(|(from, _)| *from == word)
        .map_or(word, |(_, to)| to)
}
