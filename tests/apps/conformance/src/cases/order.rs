//! Drops in every order: nothing needs what it came from.

use crate::lab::*;

super::cases![every_order, every_order_of_one_kind, with_their_directory];

/// What is dropped, and still has to work until then.
enum Thing {
    Name,
    Directory(Descriptor),
    File(Descriptor),
    Input(InputStream),
    Output(OutputStream),
    Listing(crate::wasi::filesystem::types::DirectoryEntryStream),
    Error(Error),
}

impl Thing {
    /// Seven of them, about one file.
    fn all(lab: &Lab) -> Outcome<Vec<Self>> {
        let directory = lab.open(".", OpenFlags::DIRECTORY, READ)?;
        let file = lab.file("file")?;
        file.write(&[b'x'; 32], 0)?;
        let (input, output) = (file.read_via_stream(0)?, file.append_via_stream()?);
        let listing = directory.read_directory()?;
        let error = too_large(&file)?;
        Ok(vec![
            Self::Name,
            Self::Directory(directory),
            Self::File(file),
            Self::Input(input),
            Self::Output(output),
            Self::Listing(listing),
            Self::Error(error),
        ])
    }

    fn works(&self, lab: &Lab) -> Outcome {
        match self {
            Self::Name => holds("name", lab.stat("file")?.size >= 32),
            Self::Directory(directory) => same(
                "directory",
                directory.get_type()?,
                DescriptorType::Directory,
            ),
            Self::File(file) => same("file", file.read(1, 31)?.0, b"x".to_vec()),
            Self::Input(input) => same("input", told(input.blocking_read(1))?, b"x".to_vec()),
            Self::Output(output) => same(
                "output",
                told(output.blocking_write_and_flush(b"y")),
                Ok(()),
            ),
            Self::Listing(listing) => Ok(listing.read_directory_entry().map(drop)?),
            Self::Error(error) => same(
                "error",
                filesystem_error_code(error),
                Some(ErrorCode::FileTooLarge),
            ),
        }
    }

    fn drop(self, lab: &Lab) -> Outcome {
        match self {
            Self::Name => Ok(lab.dir.unlink_file_at("file")?),
            _ => Ok(()),
        }
    }
}

fn too_large(file: &Descriptor) -> Outcome<Error> {
    let stream = file.write_via_stream(u64::MAX - 1)?;
    match stream.blocking_write_and_flush(b"xy") {
        Err(StreamError::LastOperationFailed(error)) => Ok(error),
        other => Err(Failure(format!("{other:?}"))),
    }
}

/// All 5040 orders of seven things, each of which works until it goes.
fn every_order(lab: &Lab) -> Outcome {
    for order in orders(7) {
        let mut things: Vec<_> = Thing::all(lab)?.into_iter().map(Some).collect();
        for &next in &order {
            if let Some(thing) = things[next].take() {
                thing.drop(lab)?;
            }
            for left in things.iter().flatten() {
                left.works(lab)
                    .map_err(|Failure(what)| Failure(format!("{order:?} after {next}: {what}")))?;
            }
        }
    }
    same("names", names(&lab.dir)?, vec![])
}

/// Five streams of one descriptor, and the descriptor.
fn every_order_of_one_kind(lab: &Lab) -> Outcome {
    for order in orders(5) {
        lab.put("file", b"0123456789")?;
        let file = lab.file("file")?;
        let streams = (0..5).map(|i| file.read_via_stream(i).map(Some));
        let mut streams = streams.collect::<Result<Vec<_>, _>>()?;
        drop(file);
        for &next in &order {
            streams[next] = None;
            for stream in streams.iter().flatten() {
                same("left", told(stream.blocking_skip(1)), Ok(1))?;
            }
        }
    }
    Ok(())
}

/// A directory that is removed while a file in it, a listing of it and a
/// descriptor of it are there, in all orders.
fn with_their_directory(lab: &Lab) -> Outcome {
    for order in orders(4) {
        lab.mkdir("dir")?;
        let dir = lab.open("dir", OpenFlags::DIRECTORY, READ | MUTATE)?;
        let file = dir.open_at(NO_FOLLOW, "file", OpenFlags::CREATE, READ | WRITE)?;
        let listing = dir.read_directory()?;
        dir.unlink_file_at("file")?;
        let (mut dir, mut file, mut listing) = (Some(dir), Some(file), Some(listing));
        for step in order {
            match step {
                0 => lab.dir.remove_directory_at("dir")?,
                1 => dir = None,
                2 => file = None,
                _ => listing = None,
            }
            if let Some(dir) = &dir {
                same("empty", names(dir)?, vec![])?;
            }
            if let Some(file) = &file {
                same("no name", file.stat()?.link_count, 0)?;
            }
            if let Some(listing) = &listing {
                holds("end", listing.read_directory_entry()?.is_none())?;
            }
        }
        holds("gone", !lab.exists("dir"))?;
    }
    Ok(())
}
