//! Sums up a file of samples and removes it: `processor SAMPLES SUMMARY`.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let (Some(samples), Some(summary)) = (args.next(), args.next()) else {
        return Err("usage: processor SAMPLES SUMMARY".into());
    };
    let mut total = Total::default();
    for line in BufReader::new(File::open(&samples)?).lines() {
        let line = line?;
        let (_, degrees) = line.split_once(',').ok_or("a line without a comma")?;
        total.add(degrees.parse()?);
    }
    let Total {
        count,
        sum,
        min,
        max,
    } = total;
    if count == 0 {
        return Err("no samples".into());
    }
    let mean = sum / f64::from(count);
    fs::write(
        summary,
        format!("{count} samples: {min:.2} to {max:.2}, {mean:.2} on average\n"),
    )?;
    fs::remove_file(samples)?;
    Ok(())
}

struct Total {
    count: u32,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for Total {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Total {
    fn add(&mut self, degrees: f64) {
        self.count += 1;
        self.sum += degrees;
        self.min = self.min.min(degrees);
        self.max = self.max.max(degrees);
    }
}
