//! How fast a `list<u8>` gets from one component into another: the ceiling of
//! reads through the component link, whatever a filesystem does.

use bench_guest::{best, report};
use std::hint::black_box;

wit_bindgen::generate!({ world: "ceiling", path: "wit" });

const LEN: u32 = 64 << 10;

fn main() -> std::io::Result<()> {
    let ns = best(64, || {
        black_box(bench::ceiling::source::read(LEN));
        Ok(())
    })?;
    report("list copy 64 KiB", ns);
    Ok(())
}
