//! Everything `std::fs` can do, one module per area.

use std::io;

mod dirs;
mod links;
mod open;
mod rename;
mod rw;
mod times;

fn main() -> io::Result<()> {
    open::run()?;
    rw::run()?;
    dirs::run()?;
    links::run()?;
    rename::run()?;
    times::run()
}
