//! Splices between files, and between a file and the host.

use super::lab::{HOST_ERROR, Lab, Stream};
use crate::table::{Kind, VIRTUAL};
use crate::vfs::StreamError;
use monaka_fs_core::Error;
use monaka_wasi::splice::SPLICE_BYTES_MAX;

const FAILED: StreamError = StreamError::Failed(HOST_ERROR);

fn source(lab: &Lab, reads: &[&[u8]]) -> u32 {
    lab.host.stream(Stream {
        reads: reads.iter().map(|bytes| Ok(bytes.to_vec())).collect(),
        ..Stream::default()
    })
}

fn sink(lab: &Lab, permits: &[u64]) -> u32 {
    lab.host.stream(Stream {
        permits: permits.iter().map(|permit| Ok(*permit)).collect(),
        ..Stream::default()
    })
}

#[test]
fn from_a_file_to_a_file() {
    let mut lab = Lab::new();
    let (from, to) = (lab.file("from", b"0123456789"), lab.file("to", b""));
    let (input, output) = (lab.input(from, 2), lab.output(to, 1));
    assert_eq!(lab.vfs.splice(output, input, 3), Ok(3));
    assert_eq!(lab.vfs.blocking_splice(output, input, 99), Ok(5));
    assert_eq!(lab.content(to), b"\x0023456789");
    assert_eq!(lab.vfs.splice(output, input, 0), Ok(0));
    let closed = Err(StreamError::Closed);
    assert_eq!(lab.vfs.splice(output, input, 1), closed);
    assert_eq!(lab.vfs.blocking_splice(output, input, 1), closed);
    assert!(lab.host.calls().is_empty());
}

#[test]
fn from_a_file_to_itself() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"abc");
    let input = lab.input(file, 0);
    let append = lab.vfs.append_via_stream(file).unwrap();
    assert_eq!(lab.vfs.splice(append, input, 99), Ok(3));
    assert_eq!(lab.content(file), b"abcabc");
}

#[test]
fn from_a_file_to_the_host() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"0123456789");
    let input = lab.input(file, 0);
    let sink = sink(&lab, &[4, 0, 0, 0, 99]);
    assert_eq!(lab.vfs.splice(sink, input, 99), Ok(4), "as it has room");
    assert_eq!(lab.vfs.splice(sink, input, 99), Ok(0), "there is no room");
    assert_eq!(
        lab.host.calls(),
        ["check-write", "write", "check-write"],
        "without waiting"
    );

    assert_eq!(lab.vfs.blocking_splice(sink, input, 99), Ok(6));
    assert_eq!(lab.host.written(sink), b"0123456789");
    let waiting = ["check-write", "blocking-flush"];
    let calls = [&waiting[..], &waiting, &["check-write", "write"]].concat();
    assert_eq!(lab.host.calls(), calls);
}

#[test]
fn from_the_host_to_a_file() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"");
    let output = lab.output(file, 0);
    let source = source(&lab, &[b"abc", b"", b"de"]);
    assert_eq!(lab.vfs.splice(output, source, 99), Ok(3));
    assert_eq!(lab.vfs.splice(output, source, 99), Ok(0), "nothing yet");
    assert_eq!(lab.vfs.blocking_splice(output, source, 2), Ok(2));
    let closed = Err(StreamError::Closed);
    assert_eq!(lab.vfs.splice(output, source, 99), closed);
    assert_eq!(lab.content(file), b"abcde");
    assert_eq!(lab.host.calls(), ["read", "read", "blocking-read", "read"]);
}

/// The glue leaves this to the host; that it is not done wrong here is all.
#[test]
fn from_the_host_to_the_host() {
    let mut lab = Lab::new();
    let (source, sink) = (source(&lab, &[b"abc"]), sink(&lab, &[9]));
    assert_eq!(lab.vfs.splice(sink, source, 99), Ok(3));
    assert_eq!(lab.host.written(sink), b"abc");
}

#[test]
fn the_errors_of_the_host_come_through_as_they_are() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"content");
    let (input, output) = (lab.input(file, 0), lab.output(file, 0));
    let broken = || Stream {
        reads: [Err(FAILED), Err(FAILED)].into(),
        permits: [Err(FAILED), Err(FAILED), Ok(0)].into(),
        flush: Some(FAILED),
        ..Stream::default()
    };
    let (source, sink) = (lab.host.stream(broken()), lab.host.stream(broken()));
    assert_eq!(lab.vfs.splice(output, source, 9), Err(FAILED));
    assert_eq!(lab.vfs.blocking_splice(output, source, 9), Err(FAILED));
    assert_eq!(lab.vfs.splice(sink, input, 9), Err(FAILED));
    assert_eq!(lab.vfs.blocking_splice(sink, input, 9), Err(FAILED));
    assert_eq!(lab.vfs.blocking_splice(sink, input, 9), Err(FAILED));
    assert_eq!(lab.host.calls().last().unwrap(), "blocking-flush");
    // None of them is an error of this module.
    assert_eq!(lab.vfs.filesystem_error_code(HOST_ERROR), None);
    assert_eq!(lab.read(input, 99), Ok(b"content".to_vec()));
}

#[test]
fn the_errors_of_files_are_those_of_this_module() {
    let mut lab = Lab::with_bytes_max(4);
    let file = lab.file("f", b"");
    let output = lab.output(file, 0);
    let source = source(&lab, &[b"abcdef"]);
    let failed = lab.vfs.splice(output, source, 99);
    assert_eq!(lab.code(failed), Some(Error::InsufficientSpace));
    assert_eq!(lab.content(file), b"abcd");
}

#[test]
fn what_is_no_stream_is_closed() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"content");
    let (input, output) = (lab.input(file, 0), lab.output(file, 0));
    lab.vfs.drop(output, Kind::Output);
    let (source, sink) = (source(&lab, &[b"abc"]), sink(&lab, &[9, 9]));
    let closed = Err(StreamError::Closed);
    for bad in [output, VIRTUAL | 999, input, file] {
        assert_eq!(lab.vfs.splice(bad, source, 9), closed);
        assert_eq!(lab.vfs.blocking_splice(bad, input, 9), closed);
    }
    assert!(lab.host.calls().is_empty(), "nothing was taken");
    assert_eq!(lab.vfs.splice(sink, file, 9), closed);
    assert_eq!(lab.vfs.blocking_splice(sink, VIRTUAL | 999, 9), closed);
    assert!(lab.host.written(sink).is_empty());
}

#[test]
fn one_splice_is_bounded() {
    let mut lab = Lab::new();
    let (from, to) = (lab.file("from", b""), lab.file("to", b""));
    lab.vfs.set_size(from, 2 * SPLICE_BYTES_MAX).unwrap();
    let (input, output) = (lab.input(from, 0), lab.output(to, 0));
    let moved = lab.vfs.splice(output, input, u64::MAX);
    assert_eq!(moved, Ok(SPLICE_BYTES_MAX));
}

/// A change before a wait has the time before it, not the one after.
#[test]
fn times_are_settled_before_the_host_may_wait() {
    let mut lab = Lab::new();
    lab.host.set_time(1_000);
    let file = lab.file("f", b"");
    let output = lab.output(file, 0);
    let other = lab.file("other", b"content");
    let input = lab.input(other, 0);
    let sink = sink(&lab, &[0, 9]);
    lab.vfs.blocking_splice(sink, input, 9).unwrap();
    lab.host.set_time(2_000);
    assert_eq!(lab.vfs.stat(file).unwrap().mtime.0, 1_000);

    lab.vfs.write_zeroes(output, 1).unwrap();
    let source = source(&lab, &[b"abc"]);
    let last = lab.output(other, 0);
    lab.vfs.blocking_splice(last, source, 9).unwrap();
    lab.host.set_time(3_000);
    assert_eq!(lab.vfs.stat(file).unwrap().mtime.0, 2_000);
    assert_eq!(lab.vfs.stat(other).unwrap().mtime.0, 3_000);
}
