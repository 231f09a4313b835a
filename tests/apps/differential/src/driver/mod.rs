//! Random operations on files, told line by line.
//!
//! * `random` is the generator, and `choose` what it chooses from: a few
//!   paths that meet often, lengths and offsets around the edges.
//! * `world` holds the live handles. Each has a name in the trace (`f7`), and
//!   is dropped at any time, before or after what came from it.
//! * `descriptor`, `stream` and `readiness` are the operations, one per
//!   function of `wasi:filesystem` and `wasi:io`.
//! * `tell` writes results. What may differ between two correct runs is
//!   normalised: the present time is `now`, a metadata hash is the number of
//!   the inode and of the state that it stands for.

mod choose;
mod descriptor;
mod random;
mod readiness;
mod stream;
mod tell;
mod walk;
mod world;

use random::Random;
use tell::Digest;
use world::World;

/// An operation: its text and its result, or `None` if there is no handle that
/// it could use.
type Step = Option<(String, String)>;
type Operation = fn(&mut World) -> Step;

/// Operations with their shares.
const GROUPS: &[(u64, &[Operation])] = &[
    (10, descriptor::DATA),
    (10, descriptor::PATHS),
    (6, descriptor::OPENING),
    (6, descriptor::METADATA),
    (10, stream::INPUT),
    (10, stream::OUTPUT),
    (4, stream::LISTING),
    (2, stream::ERRORS),
    (4, readiness::ALL),
    (4, world::DROPS),
];

/// Does that many operations, then drops all handles, and tells what is left.
/// The last line is a hash of all lines before.
pub fn run(seed: u64, operations: u64, line: &mut dyn FnMut(&str)) {
    run_in(World::new(Random::new(seed), false), operations, line);
}

/// As [`run`], but without what the WIT leaves to the host.
pub fn run_strict(seed: u64, operations: u64, line: &mut dyn FnMut(&str)) {
    run_in(World::new(Random::new(seed), true), operations, line);
}

fn run_in(mut world: World, operations: u64, line: &mut dyn FnMut(&str)) {
    let mut trace = Trace {
        line,
        digest: Digest::new(),
    };
    for index in 0..operations {
        let (operation, result) = step(&mut world);
        trace.tell(&format!("{index} {operation} = {result}"));
    }
    while let Some((operation, result)) = world.drop_any() {
        trace.tell(&format!("end {operation} = {result}"));
    }
    walk::walk(&mut |path, what| trace.tell(&format!("left {path}: {what}")));
    let digest = trace.digest.value();
    (trace.line)(&format!("hash {digest:016x}"));
}

/// The next operation for which there are handles.
fn step(world: &mut World) -> (String, String) {
    loop {
        let operations = *world.random.weighted(GROUPS);
        let operation = world.random.pick(operations);
        if let Some(step) = operation(world) {
            return step;
        }
    }
}

struct Trace<'a> {
    line: &'a mut dyn FnMut(&str),
    digest: Digest,
}

impl Trace<'_> {
    fn tell(&mut self, line: &str) {
        self.digest.add(line.as_bytes());
        (self.line)(line);
    }
}
