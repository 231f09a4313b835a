//! Moving bytes between streams of which at least one is a file's. (Between
//! two streams of the host, the host splices.)

use alloc::vec::Vec;

/// Bytes that one splice moves at most.
pub const SPLICE_BYTES_MAX: u64 = 1 << 20;

/// Where a splice takes bytes from.
pub trait Source<E> {
    /// At most `len` bytes; none if there are none yet. The end is an error.
    fn read(&self, len: u64) -> Result<Vec<u8>, E>;
    /// As `read`, but waits for the first byte.
    fn blocking_read(&self, len: u64) -> Result<Vec<u8>, E>;
}

/// Where a splice puts them.
pub trait Sink<E> {
    /// How many bytes it takes now.
    fn check_write(&self) -> Result<u64, E>;
    /// Waits until it takes any, or has failed.
    fn block(&self) -> Result<(), E>;
    /// Writes; at most as many bytes as `check_write` told.
    fn write(&self, bytes: &[u8]) -> Result<(), E>;
}

/// Moves up to `len` bytes, as many as are there and find room, and tells how
/// many it were. One call moves at most [`SPLICE_BYTES_MAX`].
pub fn splice<E>(source: &impl Source<E>, sink: &impl Sink<E>, len: u64) -> Result<u64, E> {
    let room = sink.check_write()?.min(len).min(SPLICE_BYTES_MAX);
    if room == 0 {
        return Ok(0);
    }
    transfer(&source.read(room)?, sink)
}

/// As [`splice`], but waits for room, then for bytes.
pub fn blocking_splice<E>(
    source: &impl Source<E>,
    sink: &impl Sink<E>,
    len: u64,
) -> Result<u64, E> {
    if len == 0 {
        return Ok(0);
    }
    let mut room = sink.check_write()?;
    while room == 0 {
        sink.block()?;
        room = sink.check_write()?;
    }
    let bytes = source.blocking_read(room.min(len).min(SPLICE_BYTES_MAX))?;
    transfer(&bytes, sink)
}

fn transfer<E>(bytes: &[u8], sink: &impl Sink<E>) -> Result<u64, E> {
    if !bytes.is_empty() {
        sink.write(bytes)?;
    }
    Ok(bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use core::cell::RefCell;

    /// A stream that gives and takes in fixed steps; 0 means "not now".
    #[derive(Default)]
    struct Steps {
        steps: RefCell<Vec<u64>>,
        written: RefCell<Vec<u8>>,
        blocked: RefCell<u32>,
    }

    impl Steps {
        fn of(steps: &[u64]) -> Self {
            Self {
                steps: RefCell::new(steps.iter().rev().copied().collect()),
                ..Self::default()
            }
        }

        fn step(&self) -> Result<u64, &'static str> {
            self.steps.borrow_mut().pop().ok_or("closed")
        }
    }

    impl Source<&'static str> for Steps {
        fn read(&self, len: u64) -> Result<Vec<u8>, &'static str> {
            Ok(vec![7; self.step()?.min(len) as usize])
        }

        fn blocking_read(&self, len: u64) -> Result<Vec<u8>, &'static str> {
            loop {
                let bytes = self.read(len)?;
                if !bytes.is_empty() {
                    return Ok(bytes);
                }
                *self.blocked.borrow_mut() += 1;
            }
        }
    }

    impl Sink<&'static str> for Steps {
        fn check_write(&self) -> Result<u64, &'static str> {
            self.step()
        }

        fn block(&self) -> Result<(), &'static str> {
            *self.blocked.borrow_mut() += 1;
            Ok(())
        }

        fn write(&self, bytes: &[u8]) -> Result<(), &'static str> {
            self.written.borrow_mut().extend_from_slice(bytes);
            Ok(())
        }
    }

    #[test]
    fn it_moves_what_is_there_and_fits() {
        let (source, sink) = (Steps::of(&[10, 3, 0]), Steps::of(&[4, 9, 9]));
        assert_eq!(splice(&source, &sink, 100), Ok(4));
        assert_eq!(splice(&source, &sink, 100), Ok(3));
        assert_eq!(splice(&source, &sink, 100), Ok(0));
        assert_eq!(sink.written.borrow().len(), 7);
    }

    #[test]
    fn without_room_nothing_is_taken() {
        let (source, sink) = (Steps::of(&[10]), Steps::of(&[0]));
        assert_eq!(splice(&source, &sink, 100), Ok(0));
        assert_eq!(source.steps.borrow().len(), 1);
    }

    #[test]
    fn blocking_waits_for_room_then_for_bytes() {
        let (source, sink) = (Steps::of(&[0, 0, 5]), Steps::of(&[0, 2]));
        assert_eq!(blocking_splice(&source, &sink, 100), Ok(2));
        assert_eq!(*source.blocked.borrow(), 2);
        assert_eq!(*sink.blocked.borrow(), 1);
    }

    #[test]
    fn the_errors_of_both_sides_come_through() {
        assert_eq!(splice(&Steps::of(&[]), &Steps::of(&[1]), 1), Err("closed"));
        assert_eq!(
            blocking_splice(&Steps::of(&[1]), &Steps::of(&[]), 1),
            Err("closed")
        );
    }

    #[test]
    fn the_largest_length_is_bounded() {
        let (source, sink) = (Steps::of(&[u64::MAX]), Steps::of(&[u64::MAX]));
        assert_eq!(splice(&source, &sink, u64::MAX), Ok(SPLICE_BYTES_MAX));
    }

    #[test]
    fn no_length_moves_nothing() {
        let (source, sink) = (Steps::of(&[1]), Steps::of(&[1, 1]));
        assert_eq!(splice(&source, &sink, 0), Ok(0));
        assert_eq!(blocking_splice(&source, &sink, 0), Ok(0));
    }
}
