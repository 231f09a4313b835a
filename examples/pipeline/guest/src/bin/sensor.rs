//! Measures a temperature: `sensor SAMPLES`. Leaves a temporary file under the name that it prints.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let samples = env::args()
        .nth(1)
        .and_then(|samples| samples.parse().ok())
        .unwrap_or(0);
    fs::create_dir_all("/tmp")?;
    let path = unused("/tmp/samples")?;
    let mut file = BufWriter::new(File::create_new(&path)?);
    for (second, degrees) in Sensor::default().take(samples).enumerate() {
        writeln!(file, "{second},{degrees:.2}")?;
    }
    file.flush()?;
    println!("{path}");
    Ok(())
}

/// A name that nobody has yet.
fn unused(stem: &str) -> io::Result<String> {
    for number in 0_u32.. {
        let path = format!("{stem}.{number}.csv");
        if !fs::exists(&path)? {
            return Ok(path);
        }
    }
    unreachable!("a directory has room for fewer")
}

/// A temperature that wanders, always in the same way.
#[derive(Default)]
struct Sensor {
    state: u32,
    drift: f64,
}

impl Iterator for Sensor {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        // The generator of Numerical Recipes: enough for noise.
        self.state = self
            .state
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        let noise = f64::from(self.state) / f64::from(u32::MAX) - 0.5;
        self.drift += noise;
        Some(20.0 + self.drift)
    }
}
