//! `splice` and `blocking-splice`, from file to file. Those with a stream of
//! the host are in `composed` and `stdin`.

use crate::lab::*;

super::cases![
    some,
    bounded,
    nothing,
    at_the_end,
    at_the_end_of_what_grows,
    to_itself,
    over_itself,
    blocking,
    across_chunks,
    of_holes,
    into_a_hole,
    onto_the_end,
    to_two_in_turn,
    after_their_descriptors,
    too_far,
];

/// Splices until that many bytes are moved or the source ends.
fn splice_all(to: &OutputStream, from: &InputStream, len: u64) -> Outcome<u64> {
    let mut spliced = 0;
    while spliced < len {
        match told(to.blocking_splice(from, len - spliced)) {
            Ok(n) => spliced += n,
            Err(None) => break,
            Err(Some(code)) => return Err(code.into()),
        }
    }
    to.blocking_flush()?;
    Ok(spliced)
}

fn some(lab: &Lab) -> Outcome {
    let (from, to) = (lab.input("from", b"spliced content")?, lab.output("to")?);
    from.subscribe().block();
    to.subscribe().block();
    holds("some", told(to.splice(&from, 100))? > 0)?;
    splice_all(&to, &from, 100)?;
    same("content", lab.content("to")?, b"spliced content".to_vec())
}

fn bounded(lab: &Lab) -> Outcome {
    lab.put("from", b"0123456789")?;
    let from = lab.open("from", NONE, READ)?.read_via_stream(2)?;
    same("moved", splice_all(&lab.output("to")?, &from, 3)?, 3)?;
    same("content", lab.content("to")?, b"234".to_vec())?;
    same(
        "source goes on",
        told(from.blocking_read(2))?,
        b"56".to_vec(),
    )
}

fn nothing(lab: &Lab) -> Outcome {
    let (from, to) = (lab.input("from", b"x")?, lab.output("to")?);
    same("splice", told(to.splice(&from, 0))?, 0)?;
    same("blocking", told(to.blocking_splice(&from, 0))?, 0)?;
    same("source", drain(&from)?, b"x".to_vec())?;
    same("sink", lab.stat("to")?.size, 0)
}

fn at_the_end(lab: &Lab) -> Outcome {
    let (from, to) = (lab.input("from", b"")?, lab.output("to")?);
    same("blocking", told(to.blocking_splice(&from, 1)), Err(None))?;
    same("splice", told(to.splice(&from, 1)), Err(None))?;
    // The sink is not closed.
    write_all(&to, b"x")?;
    same("content", lab.content("to")?, b"x".to_vec())
}

fn at_the_end_of_what_grows(lab: &Lab) -> Outcome {
    let (from, to) = (lab.input("from", b"one")?, lab.output("to")?);
    same("first", splice_all(&to, &from, 100)?, 3)?;
    lab.open("from", NONE, WRITE)?.write(b"two", 3)?;
    same("second", splice_all(&to, &from, 100)?, 3)?;
    same("content", lab.content("to")?, b"onetwo".to_vec())
}

fn to_itself(lab: &Lab) -> Outcome {
    lab.put("file", b"abc")?;
    let file = lab.file("file")?;
    let (to, from) = (file.write_via_stream(3)?, file.read_via_stream(0)?);
    same("moved", splice_all(&to, &from, 3)?, 3)?;
    same("content", content(&file)?, b"abcabc".to_vec())
}

/// What one call moves is read before it is written.
fn over_itself(lab: &Lab) -> Outcome {
    let bytes = pattern(100_000);
    lab.put("file", &bytes)?;
    let file = lab.file("file")?;
    let (to, from) = (file.write_via_stream(1)?, file.read_via_stream(0)?);
    let moved = told(to.blocking_splice(&from, 99_999))? as usize;
    let mut expected = bytes.clone();
    expected[1..=moved].copy_from_slice(&bytes[..moved]);
    holds("content", content(&file)? == expected)
}

fn blocking(lab: &Lab) -> Outcome {
    let bytes = pattern(300_000);
    let (from, to) = (lab.input("from", &bytes)?, lab.output("to")?);
    same("moved", splice_all(&to, &from, u64::MAX)?, 300_000)?;
    holds("content", lab.content("to")? == bytes)
}

fn across_chunks(lab: &Lab) -> Outcome {
    let bytes = pattern(200_000);
    lab.put("from", &bytes)?;
    let (source, sink) = (lab.file("from")?, lab.file("to")?);
    for (from, to, len) in [
        (0, 65_535, 2),
        (65_535, 0, 2),
        (65_536, 65_535, 65_537),
        (1, 131_071, 131_074),
    ] {
        sink.set_size(0)?;
        let (input, output) = (source.read_via_stream(from)?, sink.write_via_stream(to)?);
        same("moved", splice_all(&output, &input, len)?, len)?;
        let moved = content(&sink)?;
        let (from, to, len) = (from as usize, to as usize, len as usize);
        holds("content", moved[to..] == bytes[from..from + len])?;
    }
    Ok(())
}

fn of_holes(lab: &Lab) -> Outcome {
    let file = lab.file("from")?;
    file.write(b"a", 100_000)?;
    file.set_size(200_000)?;
    let (from, to) = (file.read_via_stream(0)?, lab.output("to")?);
    same("moved", splice_all(&to, &from, u64::MAX)?, 200_000)?;
    holds("content", lab.content("to")? == content(&file)?)
}

fn into_a_hole(lab: &Lab) -> Outcome {
    let (from, file) = (lab.input("from", b"x")?, lab.file("to")?);
    let to = file.write_via_stream(70_000)?;
    same("moved", splice_all(&to, &from, 10)?, 1)?;
    same("size", file.stat()?.size, 70_001)?;
    same("content", file.read(2, 69_999)?.0, b"\0x".to_vec())
}

fn onto_the_end(lab: &Lab) -> Outcome {
    let from = lab.input("from", b"0123")?;
    lab.put("to", b"start ")?;
    let to = lab.file("to")?;
    let append = to.append_via_stream()?;
    same("moved", splice_all(&append, &from, 2)?, 2)?;
    to.write(b"!", 8)?;
    same("moved on", splice_all(&append, &from, 2)?, 2)?;
    same("content", content(&to)?, b"start 01!23".to_vec())
}

fn to_two_in_turn(lab: &Lab) -> Outcome {
    let from = lab.input("from", b"aAbBcC")?;
    let (one, two) = (lab.output("one")?, lab.output("two")?);
    while splice_all(&one, &from, 1)? + splice_all(&two, &from, 1)? > 0 {}
    same("one", lab.content("one")?, b"abc".to_vec())?;
    same("two", lab.content("two")?, b"ABC".to_vec())
}

fn after_their_descriptors(lab: &Lab) -> Outcome {
    let (from, to) = (lab.input("from", b"moved")?, lab.output("to")?);
    let reader = lab.open("to", NONE, READ)?;
    lab.dir.unlink_file_at("from")?;
    lab.dir.unlink_file_at("to")?;
    same("moved", splice_all(&to, &from, 10)?, 5)?;
    same("content", content(&reader)?, b"moved".to_vec())
}

/// The error is the sink's, with its code.
fn too_far(lab: &Lab) -> Outcome {
    let (from, file) = (lab.input("from", b"x")?, lab.file("to")?);
    let to = file.write_via_stream(u64::MAX - 1)?;
    let failure = Err(Some(ErrorCode::FileTooLarge));
    same("blocking", told(to.blocking_splice(&from, 1)), failure)?;
    same("untouched", file.stat()?.size, 0)
}
