//! What many threads see of a volume at the same time could be seen by one after the other.
//!
//! Short histories of random calls, each on a volume of its own, so that the search for an order stays
//! small. A thread gives way to others in the middle of its calls (where the volume asks for the time,
//! or hands out what it reads), so that calls meet on any machine.

#![cfg(feature = "std")]

mod common;

use std::hash::{BuildHasher, RandomState};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use common::calls::{Action, Actor, FsCall, Model, Op, Outcome, Random};
use common::linear::{Call, is_linearizable, overlapping};
use common::shared::{Program, check_idle, volume};
use monaka_fs_core::{Error, Limits};
use proptest::prelude::*;

const HISTORIES: u64 = 1000;
const THREADS: usize = 4;
const CALLS_PER_THREAD: u8 = 8;

/// The calls of one history, from a seed.
fn history(seed: u64) -> Vec<FsCall> {
    let volume = volume(Limits::default());
    volume.env().yields.store(true, Ordering::Relaxed);
    let clock = AtomicU64::new(0);
    let start = Barrier::new(THREADS);
    let run = |thread: usize| {
        let mut random = Random(seed ^ (thread as u64) << 32);
        let program = Program::of(&volume);
        let mut actor = Actor::new(thread, program, thread::yield_now);
        start.wait();
        let bytes = (0..CALLS_PER_THREAD).map(|call| thread as u8 * CALLS_PER_THREAD + call);
        bytes
            .map(|byte| actor.call(random.action(byte), &clock))
            .collect::<Vec<_>>()
    };
    let run = &run;
    let calls = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || run(thread)))
            .collect();
        let joined = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        joined.collect()
    });
    check_idle(&volume, &[]);
    calls
}

#[test]
fn what_threads_see_could_be_seen_by_one() {
    let seed = RandomState::new().hash_one(());
    let seed = std::env::var("LINEAR_SEED").map_or(seed, |seed| seed.parse().unwrap());
    println!("LINEAR_SEED={seed}");
    let mut met = 0;
    for number in 0..HISTORIES {
        let mut calls = history(seed.wrapping_add(number));
        if !is_linearizable::<Model>(&calls) {
            calls.sort_by_key(|call| call.called);
            panic!("history {number} of seed {seed} has no order: {calls:#?}");
        }
        met += overlapping(&calls);
    }
    let calls = HISTORIES as usize * THREADS * usize::from(CALLS_PER_THREAD);
    println!("{met} of {calls} calls were made while another was under way");
    assert!(met > calls / 10, "only {met} of {calls} calls met another");
}

/// One call of a history that is written by hand, in a stretch of time.
fn at(span: std::ops::Range<u64>, thread: usize, action: Action, outcome: Outcome) -> FsCall {
    Call {
        op: Op { thread, action },
        outcome,
        called: span.start,
        returned: span.end,
    }
}

fn created(span: std::ops::Range<u64>, thread: usize) -> FsCall {
    at(span, thread, Action::Create(0), Outcome::Done)
}

fn opened(span: std::ops::Range<u64>, thread: usize) -> FsCall {
    at(span, thread, Action::Open(0), Outcome::Done)
}

fn stat(names: usize, size: usize) -> Outcome {
    Outcome::Stat { names, size }
}

const MISSING: Outcome = Outcome::Failed(Error::NoEntry);

#[test]
fn a_file_is_not_created_twice() {
    let mut calls = vec![created(0..10, 0), created(1..9, 1)];
    assert!(!is_linearizable::<Model>(&calls));
    calls[1].outcome = Outcome::Failed(Error::Exist);
    assert!(is_linearizable::<Model>(&calls), "one of two wins");
    calls.push(at(2..3, 2, Action::Unlink(0), Outcome::Done));
    calls[1].outcome = Outcome::Done;
    assert!(
        is_linearizable::<Model>(&calls),
        "and again, once it is gone"
    );
    calls[2].called = 11;
    calls[2].returned = 12;
    assert!(
        !is_linearizable::<Model>(&calls),
        "but it was gone too late"
    );
}

#[test]
fn an_append_is_not_lost() {
    let calls = [
        created(0..1, 0),
        opened(2..3, 1),
        at(4..7, 0, Action::Append(7), Outcome::At(0)),
        at(5..6, 1, Action::Append(8), Outcome::At(0)),
    ];
    assert!(!is_linearizable::<Model>(&calls), "two at one place");
    let mut calls = calls.to_vec();
    calls[3].outcome = Outcome::At(1);
    calls.push(at(8..9, 0, Action::Read, Outcome::Read(vec![7])));
    assert!(!is_linearizable::<Model>(&calls), "one is not there");
    calls[4].outcome = Outcome::Read(vec![8, 7]);
    assert!(
        !is_linearizable::<Model>(&calls),
        "the other one came first"
    );
    calls[4].outcome = Outcome::Read(vec![7, 8]);
    assert!(is_linearizable::<Model>(&calls));
}

#[test]
fn no_read_goes_back_in_time() {
    let read =
        |span, thread, bytes: &[u8]| at(span, thread, Action::Read, Outcome::Read(bytes.into()));
    let mut calls = vec![
        created(0..1, 0),
        opened(2..3, 1),
        at(4..20, 0, Action::Append(7), Outcome::At(0)),
        read(5..6, 1, &[7]),
        read(7..8, 1, &[]),
    ];
    assert!(!is_linearizable::<Model>(&calls));
    calls[4].called = 5;
    assert!(
        is_linearizable::<Model>(&calls),
        "two reads at the same time"
    );
}

#[test]
fn a_renamed_file_is_never_without_a_name() {
    let mut calls = vec![
        created(0..1, 0),
        at(2..20, 0, Action::Rename(0, 1), Outcome::Done),
        at(3..4, 1, Action::StatAt(0), MISSING),
        at(5..6, 1, Action::StatAt(1), MISSING),
    ];
    assert!(!is_linearizable::<Model>(&calls));
    calls[3].outcome = stat(1, 0);
    assert!(is_linearizable::<Model>(&calls));
    calls[1].op.action = Action::Rename(0, 0);
    assert!(
        !is_linearizable::<Model>(&calls),
        "to itself it does not move"
    );
}

#[test]
fn a_snapshot_is_of_one_moment() {
    let snapshot = |found| at(2..20, 1, Action::Snapshot, Outcome::Snapshot(found));
    let mut calls = vec![
        created(0..1, 0),
        snapshot([None, None, None]),
        at(3..4, 0, Action::Append(7), Outcome::At(0)),
        at(5..6, 0, Action::Link(0, 1), Outcome::Done),
        at(7..8, 0, Action::Append(8), Outcome::At(1)),
    ];
    assert!(!is_linearizable::<Model>(&calls));
    calls[1] = snapshot([Some(vec![7, 8]), None, None]);
    assert!(!is_linearizable::<Model>(&calls), "the link came before");
    calls[1] = snapshot([Some(vec![7]), Some(vec![7]), None]);
    assert!(is_linearizable::<Model>(&calls));
}

/// Every order of the calls that respects time, one by one.
fn has_an_order(history: &[FsCall], state: &Model) -> bool {
    use common::linear::Sequential;

    let is_next = |call: &FsCall| history.iter().all(|other| call.called < other.returned);
    let works = |(place, call): (usize, &FsCall)| {
        let mut state = state.clone();
        let mut rest = history.to_vec();
        rest.remove(place);
        is_next(call) && state.apply(&call.op) == call.outcome && has_an_order(&rest, &state)
    };
    history.is_empty() || history.iter().enumerate().any(works)
}

proptest! {
    /// The search finds an order where there is one: compared with trying all of them. The outcomes are
    /// those of one order, of which some are then exchanged.
    #[test]
    fn the_search_finds_what_trying_all_orders_finds(
        seed in any::<u64>(),
        exchanged in proptest::option::of((0..6_usize, 0..6_usize)),
    ) {
        use common::linear::Sequential;

        let mut random = Random(seed);
        let mut state = Model::default();
        let mut calls: Vec<FsCall> = (0..6_u8)
            .map(|number| {
                let (thread, action) = (random.below(3) as usize, random.action(number));
                let op = Op { thread, action };
                let outcome = state.apply(&op);
                let middle = 20 * u64::from(number);
                let (called, returned) = (middle + random.below(20), middle + 20 + random.below(40));
                Call { op, outcome, called, returned }
            })
            .collect();
        if let Some((one, other)) = exchanged {
            let outcome = calls[one].outcome.clone();
            calls[one].outcome = std::mem::replace(&mut calls[other].outcome, outcome);
        }
        prop_assert_eq!(is_linearizable::<Model>(&calls), has_an_order(&calls, &Model::default()));
    }
}
