//! The example, run as its README says.

use std::process::Command;

use anyhow::Result;
use monaka_testkit::app::{self, Target};
use monaka_testkit::process::{GUEST_TIMEOUT, Input, Outcome, run};

fn pipeline(samples: u32) -> Result<Outcome> {
    let mut host = Command::new(env!("CARGO_BIN_EXE_example-pipeline"));
    host.arg(app::example_guest("pipeline", "sensor", Target::P2)?);
    host.arg(app::example_guest("pipeline", "processor", Target::P2)?);
    host.arg(samples.to_string());
    run(&mut host, Input::Empty, GUEST_TIMEOUT)
}

/// What the sensor measures, to two digits as it writes them.
fn samples(count: usize) -> Vec<String> {
    let (mut state, mut degrees) = (0_u32, 20.0);
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        degrees += f64::from(state) / f64::from(u32::MAX) - 0.5;
        format!("{degrees:.2}")
    })
    .take(count)
    .collect()
}

#[test]
fn the_processor_sums_up_what_the_sensor_left() -> Result<()> {
    let samples = samples(10_000);
    let bytes: usize = (0..)
        .zip(&samples)
        .map(|(second, degrees): (u32, _)| format!("{second},{degrees}\n").len())
        .sum();
    let degrees: Vec<f64> = samples
        .iter()
        .map(|degrees| degrees.parse())
        .collect::<Result<_, _>>()?;
    let min = degrees.iter().copied().fold(f64::INFINITY, f64::min);
    let max = degrees.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = degrees.iter().sum::<f64>() / 10_000.0;
    assert_eq!(
        pipeline(10_000)?.success()?,
        format!(
            "{bytes} bytes in /tmp/samples.0.csv\n10000 samples: {min:.2} to {max:.2}, {mean:.2} on average\nleft over: 0 files\n"
        )
    );
    Ok(())
}

#[test]
fn more_than_the_volume_may_hold_is_an_error_of_the_sensor() -> Result<()> {
    let outcome = pipeline(100_000)?;
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
    // What C libraries make of an error of a stream of WASI 0.2, whatever it says.
    assert!(outcome.stderr.contains("I/O error"), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("sensor failed"),
        "{}",
        outcome.stderr
    );
    Ok(())
}

#[test]
fn no_samples_are_an_error_of_the_processor() -> Result<()> {
    let outcome = pipeline(0)?;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("no samples"), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("processor failed"),
        "{}",
        outcome.stderr
    );
    Ok(())
}
