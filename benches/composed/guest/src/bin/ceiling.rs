//! How fast a `list<u8>` gets from one component into another: the ceiling of
//! reads through the component link, whatever a filesystem does.

use bench_guest::{median, report};
use std::hint::black_box;

wit_bindgen::generate!({ world: "ceiling", path: "wit" });

const LEN: u32 = 64 << 10;
const OPERATIONS: usize = 256;

fn main() -> std::io::Result<()> {
    let ns = median(OPERATIONS, || {
        for _ in 0..OPERATIONS {
            black_box(bench::ceiling::source::read(LEN));
        }
        Ok(())
    })?;
    report("list copy 64 KiB", ns);
    Ok(())
}
