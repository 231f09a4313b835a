//! Streams of files.

use super::lab::Lab;
use crate::table::Kind;
use crate::vfs::StreamError;
use monaka_fs_core::{Error, OpenFlags, Payload};
use monaka_wasi::stream::WRITE_PERMIT_BYTES;

fn write(lab: &mut Lab, stream: u32, bytes: &[u8]) -> Result<(), StreamError> {
    lab.vfs.output_write(stream, Payload::from(&bytes))
}

#[test]
fn a_stream_has_a_position_and_outlives_its_descriptor() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"");
    let (output, input) = (lab.output(file, 2), lab.input(file, 0));
    let append = lab.vfs.append_via_stream(file).unwrap();
    lab.vfs.drop(file, Kind::Descriptor);

    assert_eq!(lab.vfs.check_write(output), Ok(WRITE_PERMIT_BYTES));
    assert_eq!(write(&mut lab, output, b"ab"), Ok(()));
    assert_eq!(write(&mut lab, append, b"yz"), Ok(()));
    assert_eq!(write(&mut lab, output, b"c"), Ok(()));
    assert_eq!(lab.vfs.write_zeroes(append, 1), Ok(()));
    assert_eq!(lab.vfs.flush(output), Ok(()));

    assert_eq!(lab.vfs.input_skip(input, 1), Ok(1));
    assert_eq!(lab.read(input, 3), Ok(b"\0ab".to_vec()));
    assert_eq!(lab.read(input, 0), Ok(vec![]));
    assert_eq!(lab.read(input, 99), Ok(b"cz\0".to_vec()));
    assert_eq!(lab.read(input, 99), Err(StreamError::Closed));
    assert_eq!(lab.vfs.input_skip(input, 1), Err(StreamError::Closed));
    assert_eq!(write(&mut lab, append, b"more"), Ok(()));
    assert_eq!(lab.read(input, 99), Ok(b"more".to_vec()));
}

#[test]
fn what_fits_stays_and_the_error_tells_why_the_rest_does_not() {
    let mut lab = Lab::with_bytes_max(10);
    let file = lab.open("f", OpenFlags::CREATE).unwrap();
    let output = lab.output(file, 0);
    let failed = write(&mut lab, output, b"twelve bytes");
    assert_eq!(lab.code(failed), Some(Error::InsufficientSpace));
    assert_eq!(lab.content(file), b"twelve byt");
    lab.vfs.set_size(file, 0).unwrap();
    assert_eq!(write(&mut lab, output, b""), Ok(()));
}

#[test]
fn an_error_lives_until_it_is_dropped() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"");
    let output = lab.output_beyond_all(file);
    let Err(StreamError::Failed(one)) = lab.vfs.write_zeroes(output, 1) else {
        panic!("it is too large")
    };
    let Err(StreamError::Failed(other)) = lab.vfs.write_zeroes(output, 1) else {
        panic!("it is too large")
    };
    assert_ne!(one, other);
    lab.vfs.drop(output, Kind::Output);
    lab.vfs.drop(one, Kind::Error);
    assert_eq!(lab.vfs.filesystem_error_code(one), None);
    let code = lab.vfs.filesystem_error_code(other);
    assert_eq!(code, Some(Error::FileTooLarge));
}
