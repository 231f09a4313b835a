//! Reads the first byte of `/data/0`: the shortest program that needs what is
//! embedded.

use std::io::Read;

fn main() -> std::io::Result<()> {
    let mut byte = [0];
    std::fs::File::open("/data/0")?.read_exact(&mut byte)
}
