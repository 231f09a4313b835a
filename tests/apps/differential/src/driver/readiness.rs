//! The operations of `wasi:io/poll`, over files and clocks.

use super::world::World;
use super::{Operation, Step};
use crate::wasi::clocks::monotonic_clock::{subscribe_duration, subscribe_instant};
use crate::wasi::io::poll::{Pollable, poll};

pub const ALL: &[Operation] = &[ready, block, polled, polled, never, past];

/// Longer than any run.
const HOUR: u64 = 3_600_000_000_000;

fn ready(world: &mut World) -> Step {
    let (name, (pollable, _)) = world.pollables.any(&mut world.random)?;
    Some((format!("{name}.ready()"), pollable.ready().to_string()))
}

fn block(world: &mut World) -> Step {
    let (name, (pollable, ready)) = world.pollables.any(&mut world.random)?;
    if !ready {
        return None;
    }
    pollable.block();
    Some((format!("{name}.block()"), "ok".into()))
}

/// Up to eight, any of them several times. One is ready, or nothing ever ended.
/// The WIT does not order the result, and hosts do not.
fn polled(world: &mut World) -> Step {
    let mut names = Vec::new();
    let mut list: Vec<&Pollable> = Vec::new();
    let mut any_ready = false;
    for _ in 0..=world.random.below(8) {
        let (name, (pollable, ready)) = world.pollables.any(&mut world.random)?;
        names.push(name);
        list.push(pollable);
        any_ready |= ready;
    }
    if !any_ready {
        return None;
    }
    let mut positions = poll(&list);
    positions.sort_unstable();
    Some((
        format!("poll({})", names.join(", ")),
        format!("{positions:?}"),
    ))
}

fn never(world: &mut World) -> Step {
    let pollable = subscribe_duration(HOUR);
    let result = world.pollables.insert((pollable, false), &mut world.random);
    Some(("subscribe-duration(1 h)".into(), result))
}

/// A host may need a moment to see that it is ready.
fn past(world: &mut World) -> Step {
    let pollable = subscribe_instant(0);
    pollable.block();
    let result = world.pollables.insert((pollable, true), &mut world.random);
    Some(("subscribe-instant(0)".into(), result))
}
