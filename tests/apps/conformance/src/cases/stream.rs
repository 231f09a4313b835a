//! Streams over files: `wasi:io/streams` as files do it.

use crate::lab::*;

super::cases![
    read_all,
    read_from_an_offset,
    read_at_the_end,
    read_past_the_end,
    read_zero_bytes,
    read_what_is_appended,
    blocking_read,
    read_when_ready,
    read_when_ready_to_the_end,
    skip,
    skip_when_ready,
    skip_over_the_end,
    write_and_flush,
    write_at_an_offset,
    write_in_steps,
    write_past_the_end,
    blocking_write_and_flush,
    append,
    append_finds_the_end,
    append_interleaved,
    write_zeroes,
    blocking_write_zeroes,
    check_write_permits,
    write_nothing,
    flush_nothing,
    two_streams_have_two_positions,
    two_writers_of_one_descriptor,
    append_beside_positions,
    reader_sees_the_writer,
    writer_after_a_truncation,
    reader_after_a_truncation,
    usable_after_an_error,
    outlives_its_descriptor,
    outlives_its_name,
    of_a_directory,
    of_a_reader,
    of_a_writer,
    error_tells_its_code,
];

fn input(lab: &Lab, path: &str, offset: u64) -> Result<InputStream, ErrorCode> {
    lab.open(path, NONE, READ)?.read_via_stream(offset)
}

fn output(lab: &Lab, path: &str, offset: u64) -> Result<OutputStream, ErrorCode> {
    lab.open(path, OpenFlags::CREATE, WRITE)?
        .write_via_stream(offset)
}

fn read_all(lab: &Lab) -> Outcome {
    let bytes: Vec<u8> = (0..500_000_u32).map(|i| (i % 251) as u8).collect();
    let file = lab.file("file")?;
    let mut written = 0;
    while written < bytes.len() {
        written += file.write(&bytes[written..], written as u64)? as usize;
    }
    holds("content", drain(&input(lab, "file", 0)?)? == bytes)
}

fn read_from_an_offset(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    same("content", drain(&input(lab, "file", 7)?)?, b"789".to_vec())
}

fn read_at_the_end(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let stream = input(lab, "file", 0)?;
    same("first", told(stream.blocking_read(10))?, b"x".to_vec())?;
    same("then", told(stream.blocking_read(10)), Err(None))?;
    same("and again", told(stream.blocking_read(10)), Err(None))
}

fn read_past_the_end(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    same(
        "read",
        told(input(lab, "file", 100)?.blocking_read(1)),
        Err(None),
    )
}

fn read_zero_bytes(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let stream = input(lab, "file", 0)?;
    same("nothing", told(stream.read(0))?, vec![])?;
    same("not moved", drain(&stream)?, b"x".to_vec())
}

/// `tail -f`: the end of a file is not final.
fn read_what_is_appended(lab: &Lab) -> Outcome {
    lab.put("file", b"one")?;
    let stream = input(lab, "file", 0)?;
    same("first", drain(&stream)?, b"one".to_vec())?;
    lab.open("file", NONE, WRITE)?.write(b"two", 3)?;
    same("second", drain(&stream)?, b"two".to_vec())
}

fn blocking_read(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    let stream = input(lab, "file", 0)?;
    same("bounded", told(stream.blocking_read(4))?, b"0123".to_vec())?;
    same("goes on", told(stream.blocking_read(4))?, b"4567".to_vec())
}

/// A host gives what it has: as much as is asked for once there is some.
fn read_when_ready(lab: &Lab) -> Outcome {
    let bytes = pattern(200_000);
    let stream = lab.input("file", &bytes)?;
    let mut read = Vec::new();
    for len in [1, 4, 70_000, 65_536] {
        stream.subscribe().block();
        let piece = told(stream.read(len))?;
        holds("no more", piece.len() as u64 <= len)?;
        holds("some", !piece.is_empty())?;
        read.extend(piece);
    }
    holds("content", read == bytes[..read.len()])
}

fn read_when_ready_to_the_end(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"0123456789")?;
    let mut read = Vec::new();
    let end = loop {
        stream.subscribe().block();
        match told(stream.read(4)) {
            Ok(piece) => read.extend(piece),
            Err(end) => break end,
        }
    };
    same("content", read, b"0123456789".to_vec())?;
    same("end", end, None)
}

fn skip_when_ready(lab: &Lab) -> Outcome {
    let stream = lab.input("file", b"0123456789")?;
    let mut left = 4;
    while left > 0 {
        stream.subscribe().block();
        left -= told(stream.skip(left))?;
    }
    same("next", told(stream.blocking_read(2))?, b"45".to_vec())
}

fn skip(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    let stream = input(lab, "file", 0)?;
    same("skip", told(stream.blocking_skip(3))?, 3)?;
    same("next", told(stream.blocking_read(2))?, b"34".to_vec())?;
    same("none", told(stream.skip(0))?, 0)
}

fn skip_over_the_end(lab: &Lab) -> Outcome {
    lab.put("file", b"0123")?;
    let stream = input(lab, "file", 0)?;
    same("what is there", told(stream.blocking_skip(100))?, 4)?;
    same("at the end", told(stream.blocking_skip(1)), Err(None))
}

fn write_and_flush(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", 0)?;
    holds("permit", told(stream.check_write())? > 0)?;
    stream.write(b"written")?;
    stream.flush()?;
    stream.blocking_flush()?;
    same("content", lab.content("file")?, b"written".to_vec())
}

fn write_at_an_offset(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    let stream = output(lab, "file", 4)?;
    write_all(&stream, b"ab")?;
    write_all(&stream, b"cd")?;
    same("content", lab.content("file")?, b"0123abcd89".to_vec())
}

fn write_in_steps(lab: &Lab) -> Outcome {
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|i| (i % 253) as u8).collect();
    let stream = output(lab, "file", 0)?;
    for chunk in bytes.chunks(77_777) {
        write_all(&stream, chunk)?;
    }
    holds("content", lab.content("file")? == bytes)
}

fn write_past_the_end(lab: &Lab) -> Outcome {
    write_all(&output(lab, "file", 3)?, b"x")?;
    same("hole", lab.content("file")?, b"\0\0\0x".to_vec())
}

fn blocking_write_and_flush(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", 0)?;
    stream.blocking_write_and_flush(&[b'a'; 4096])?;
    stream.blocking_write_and_flush(b"b")?;
    same("length", lab.content("file")?.len(), 4097)
}

fn append(lab: &Lab) -> Outcome {
    lab.put("file", b"start ")?;
    let stream = lab.open("file", NONE, WRITE)?.append_via_stream()?;
    write_all(&stream, b"middle ")?;
    write_all(&stream, b"end")?;
    same(
        "content",
        lab.content("file")?,
        b"start middle end".to_vec(),
    )
}

/// Appends find the end at each write, wherever others moved it.
fn append_finds_the_end(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let stream = file.append_via_stream()?;
    write_all(&stream, b"aa")?;
    file.write(b"0123456789", 0)?;
    write_all(&stream, b"bb")?;
    file.set_size(1)?;
    write_all(&stream, b"cc")?;
    same("content", content(&file)?, b"0cc".to_vec())
}

fn append_interleaved(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let (one, two) = (file.append_via_stream()?, file.append_via_stream()?);
    for _ in 0..3 {
        write_all(&one, b"a")?;
        write_all(&two, b"b")?;
    }
    same("content", content(&file)?, b"ababab".to_vec())
}

fn write_zeroes(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    let stream = output(lab, "file", 2)?;
    holds("permit", told(stream.check_write())? >= 3)?;
    stream.write_zeroes(3)?;
    stream.blocking_flush()?;
    same("content", lab.content("file")?, b"01\0\0\x0056789".to_vec())
}

fn blocking_write_zeroes(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", 0)?;
    stream.blocking_write_zeroes_and_flush(4096)?;
    same("content", lab.content("file")?, vec![0; 4096])
}

fn check_write_permits(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", 0)?;
    let permit = told(stream.check_write())?;
    holds("more than nothing", permit > 0)?;
    let bytes = vec![7; permit.min(100_000) as usize];
    stream.write(&bytes)?;
    stream.blocking_flush()?;
    same("size", lab.stat("file")?.size, bytes.len() as u64)
}

fn two_streams_have_two_positions(lab: &Lab) -> Outcome {
    lab.put("file", b"0123456789")?;
    let file = lab.open("file", NONE, READ)?;
    let (one, two) = (file.read_via_stream(0)?, file.read_via_stream(0)?);
    same("one", told(one.blocking_read(4))?, b"0123".to_vec())?;
    same("two", told(two.blocking_read(2))?, b"01".to_vec())?;
    same("one goes on", told(one.blocking_read(2))?, b"45".to_vec())
}

fn outlives_its_descriptor(lab: &Lab) -> Outcome {
    lab.put("file", b"content")?;
    let file = lab.file("file")?;
    let (reader, writer) = (file.read_via_stream(0)?, file.write_via_stream(0)?);
    drop(file);
    write_all(&writer, b"CON")?;
    same("content", drain(&reader)?, b"CONtent".to_vec())
}

fn outlives_its_name(lab: &Lab) -> Outcome {
    lab.put("file", b"content")?;
    let stream = input(lab, "file", 0)?;
    lab.dir.unlink_file_at("file")?;
    same("content", drain(&stream)?, b"content".to_vec())
}

fn of_a_directory(lab: &Lab) -> Outcome {
    let read = lab.dir.read_via_stream(0);
    holds(
        "read",
        read.map_or(true, |stream| stream.blocking_read(1).is_err()),
    )?;
    holds("write", lab.dir.write_via_stream(0).is_err())?;
    holds("append", lab.dir.append_via_stream().is_err())
}

fn of_a_reader(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let file = lab.open("file", NONE, READ)?;
    fails("write", file.write_via_stream(0), ErrorCode::BadDescriptor)?;
    fails("append", file.append_via_stream(), ErrorCode::BadDescriptor)
}

fn of_a_writer(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    fails(
        "read",
        lab.open("file", NONE, WRITE)?.read_via_stream(0),
        ErrorCode::BadDescriptor,
    )
}

/// What a stream failed with can be had as an `error-code`, and as text.
fn error_tells_its_code(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", u64::MAX - 10)?;
    let outcome = stream.blocking_write_and_flush(b"much too far");
    let Err(StreamError::LastOperationFailed(error)) = outcome else {
        return Err(Failure("no error".into()));
    };
    same(
        "code",
        filesystem_error_code(&error),
        Some(ErrorCode::FileTooLarge),
    )?;
    holds("text", !error.to_debug_string().is_empty())
}

fn write_nothing(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", 100)?;
    stream.check_write()?;
    stream.write(b"")?;
    stream.blocking_flush()?;
    stream.blocking_write_and_flush(b"")?;
    stream.blocking_write_zeroes_and_flush(0)?;
    same("size", lab.stat("file")?.size, 0)
}

fn flush_nothing(lab: &Lab) -> Outcome {
    let stream = output(lab, "file", 0)?;
    stream.flush()?;
    stream.blocking_flush()?;
    stream.flush()?;
    write_all(&stream, b"x")?;
    stream.flush()?;
    same("content", lab.content("file")?, b"x".to_vec())
}

fn two_writers_of_one_descriptor(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let (one, two) = (file.write_via_stream(0)?, file.write_via_stream(4)?);
    for (a, b) in [(b"ab", b"12"), (b"cd", b"34"), (b"ef", b"56")] {
        write_all(&one, a)?;
        write_all(&two, b)?;
    }
    // The first writer has come to where the second one began.
    same("content", content(&file)?, b"abcdef3456".to_vec())
}

fn append_beside_positions(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let (append, at) = (file.append_via_stream()?, file.write_via_stream(0)?);
    write_all(&append, b"....")?;
    write_all(&at, b"ab")?;
    write_all(&append, b"++")?;
    write_all(&at, b"cdef")?;
    append.blocking_write_zeroes_and_flush(2)?;
    write_all(&at, b"g")?;
    same("content", content(&file)?, b"abcdefg\0".to_vec())
}

fn reader_sees_the_writer(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let (reader, writer) = (file.read_via_stream(0)?, file.write_via_stream(0)?);
    for piece in [b"one", b"two"] {
        same("nothing yet", told(reader.blocking_read(10)), Err(None))?;
        write_all(&writer, piece)?;
        same("read", told(reader.blocking_read(10))?, piece.to_vec())?;
    }
    Ok(())
}

/// A position is a number: what is cut off before it becomes a hole.
fn writer_after_a_truncation(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let stream = file.write_via_stream(0)?;
    write_all(&stream, b"0123")?;
    file.set_size(1)?;
    write_all(&stream, b"45")?;
    same("content", content(&file)?, b"0\0\0\x0045".to_vec())
}

fn reader_after_a_truncation(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.write(b"0123456789", 0)?;
    let stream = file.read_via_stream(0)?;
    same("first", told(stream.blocking_read(6))?, b"012345".to_vec())?;
    file.set_size(3)?;
    same("cut", told(stream.blocking_read(1)), Err(None))?;
    file.write(b"abcde", 3)?;
    same("grown", told(stream.blocking_read(9))?, b"de".to_vec())
}

/// The WIT closes a stream that failed. Here it may go on, as the descriptor
/// does that a C library has put it under.
fn usable_after_an_error(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    let stream = file.write_via_stream(u64::MAX - 1)?;
    let failure = Err(Some(ErrorCode::FileTooLarge));
    same(
        "write",
        told(stream.blocking_write_and_flush(b"xy")),
        failure,
    )?;
    same(
        "again",
        told(stream.blocking_write_and_flush(b"xy")),
        failure,
    )?;
    holds("permit", told(stream.check_write())? > 0)?;
    same("flush", told(stream.blocking_flush()), Ok(()))?;
    same("untouched", file.stat()?.size, 0)
}
