//! Random sequences of operations on a volume and on a naive filesystem: every result is the same,
//! and after every operation all invariants of the volume hold.

mod common;

use common::Clock;
use common::naive::Naive;
use common::ops::{Op, ops};
use common::subject::{Subject, Value, VolumeSubject, dump};
use monaka_fs_core::{Error, Limits, View};
use proptest::prelude::*;

/// More than the default, and still in proportion to `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig {
        cases: config.cases.saturating_mul(4),
        ..config
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_volume_behaves_as_the_naive_filesystem(ops in ops(60)) {
        let clock = Clock::new();
        let mut naive = Naive::new(clock.clone());
        let mut volume = VolumeSubject::new(View::new(clock.clone(), Limits::default()).unwrap());
        for op in &ops {
            clock.tick();
            prop_assert_eq!(volume.apply(op), naive.apply(op), "{:?}", op);
            prop_assert_eq!(volume.volume.check(), Ok(()), "{:?}", op);
        }
        prop_assert_eq!(dump(&mut volume), dump(&mut naive));
    }

    /// With limits that are met all the time, what fits is as in the naive filesystem, and what
    /// does not changes nothing.
    #[test]
    fn a_full_volume_does_what_fits(ops in ops(60), bytes_max in 0..200_000_u64, inodes_max in 2..10_u32) {
        let clock = Clock::new();
        let limits = Limits { bytes_max, inodes_max, file_size_max: 300_000, handles_max: 4 };
        let mut naive = Naive::new(clock.clone());
        let mut volume = VolumeSubject::new(View::new(clock.clone(), limits).unwrap());
        for op in &ops {
            clock.tick();
            let outcome = volume.apply(op);
            prop_assert_eq!(volume.volume.check(), Ok(()), "{:?}", op);
            let usage = volume.volume.usage();
            prop_assert!(usage.bytes <= bytes_max && usage.inodes <= inodes_max && usage.handles <= 4);
            match &outcome {
                Err(Error::InsufficientSpace | Error::InsufficientMemory | Error::FileTooLarge) => {}
                Ok(Value::Written(offset, written)) => {
                    let fitting = shortened(op, *written);
                    prop_assert_eq!(&naive.apply(&fitting), &Ok(Value::Written(*offset, *written)), "{:?}", op);
                }
                _ => prop_assert_eq!(&outcome, &naive.apply(op), "{:?}", op),
            }
        }
    }
}

/// The operation with the number of bytes that fitted.
fn shortened(op: &Op, written: u64) -> Op {
    let mut op = op.clone();
    match &mut op {
        Op::Write { len, .. } | Op::Append { len, .. } => *len = written as usize,
        Op::WriteZeroes { len, .. } => *len = written,
        _ => {}
    }
    op
}
