//! Streams over files. Each holds a handle of its own, so that it outlives the
//! descriptor that it came from, and its own position.

use super::descriptor;
use core::cell::Cell;
use monaka_fs_core::{Access, Env, Error, Fd, Gather, Kind, Payload, Result, View};

/// Bytes that one read gives at most. It bounds the memory that a read needs in
/// passing, here and in the program. Programs that do not expect `read` of a
/// file to give less than they asked for are served up to this size.
pub const READ_BYTES_MAX: u64 = 16 << 20;

/// What `check-write` of a file permits, for the same reason. More is taken
/// too.
pub const WRITE_PERMIT_BYTES: u64 = 16 << 20;

/// An `input-stream` over a file.
#[derive(Debug)]
pub struct FileInput {
    fd: Fd,
    offset: Cell<u64>,
}

impl FileInput {
    /// A stream that starts at `offset`, which may lie beyond the end.
    pub fn open<E: Env>(volume: &mut View<E>, file: Fd, offset: u64) -> Result<Self> {
        Ok(Self {
            fd: dup_file(volume, file, Access::READ)?,
            offset: Cell::new(offset),
        })
    }

    /// Gives the handle back.
    pub fn close<E: Env>(&self, volume: &mut View<E>) -> Result<()> {
        volume.close(self.fd)
    }

    /// Gathers the next bytes, at most `len` and [`READ_BYTES_MAX`], and tells
    /// how many they are; `None` at the end of the file. The end is not final:
    /// what is appended later is read later.
    pub fn read<E: Env>(
        &self,
        volume: &mut View<E>,
        len: u64,
        into: &mut dyn Gather,
    ) -> Result<Option<usize>> {
        let found = descriptor::read(volume, self.fd, self.offset.get(), len, into)?.len;
        if found == 0 && len > 0 {
            return Ok(None);
        }
        advance(&self.offset, found as u64);
        Ok(Some(found))
    }

    /// Moves on by up to `len` bytes, not beyond the end; `None` at the end.
    pub fn skip<E: Env>(&self, volume: &mut View<E>, len: u64) -> Result<Option<u64>> {
        let rest = volume.stat(self.fd)?.size.saturating_sub(self.offset.get());
        if rest == 0 && len > 0 {
            return Ok(None);
        }
        let skipped = rest.min(len);
        advance(&self.offset, skipped);
        Ok(Some(skipped))
    }
}

/// An `output-stream` over a file.
#[derive(Debug)]
pub struct FileOutput {
    fd: Fd,
    position: Position,
}

/// Where the next byte goes.
#[derive(Debug)]
enum Position {
    At(Cell<u64>),
    /// The end of the file, as it is at each write.
    End,
}

impl FileOutput {
    /// A stream that starts at `offset`, which may lie beyond the end.
    pub fn open<E: Env>(volume: &mut View<E>, file: Fd, offset: u64) -> Result<Self> {
        Ok(Self {
            fd: dup_file(volume, file, Access::WRITE)?,
            position: Position::At(Cell::new(offset)),
        })
    }

    /// A stream that appends.
    pub fn open_append<E: Env>(volume: &mut View<E>, file: Fd) -> Result<Self> {
        Ok(Self {
            fd: dup_file(volume, file, Access::WRITE)?,
            position: Position::End,
        })
    }

    /// Gives the handle back.
    pub fn close<E: Env>(&self, volume: &mut View<E>) -> Result<()> {
        volume.close(self.fd)
    }

    /// Writes all bytes, or as many as fit: those stay, the position moves on
    /// by them, and the error is that of the rest.
    pub fn write<E: Env>(&self, volume: &mut View<E>, payload: Payload<'_>) -> Result<()> {
        let mut rest = payload;
        while !rest.is_empty() {
            let written = self.write_some(volume, rest)?;
            if written == 0 {
                return Err(Error::InsufficientSpace);
            }
            rest = rest.after(written);
        }
        Ok(())
    }

    fn write_some<E: Env>(&self, volume: &mut View<E>, payload: Payload<'_>) -> Result<usize> {
        match &self.position {
            Position::At(offset) => {
                let written = volume.write_from(self.fd, offset.get(), payload)?;
                advance(offset, written as u64);
                Ok(written)
            }
            Position::End => Ok(volume.append_from(self.fd, payload)?.1),
        }
    }

    /// Writes zeroes, by the same rule as [`FileOutput::write`].
    pub fn write_zeroes<E: Env>(&self, volume: &mut View<E>, len: u64) -> Result<()> {
        let mut rest = len;
        while rest > 0 {
            let written = self.write_some_zeroes(volume, rest)?;
            rest = match rest.checked_sub(written) {
                Some(left) if written > 0 => left,
                _ => return Err(Error::InsufficientSpace),
            };
        }
        Ok(())
    }

    fn write_some_zeroes<E: Env>(&self, volume: &mut View<E>, len: u64) -> Result<u64> {
        match &self.position {
            Position::At(offset) => {
                let written = volume.write_zeroes(self.fd, offset.get(), len)?;
                advance(offset, written);
                Ok(written)
            }
            Position::End => volume.append_zeroes(self.fd, len),
        }
    }
}

fn advance(offset: &Cell<u64>, bytes: u64) {
    offset.set(offset.get().saturating_add(bytes));
}

/// A handle for a stream: on a file, with just the right that the stream needs.
fn dup_file<E: Env>(volume: &mut View<E>, file: Fd, right: Access) -> Result<Fd> {
    if volume.kind(file)? == Kind::Directory {
        return Err(Error::IsDirectory);
    }
    if !volume.access(file)?.contains(right) {
        return Err(Error::BadDescriptor);
    }
    volume.dup(file, right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Still, create, volume, volume_of};
    use alloc::vec;
    use alloc::vec::Vec;
    use monaka_fs_core::CHUNK_BYTES;

    fn read(input: &FileInput, volume: &mut View<Still>, len: u64) -> Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let found = input.read(volume, len, &mut bytes)?;
        assert_eq!(found.unwrap_or(0), bytes.len());
        Ok(found.map(|_| bytes))
    }

    fn write(output: &FileOutput, volume: &mut View<Still>, bytes: &[u8]) -> Result<()> {
        output.write(volume, (&bytes).into())
    }

    #[test]
    fn what_is_written_is_read_in_pieces() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let output = FileOutput::open(&mut volume, file, 0).unwrap();
        write(&output, &mut volume, b"hello ").unwrap();
        write(&output, &mut volume, b"world").unwrap();
        let input = FileInput::open(&mut volume, file, 0).unwrap();
        assert_eq!(read(&input, &mut volume, 4), Ok(Some(b"hell".to_vec())));
        assert_eq!(read(&input, &mut volume, 0), Ok(Some(vec![])));
        assert_eq!(input.skip(&mut volume, 2), Ok(Some(2)));
        assert_eq!(
            read(&input, &mut volume, u64::MAX),
            Ok(Some(b"world".to_vec()))
        );
    }

    #[test]
    fn the_end_is_not_final() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let input = FileInput::open(&mut volume, file, 0).unwrap();
        assert_eq!(read(&input, &mut volume, 1), Ok(None));
        assert_eq!(input.skip(&mut volume, 1), Ok(None));
        let output = FileOutput::open_append(&mut volume, file).unwrap();
        write(&output, &mut volume, b"more").unwrap();
        assert_eq!(read(&input, &mut volume, 9), Ok(Some(b"more".to_vec())));
        assert_eq!(read(&input, &mut volume, 9), Ok(None));
    }

    #[test]
    fn a_read_gives_as_much_as_is_asked_for_across_chunks_and_holes() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let chunk = CHUNK_BYTES as u64;
        volume.write(file, 3 * chunk - 1, b"xyz").unwrap();
        let input = FileInput::open(&mut volume, file, 0).unwrap();
        let bytes = read(&input, &mut volume, 4 * chunk).unwrap().unwrap();
        assert_eq!(bytes.len() as u64, 3 * chunk + 2);
        assert!(bytes.ends_with(b"\0xyz"));
        assert_eq!(bytes.len(), bytes.capacity());
    }

    #[test]
    fn one_read_is_bounded() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        volume.set_size(file, 3 * READ_BYTES_MAX).unwrap();
        let input = FileInput::open(&mut volume, file, 0).unwrap();
        let bytes = read(&input, &mut volume, u64::MAX).unwrap().unwrap();
        assert_eq!(bytes.len() as u64, READ_BYTES_MAX);
    }

    #[test]
    fn offsets_beyond_everything_are_ends_and_errors() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let input = FileInput::open(&mut volume, file, u64::MAX).unwrap();
        assert_eq!(read(&input, &mut volume, 1), Ok(None));
        let output = FileOutput::open(&mut volume, file, u64::MAX).unwrap();
        assert_eq!(write(&output, &mut volume, b"x"), Err(Error::FileTooLarge));
        assert_eq!(
            output.write_zeroes(&mut volume, u64::MAX),
            Err(Error::FileTooLarge)
        );
    }

    #[test]
    fn what_fits_stays_and_the_rest_is_an_error() {
        let mut volume = volume_of(CHUNK_BYTES as u64);
        let file = create(&mut volume, "file");
        let output = FileOutput::open(&mut volume, file, 0).unwrap();
        let bytes = vec![1; 2 * CHUNK_BYTES];
        assert_eq!(
            write(&output, &mut volume, &bytes),
            Err(Error::InsufficientSpace)
        );
        let size = volume.stat(file).unwrap().size;
        assert!(size > 0 && size < bytes.len() as u64);
        // The position is behind what was written.
        volume.set_size(file, 0).unwrap();
        write(&output, &mut volume, b"next").unwrap();
        assert_eq!(volume.stat(file).unwrap().size, size + 4);
    }

    #[test]
    fn appends_find_the_end_at_each_write() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let one = FileOutput::open_append(&mut volume, file).unwrap();
        let other = FileOutput::open_append(&mut volume, file).unwrap();
        write(&one, &mut volume, b"a").unwrap();
        write(&other, &mut volume, b"b").unwrap();
        one.write_zeroes(&mut volume, 2).unwrap();
        write(&other, &mut volume, b"c").unwrap();
        let input = FileInput::open(&mut volume, file, 0).unwrap();
        assert_eq!(read(&input, &mut volume, 9), Ok(Some(b"ab\0\0c".to_vec())));
    }

    #[test]
    fn a_stream_outlives_its_descriptor_and_gives_its_handle_back() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let handles = volume.usage().handles;
        let output = FileOutput::open(&mut volume, file, 0).unwrap();
        volume.close(file).unwrap();
        write(&output, &mut volume, b"x").unwrap();
        output.close(&mut volume).unwrap();
        assert_eq!(volume.usage().handles, handles - 1);
    }

    #[test]
    fn streams_need_their_right_and_a_file() {
        let mut volume = volume();
        let file = create(&mut volume, "file");
        let reader = volume.dup(file, Access::READ).unwrap();
        let writer = volume.dup(file, Access::WRITE).unwrap();
        let root = volume.open_root(Access::READ).unwrap();
        assert_eq!(
            FileInput::open(&mut volume, writer, 0).err(),
            Some(Error::BadDescriptor)
        );
        assert_eq!(
            FileOutput::open(&mut volume, reader, 0).err(),
            Some(Error::BadDescriptor)
        );
        assert_eq!(
            FileOutput::open_append(&mut volume, reader).err(),
            Some(Error::BadDescriptor)
        );
        assert_eq!(
            FileInput::open(&mut volume, root, 0).err(),
            Some(Error::IsDirectory)
        );
        assert_eq!(
            FileOutput::open(&mut volume, root, 0).err(),
            Some(Error::IsDirectory)
        );
    }
}
