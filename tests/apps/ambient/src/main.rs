//! A program that needs no filesystem: clocks, randomness, arguments, environment.

use std::collections::HashMap;
use std::env;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    println!("slept = {}", start.elapsed() >= Duration::from_millis(20));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    println!("after 2023 = {}", now > 1_700_000_000);
    println!("arguments = {:?}", env::args().skip(2).collect::<Vec<_>>());
    println!("MONAKA_TEST = {:?}", env::var("MONAKA_TEST").ok());
    // The hasher of a map is seeded from the source of randomness.
    let map: HashMap<u32, u32> = (0..100).map(|i| (i, i * i)).collect();
    println!("map = {}", map.values().sum::<u32>());
}
