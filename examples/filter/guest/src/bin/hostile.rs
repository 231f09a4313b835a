//! Does what its input says, and means no good: `spin`, `grow`, `flood`, `sleep`, `crash`, `fill`, or an echo.

use std::fs::File;
use std::io::{self, Write};
use std::thread::sleep;
use std::time::Duration;

fn main() -> io::Result<()> {
    let line = io::read_to_string(io::stdin())?;
    match line.trim_end() {
        "spin" => loop {
            std::hint::spin_loop();
        },
        "grow" => {
            let mut kept = Vec::new();
            loop {
                kept.push(vec![1_u8; 1 << 20]);
            }
        }
        "flood" => loop {
            io::stdout().write_all(&[b'x'; 4096])?;
        },
        "sleep" => sleep(Duration::from_secs(3600)),
        "crash" => panic!("as asked"),
        "fill" => {
            let mut file = File::create("/filling")?;
            while file.write_all(&[1; 65_536]).is_ok() {}
            println!("the volume is full");
        }
        other => println!("{other}"),
    }
    Ok(())
}
