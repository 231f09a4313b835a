//! Whatever bytes the image reader is given: it says what is wrong with them, or there is a volume that can be walked and read.
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir fs-core/fuzz image -- -max_total_time=60
//! ```
//!
//! Half of the inputs are edits of a sound image, made right again by a new checksum, so that what is behind the checksum
//! is reached.

#![no_main]

#[path = "../../tests/common/image.rs"]
mod image;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use monaka_fs_core::image::Image;
use monaka_fs_core::{Access, Env, Fd, Follow, Kind, Limits, OpenFlags, Time, View};

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut builder = image::Builder::new();
    builder
        .directory("d")
        .file("d/file", b"content")
        .directory("d/e")
        .symlink("link", "d/file")
        .link("d/file", "same")
        .directory("fixed")
        .file("fixed/file", &[7; 70_000])
        .read_only("fixed");
    builder.build()
});

fuzz_target!(|data: &[u8]| match data.split_first() {
    Some((0..128, edits)) => read(edited(edits)),
    Some((_, bytes)) => read(bytes.to_vec()),
    None => {}
});

/// The sample with some bytes replaced: three bytes of input tell where, counted from both ends, and one tells the new byte.
fn edited(edits: &[u8]) -> Vec<u8> {
    let mut bytes = SAMPLE.clone();
    for edit in edits.chunks_exact(4) {
        let at = usize::from(edit[0]) << 8 | usize::from(edit[1]);
        let at = if edit[2] < 128 {
            at % 64
        } else {
            bytes.len() - 1 - at % 2048
        };
        bytes[at] = edit[3];
    }
    image::reseal(&mut bytes);
    bytes
}

fn read(bytes: Vec<u8>) {
    if Image::parse(&bytes).is_err() {
        return;
    }
    let leaked: *mut [u8] = Box::into_raw(bytes.into_boxed_slice());
    // SAFETY: the bytes are valid until they are taken back below, when nothing borrows them any more.
    let image = Image::parse(unsafe { &*leaked }).expect("the same bytes are sound again");
    let mut volume = View::from_image(Epoch, Limits::default(), image).expect("it fits");
    assert_eq!(volume.check(), Ok(()));
    walk(&mut volume);
    drop(volume);
    // SAFETY: it came from `Box::into_raw`, and the volume that borrowed from it is gone.
    drop(unsafe { Box::from_raw(leaked) });
}

struct Epoch;

impl Env for Epoch {
    fn now(&self) -> Time {
        Time(0)
    }
}

fn walk(volume: &mut View<Epoch>) {
    let mut waiting = vec![volume.open_root(Access::READ).expect("a root")];
    while let Some(dir) = waiting.pop() {
        let mut cursor = volume.read_directory(dir).expect("a directory");
        while let Some(entry) = volume.next_entry(dir, &mut cursor).expect("a directory") {
            let (name, kind) = (entry.name.to_owned(), entry.kind);
            volume
                .stat_at(dir, &name, Follow::No)
                .expect("what is listed is there");
            // It may lead nowhere.
            let _ = volume.stat_at(dir, &name, Follow::Yes);
            if kind == Kind::Symlink {
                volume.readlink_at(dir, &name).expect("a symbolic link");
                continue;
            }
            let fd = volume.open_at(dir, &name, Follow::No, OpenFlags::empty(), Access::READ);
            let fd = fd.expect("what is listed opens");
            match kind {
                Kind::Directory => waiting.push(fd),
                _ => read_file(volume, fd),
            }
        }
        volume.close(dir).expect("it is open");
    }
}

/// Reads all blocks; damaged ones are errors.
fn read_file(volume: &mut View<Epoch>, fd: Fd) {
    let size = volume.stat(fd).expect("it is open").size;
    let mut buf = vec![0; 65_536];
    for offset in (0..size).step_by(buf.len()) {
        let _ = volume.read(fd, offset, &mut buf);
    }
    volume.close(fd).expect("it is open");
}
