//! Linearizability: whether what many threads saw could have been seen by one.
//!
//! A history is *linearizable* if each of its calls can be given a moment between its call and its
//! return, so that done one after the other at these moments, by a sequential model, all of them
//! return what they did (Herlihy and Wing, 1990). The search is that of Wing and Gong (1993) with the
//! memory of Lowe (2017): a state that was reached by the same calls in another order is not searched
//! again.

use std::collections::HashSet;
use std::hash::Hash;

/// What calls do one after the other.
pub trait Sequential: Clone + Default + Eq + Hash {
    type Op;
    type Outcome: PartialEq;

    fn apply(&mut self, op: &Self::Op) -> Self::Outcome;
}

/// A call, and where its start and its end are in the order of all starts and ends.
#[derive(Clone, Debug)]
pub struct Call<O, R> {
    pub op: O,
    pub outcome: R,
    pub called: u64,
    pub returned: u64,
}

pub type History<M> = [Call<<M as Sequential>::Op, <M as Sequential>::Outcome>];

/// Calls that one history may have: the bits of a set.
pub const CALLS_MAX: usize = 64;

pub fn is_linearizable<M: Sequential>(history: &History<M>) -> bool {
    assert!(history.len() <= CALLS_MAX);
    let mut seen = HashSet::new();
    let mut waiting = vec![(0_u64, M::default())];
    while let Some((done, state)) = waiting.pop() {
        let left = || (0..history.len()).filter(|place| done & 1 << place == 0);
        // What is called after another call has returned comes after it.
        let Some(horizon) = left().map(|place| history[place].returned).min() else {
            return true;
        };
        for place in left().filter(|place| history[*place].called < horizon) {
            let call = &history[place];
            let mut state = state.clone();
            if state.apply(&call.op) == call.outcome {
                let reached = (done | 1 << place, state);
                if seen.insert(reached.clone()) {
                    waiting.push(reached);
                }
            }
        }
    }
    false
}

/// How many calls were made while another was under way.
pub fn overlapping<O, R>(history: &[Call<O, R>]) -> usize {
    let overlaps = |call: &&Call<O, R>| {
        let meets = |other: &Call<O, R>| other.called < call.called && call.called < other.returned;
        history.iter().any(meets)
    };
    history.iter().filter(overlaps).count()
}
