//! Handles follow inodes, and may be dropped in any order.

use crate::lab::*;

super::cases![
    same_object,
    unlinked,
    unlinked_and_replaced,
    unlinked_gives_space_back,
    two_see_one_file,
    drop_directory_first,
    drop_stream_first,
    drop_descriptor_first,
    drop_pollable_first,
    drop_error_last,
    drop_all_orders,
];

fn same_object(lab: &Lab) -> Outcome {
    lab.put("a", b"x")?;
    lab.put("b", b"x")?;
    let (a, b) = (lab.open("a", NONE, READ)?, lab.open("b", NONE, READ)?);
    holds("itself", a.is_same_object(&a))?;
    holds(
        "another handle",
        a.is_same_object(&lab.open("a", NONE, WRITE)?),
    )?;
    holds("another file", !a.is_same_object(&b))?;
    holds("a directory", !a.is_same_object(&lab.dir))?;
    lab.rename("a", "c")?;
    holds(
        "after a rename",
        a.is_same_object(&lab.open("c", NONE, READ)?),
    )
}

fn unlinked(lab: &Lab) -> Outcome {
    let file = lab.file("file")?;
    file.write(b"before", 0)?;
    lab.dir.unlink_file_at("file")?;
    file.write(b" after", 6)?;
    same("content", content(&file)?, b"before after".to_vec())?;
    same("links", file.stat()?.link_count, 0)
}

fn unlinked_and_replaced(lab: &Lab) -> Outcome {
    let first = lab.file("file")?;
    first.write(b"first", 0)?;
    lab.dir.unlink_file_at("file")?;
    lab.put("file", b"second")?;
    same("first", content(&first)?, b"first".to_vec())?;
    holds(
        "two objects",
        !first.is_same_object(&lab.open("file", NONE, READ)?),
    )
}

/// 4 GiB go through, one file at a time.
fn unlinked_gives_space_back(lab: &Lab) -> Outcome {
    let bytes = vec![1; 1 << 20];
    for _ in 0..32 {
        let file = lab.file("file")?;
        for i in 0..128 {
            file.write(&bytes, (i % 8) << 20)?;
        }
        lab.dir.unlink_file_at("file")?;
    }
    Ok(())
}

fn two_see_one_file(lab: &Lab) -> Outcome {
    let (one, two) = (lab.file("file")?, lab.file("file")?);
    one.write(b"one", 0)?;
    same("seen", two.read(3, 0)?.0, b"one".to_vec())?;
    two.set_size(1)?;
    same("cut", one.stat()?.size, 1)
}

fn drop_directory_first(lab: &Lab) -> Outcome {
    lab.mkdir("dir")?;
    let dir = lab.open("dir", OpenFlags::DIRECTORY, READ | MUTATE)?;
    let file = dir.open_at(NO_FOLLOW, "file", OpenFlags::CREATE, READ | WRITE)?;
    drop(dir);
    lab.dir.unlink_file_at("dir/file")?;
    lab.dir.remove_directory_at("dir")?;
    file.write(b"orphan", 0)?;
    same("content", content(&file)?, b"orphan".to_vec())
}

fn drop_stream_first(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let file = lab.file("file")?;
    drop(file.read_via_stream(0)?);
    drop(file.append_via_stream()?);
    same("content", content(&file)?, b"x".to_vec())
}

fn drop_descriptor_first(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let file = lab.open("file", NONE, READ)?;
    let stream = file.read_via_stream(0)?;
    lab.dir.unlink_file_at("file")?;
    drop(file);
    same("content", drain(&stream)?, b"x".to_vec())
}

/// As the WIT wants it. The other order is in `lenient`.
fn drop_pollable_first(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    let stream = lab.open("file", NONE, READ)?.read_via_stream(0)?;
    let pollable = stream.subscribe();
    holds("ready", pollable.ready())?;
    drop(pollable);
    drop(stream);
    Ok(())
}

fn drop_error_last(lab: &Lab) -> Outcome {
    let stream = lab.file("file")?.write_via_stream(u64::MAX - 1)?;
    let outcome = stream.blocking_write_and_flush(b"too far");
    drop(stream);
    match outcome {
        Err(StreamError::LastOperationFailed(error)) => {
            holds("code", filesystem_error_code(&error).is_some())
        }
        other => Err(Failure(format!("{other:?}"))),
    }
}

/// Eight kinds of handles, dropped in many different orders.
fn drop_all_orders(lab: &Lab) -> Outcome {
    lab.put("file", b"x")?;
    for seed in 0..200_usize {
        let mut handles: Vec<Box<dyn std::any::Any>> = Vec::new();
        let file = lab.file("file")?;
        let (input, output) = (file.read_via_stream(0)?, file.append_via_stream()?);
        handles.push(Box::new(lab.dir.read_directory()?));
        handles.push(Box::new(lab.open(".", NONE, READ)?));
        handles.push(Box::new(lab.file(&format!("{seed}"))?));
        handles.push(Box::new(input));
        handles.push(Box::new(output));
        handles.push(Box::new(file));
        lab.dir.unlink_file_at(&format!("{seed}"))?;
        let mut state = seed;
        while !handles.is_empty() {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            drop(handles.swap_remove((state >> 16) % handles.len()));
        }
    }
    same("content", lab.content("file")?, b"x".to_vec())
}
