//! Memory that ends: each allocation of an operation fails in turn. The operation says so and
//! changes nothing, or does without; the volume stays whole. An allocation that cannot fail would
//! end this program.
//!
//! This is what a guest is promised. On a host (feature `std`) a file is a counted pointer, which the
//! standard library allocates or ends the program; `cargo xtask test` runs these without the feature.

#![cfg(not(feature = "std"))]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::fs::{BOTH, Fs, MUTATE};
use common::image::sample;
use common::subject::dump;
use monaka_fs_core::image::Image;
use monaka_fs_core::{Access, Error, Follow, Limits, OpenFlags, Result, View};

#[global_allocator]
static ALLOCATOR: Failing = Failing;

thread_local! {
    /// How many allocations of this thread still succeed; `None` for all.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

struct Failing;

impl Failing {
    fn fails() -> bool {
        match LEFT.get() {
            None => false,
            Some(0) => {
                FAILED.set(true);
                true
            }
            Some(left) => {
                LEFT.set(Some(left - 1));
                false
            }
        }
    }
}

// SAFETY: every call goes to the system's allocator unchanged, or fails as the contract allows.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match Self::fails() {
            true => std::ptr::null_mut(),
            // SAFETY: the caller's obligations are those of the system's allocator.
            false => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match Self::fails() {
            true => std::ptr::null_mut(),
            // SAFETY: as above.
            false => unsafe { System.realloc(ptr, layout, size) },
        }
    }
}

/// Runs `step` with only so many allocations; tells whether one failed.
fn with_allocations<T>(count: usize, step: impl FnOnce() -> T) -> (T, bool) {
    FAILED.set(false);
    LEFT.set(Some(count));
    let result = step();
    LEFT.set(None);
    (result, FAILED.get())
}

/// A volume where every kind of operation has something to work on, and whose tables are full, so
/// that each grows next.
fn prepared() -> Fs {
    let mut fs = Fs::new();
    fs.mkdir("d").unwrap();
    fs.mkdir("e").unwrap();
    for i in 0..253 {
        fs.put(&format!("d/{i}"), b"content");
    }
    fs.put("large", &vec![7; 200_000]);
    fs.symlink("d/1", "s").unwrap();
    while fs.volume.usage().handles < 64 {
        fs.open(".", MUTATE).unwrap();
    }
    fs
}

fn check(name: &str, step: impl Fn(&mut Fs) -> Result<()>) {
    for count in 0.. {
        let mut fs = prepared();
        let before = fs.volume.usage();
        let (result, failed) = with_allocations(count, || step(&mut fs));
        assert_eq!(fs.volume.check(), Ok(()), "{name}, {count}");
        match result {
            Ok(()) if !failed => return,
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, Error::InsufficientMemory, "{name}, {count}");
                assert_eq!(fs.volume.usage().inodes, before.inodes, "{name}, {count}");
            }
        }
    }
}

#[test]
fn namespace_operations_survive_the_end_of_memory() {
    check("mkdir", |fs| fs.mkdir("d/new"));
    check("create", |fs| fs.create("d/new").map(drop));
    check("create in an empty directory", |fs| {
        fs.create("e/new").map(drop)
    });
    check("create through a link", |fs| {
        fs.symlink("e/new", "dangling")?;
        fs.unlink("dangling")
    });
    check("symlink", |fs| fs.symlink("target", "d/new"));
    check("link", |fs| fs.link("d/1", "e/new"));
    check("rename in place", |fs| {
        fs.rename("d/1", "d/a rather long name")
    });
    check("rename across", |fs| fs.rename("d/1", "e/1"));
    check("rename over", |fs| fs.rename("d/1", "d/2"));
    check("unlink", |fs| fs.unlink("d/1"));
    check("walk", |fs| fs.stat("s").map(drop));
    check("open", |fs| fs.open("s", BOTH).map(drop));
}

/// Compaction is put off where there is no memory for it, and goes on later.
#[test]
fn removing_works_without_memory() {
    let mut fs = prepared();
    for i in 0..250 {
        let name = format!("d/{i}");
        let (result, _) = with_allocations(0, || fs.unlink(&name));
        assert_eq!(result, Ok(()));
    }
    assert_eq!(fs.list("d").unwrap(), ["250", "251", "252"]);
}

#[test]
fn writing_survives_the_end_of_memory() {
    let write = |path: &'static str, offset: u64, len: usize| {
        let bytes = vec![8; len];
        move |fs: &mut Fs| {
            let fd = fs.open(path, BOTH)?;
            fs.volume.write(fd, offset, &bytes).map(drop)
        }
    };
    check("write a small file", write("d/1", 0, 1000));
    check("turn it into a table", write("d/1", 100_000, 1000));
    check("extend a large file", write("large", 200_000, 300_000));
    check("write far behind the end", write("large", 1 << 40, 10));
    check("truncate", |fs| {
        let fd = fs.open("large", BOTH)?;
        fs.volume.set_size(fd, 70_000)
    });
    check("extend by a hole", |fs| {
        let fd = fs.open("d/1", BOTH)?;
        fs.volume.set_size(fd, 70_000)
    });
    check("write zeros", |fs| {
        let fd = fs.open("d/1", BOTH)?;
        fs.volume.write_zeroes(fd, 2, 3).map(drop)
    });
}

#[test]
fn mounting_survives_the_end_of_memory() {
    let bytes: &'static [u8] = sample().build().leak();
    let clock = common::Clock::new();
    for count in 0.. {
        let ((), failed) = with_allocations(count, || {
            let Ok(image) = Image::parse(bytes) else {
                return;
            };
            let Ok(mut volume) = View::from_image(clock.clone(), Limits::default(), image) else {
                return;
            };
            let Ok(root) = volume.open_root(Access::READ) else {
                return;
            };
            let opened = volume.open_at(
                root,
                "etc/large",
                Follow::Yes,
                OpenFlags::empty(),
                Access::READ,
            );
            let Ok(large) = opened else { return };
            let _ = volume.read(large, 70_000, &mut [0; 10]);
        });
        if !failed {
            return;
        }
    }
}

#[test]
fn the_volume_is_whole_after_failures() {
    let mut fs = prepared();
    for count in 0..20 {
        let _ = with_allocations(count, || fs.mkdir("d/new"));
        let _ = fs.rmdir("d/new");
    }
    let fs_volume = std::mem::replace(
        &mut fs.volume,
        View::new(fs.clock.clone(), Limits::default()).unwrap(),
    );
    assert_eq!(fs_volume.check(), Ok(()));
    assert!(dump(&mut common::subject::VolumeSubject::new(fs_volume)).len() > 250);
}
