//! How content is stored, as far as a read shows it.

use std::ops::Range;

use monaka_fs_core::{Env, Fd, Gather, Result, View};

/// The stretch at an offset of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    Data(Vec<u8>),
    Zero(usize),
    End,
}

/// The first piece that a read finds, and where its bytes are.
struct First(Run, Range<*const u8>);

impl Gather for First {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        let is_first = self.0 == Run::End;
        if is_first {
            *self = Self(Run::Data(bytes.to_vec()), bytes.as_ptr_range());
        }
        is_first
    }

    fn zeroes(&mut self, count: usize) -> bool {
        let is_first = self.0 == Run::End;
        if is_first {
            self.0 = Run::Zero(count);
        }
        is_first
    }
}

pub fn run<E: Env>(view: &mut View<E>, fd: Fd, offset: u64, len_max: usize) -> Result<Run> {
    Ok(run_at(view, fd, offset, len_max)?.0)
}

/// A run, and where its bytes are.
pub fn run_at<E: Env>(
    view: &mut View<E>,
    fd: Fd,
    offset: u64,
    len_max: usize,
) -> Result<(Run, Range<*const u8>)> {
    let nowhere = std::ptr::null()..std::ptr::null();
    let mut first = First(Run::End, nowhere);
    view.gather(fd, offset, len_max, &mut first)?;
    Ok((first.0, first.1))
}
