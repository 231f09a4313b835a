//! Lengths around the edges of chunks: what is asked for is what is given, up
//! to 16 MiB at a time (192 KiB of a stream), wherever a file keeps its bytes.

use crate::lab::*;

super::cases![
    read_edges,
    read_edges_of_holes,
    stream_read_edges,
    skip_edges,
    write_edges,
    stream_write_edges,
    write_zeroes_edges,
    set_size_edges,
    read_tells_the_end,
    read_of_16_mib,
    read_of_a_chequerboard,
    permit_of_a_file,
];

const CHUNK: u64 = 1 << 16;
const SIZE: u64 = 3 * CHUNK + 7;
pub const MIB_16: u64 = 16 << 20;

/// Offsets and lengths where something begins or ends.
const EDGES: &[u64] = &[
    0,
    1,
    4096,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK - 1,
    2 * CHUNK,
    3 * CHUNK,
    SIZE - 1,
    SIZE,
    SIZE + 1,
];

/// The part of `bytes` that a read of `len` bytes at `offset` gives.
fn part(bytes: &[u8], offset: u64, len: u64) -> &[u8] {
    let size = bytes.len() as u64;
    let from = offset.min(size);
    let to = offset.saturating_add(len).min(size);
    &bytes[from as usize..to as usize]
}

/// Does something for every offset and length.
fn edges(mut act: impl FnMut(u64, u64) -> Outcome) -> Outcome {
    for &offset in EDGES {
        for &len in EDGES {
            act(offset, len)
                .map_err(|Failure(what)| Failure(format!("{len} at {offset}: {what}")))?;
        }
    }
    Ok(())
}

/// Compares the positional reads of a file with its content.
fn reads(file: &Descriptor, bytes: &[u8]) -> Outcome {
    edges(|offset, len| {
        let (read, end) = file.read(len, offset)?;
        let expected = part(bytes, offset, len);
        same("length", read.len(), expected.len())?;
        holds("content", read == expected)?;
        same("end", end, offset + read.len() as u64 >= SIZE)
    })
}

fn read_edges(lab: &Lab) -> Outcome {
    let bytes = pattern(SIZE as usize);
    lab.put("file", &bytes)?;
    reads(&lab.open("file", NONE, READ)?, &bytes)
}

/// A byte at either side of each edge, and nothing stored between them.
fn read_edges_of_holes(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.set_size(SIZE)?;
    let mut bytes = vec![0; SIZE as usize];
    for at in EDGES.iter().copied().filter(|at| *at < SIZE) {
        file.write(b"!", at)?;
        bytes[at as usize] = b'!';
    }
    reads(&file, &bytes)
}

fn stream_read_edges(lab: &Lab) -> Outcome {
    let bytes = pattern(SIZE as usize);
    lab.put("file", &bytes)?;
    let file = lab.open("file", NONE, READ)?;
    edges(|offset, len| {
        let stream = file.read_via_stream(offset)?;
        let expected = part(&bytes, offset, len);
        if len > 0 && expected.is_empty() {
            return same("end", told(stream.blocking_read(len)), Err(None));
        }
        let read = told(stream.blocking_read(len))?;
        same("length", read.len(), expected.len())?;
        holds("content", read == expected)?;
        holds("rest", drain(&stream)? == part(&bytes, offset + len, SIZE))
    })
}

fn skip_edges(lab: &Lab) -> Outcome {
    let bytes = pattern(SIZE as usize);
    lab.put("file", &bytes)?;
    let file = lab.open("file", NONE, READ)?;
    edges(|offset, len| {
        let stream = file.read_via_stream(offset)?;
        let expected = part(&bytes, offset, len).len() as u64;
        if len > 0 && expected == 0 {
            return same("end", told(stream.blocking_skip(len)), Err(None));
        }
        same("skipped", told(stream.blocking_skip(len))?, expected)?;
        holds("rest", drain(&stream)? == part(&bytes, offset + len, SIZE))
    })
}

/// Writes at every offset, each length, and compares with what a plain vector
/// then holds.
fn writes(
    lab: &Lab,
    written: impl Fn(u64) -> Vec<u8>,
    write: impl Fn(&Descriptor, u64, &[u8]) -> Outcome,
) -> Outcome {
    let file = lab.file("file")?;
    let mut expected = Vec::new();
    edges(|offset, len| {
        let bytes = written(len);
        write(&file, offset, &bytes)?;
        let end = (offset + len) as usize;
        if len > 0 && expected.len() < end {
            expected.resize(end, 0);
        }
        if len > 0 {
            expected[offset as usize..end].copy_from_slice(&bytes);
        }
        holds("content", content(&file)? == expected)
    })
}

fn write_edges(lab: &Lab) -> Outcome {
    writes(
        lab,
        |len| pattern(len as usize),
        |file, offset, bytes| same("written", file.write(bytes, offset)?, bytes.len() as u64),
    )
}

fn stream_write_edges(lab: &Lab) -> Outcome {
    writes(
        lab,
        |len| pattern(len as usize),
        |file, offset, bytes| Ok(write_all(&file.write_via_stream(offset)?, bytes)?),
    )
}

fn write_zeroes_edges(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    edges(|offset, len| {
        let mut expected = pattern(SIZE as usize);
        file.set_size(0)?;
        put_at(&file, &expected, 0)?;
        let stream = file.write_via_stream(offset)?;
        holds("permit", told(stream.check_write())? >= len)?;
        stream.write_zeroes(len)?;
        stream.blocking_flush()?;
        zero(&mut expected, offset as usize, len as usize);
        holds("content", content(&file)? == expected)
    })
}

fn zero(bytes: &mut Vec<u8>, offset: usize, len: usize) {
    if len > 0 {
        bytes.resize(bytes.len().max(offset + len), 0);
        bytes[offset..offset + len].fill(0);
    }
}

/// What is cut off does not come back when the file grows again.
fn set_size_edges(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    edges(|cut, grown| {
        let mut expected = pattern(SIZE as usize);
        put_at(&file, &expected, 0)?;
        file.set_size(cut)?;
        file.set_size(grown)?;
        expected.resize(cut as usize, 0);
        expected.resize(grown as usize, 0);
        holds("content", content(&file)? == expected)
    })
}

/// Whether the bytes reach the end, not whether the next read fails.
fn read_tells_the_end(lab: &Lab) -> Outcome {
    for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1] {
        lab.put("file", &pattern(size as usize))?;
        let file = lab.open("file", NONE, READ)?;
        for (len, offset) in [
            (0, 0),
            (1, 0),
            (size, 0),
            (size + 1, 0),
            (1, size),
            (0, size),
        ] {
            let (_, end) = file.read(len, offset)?;
            let expected = offset + len >= size;
            same(&format!("{len} of {size} at {offset}"), end, expected)?;
        }
    }
    Ok(())
}

fn read_of_16_mib(lab: &Lab) -> Outcome {
    let bytes = pattern(MIB_16 as usize + 10);
    lab.put("file", &bytes)?;
    let file = lab.open("file", NONE, READ)?;
    for offset in [0, 10] {
        let (read, end) = file.read(MIB_16, offset)?;
        same("length", read.len() as u64, MIB_16)?;
        holds("content", read == part(&bytes, offset, MIB_16))?;
        same("end", end, offset == 10)?;
    }
    let stream = file.read_via_stream(3)?;
    holds("stream", drain(&stream)? == bytes[3..])
}

fn read_of_a_chequerboard(lab: &Lab) -> Outcome {
    let (file, bytes) = chequerboard(lab)?;
    let (read, end) = file.read(MIB_16, 0)?;
    same("length", read.len(), bytes.len())?;
    holds("end", end)?;
    holds("content", read == bytes)?;
    let stream = file.read_via_stream(1)?;
    holds("stream", drain(&stream)? == bytes[1..])
}

/// A file, and what is in it: every second chunk is a hole, and the others hold
/// one byte. A file of 16 MiB cannot be in more pieces.
pub fn chequerboard(lab: &Lab) -> Outcome<(Descriptor, Vec<u8>)> {
    let file = lab.file("file")?;
    file.set_size(MIB_16)?;
    let mut bytes = vec![0; MIB_16 as usize];
    for at in (CHUNK / 2..MIB_16).step_by(2 * CHUNK as usize) {
        file.write(&[0xaa], at)?;
        bytes[at as usize] = 0xaa;
    }
    Ok((file, bytes))
}

/// Programs write no more than is permitted at a time: it is to be much, and
/// to stay.
fn permit_of_a_file(lab: &Lab) -> Outcome {
    let stream = lab.output("file")?;
    for written in 0..3 {
        let permit = told(stream.check_write())?;
        holds("a chunk", permit >= CHUNK)?;
        same("size", lab.stat("file")?.size, written * CHUNK)?;
        stream.write(&pattern(CHUNK as usize))?;
    }
    stream.blocking_flush()?;
    let permit = told(stream.check_write())?.min(MIB_16) as usize;
    stream.write(&vec![7; permit])?;
    same("size", lab.stat("file")?.size, 3 * CHUNK + permit as u64)
}
