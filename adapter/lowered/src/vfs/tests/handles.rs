//! Handles that are none, or were, or are of something else.

use super::lab::{Lab, bytes_of};
use crate::table::{HANDLES_MAX, Kind, READY, VIRTUAL, is_virtual};
use crate::vfs::StreamError;
use monaka_fs_core::{Access, Error, Follow, Limits, OpenFlags, Payload, SetTime, View};

const BAD: Error = Error::BadDescriptor;

/// Every function of a descriptor, on a handle that is none; with the root where
/// it takes a second one.
fn assert_no_descriptor(lab: &mut Lab, bad: u32) {
    let root = lab.root;
    let vfs = &mut lab.vfs;
    let bytes: &[u8] = b"bytes";
    let payload = Payload::from(&bytes);
    let (no, unchanged) = (Follow::No, Ok(SetTime::Unchanged));
    let outcomes = [
        vfs.read_via_stream(bad, 0).err(),
        vfs.write_via_stream(bad, 0).err(),
        vfs.append_via_stream(bad).err(),
        vfs.advise(bad).err(),
        vfs.sync(bad).err(),
        vfs.get_flags(bad).err(),
        vfs.get_type(bad).err(),
        vfs.set_size(bad, 0).err(),
        vfs.set_times(bad, unchanged, unchanged).err(),
        vfs.read(bad, 1, 0).err(),
        vfs.write(bad, payload, 0).err(),
        vfs.read_directory(bad).err(),
        vfs.create_directory_at(bad, "d").err(),
        vfs.stat(bad).err(),
        vfs.stat_at(bad, no, "f").err(),
        vfs.set_times_at(bad, no, "f", unchanged, unchanged).err(),
        vfs.link_at(bad, no, "f", root, "g").err(),
        vfs.link_at(root, no, "f", bad, "g").err(),
        vfs.open_at(bad, no, "f", OpenFlags::CREATE, Access::READ)
            .err(),
        vfs.readlink_at(bad, "f").err(),
        vfs.remove_directory_at(bad, "f").err(),
        vfs.rename_at(bad, "f", root, "g").err(),
        vfs.rename_at(root, "f", bad, "g").err(),
        vfs.symlink_at(bad, "f", "g").err(),
        vfs.unlink_file_at(bad, "f").err(),
        vfs.metadata_hash(bad).err(),
        vfs.metadata_hash_at(bad, no, "f").err(),
    ];
    for (function, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome, Some(BAD), "{bad:#x}: number {function}");
    }
    assert!(!vfs.is_same_object(bad, root) && !vfs.is_same_object(root, bad));
    assert!(!vfs.is_same_object(bad, bad));
}

/// Every function of the other resources, on a handle that is none.
fn assert_nothing_else(lab: &mut Lab, bad: u32) {
    let closed = Some(StreamError::Closed);
    let bytes: &[u8] = b"bytes";
    let payload = Payload::from(&bytes);
    let vfs = &mut lab.vfs;
    assert_eq!(vfs.read_directory_entry(bad).err(), Some(BAD));
    assert_eq!(vfs.input_read(bad, 1).err(), closed);
    assert_eq!(vfs.input_read(bad, 0).err(), closed);
    assert_eq!(vfs.input_skip(bad, 1).err(), closed);
    assert_eq!(vfs.check_write(bad).err(), closed);
    assert_eq!(vfs.output_write(bad, payload).err(), closed);
    assert_eq!(vfs.write_zeroes(bad, 1).err(), closed);
    assert_eq!(vfs.flush(bad).err(), closed);
    assert_eq!(vfs.filesystem_error_code(bad), None);
    assert_eq!(vfs.to_debug_string(bad), "bad-descriptor");
}

#[test]
fn what_a_program_makes_up_is_no_handle() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"content");
    for bad in [
        VIRTUAL | 999,
        file | 1 << 31,
        file ^ 1 << 18,
        READY,
        u32::MAX,
        0,
        file & !VIRTUAL,
    ] {
        assert_no_descriptor(&mut lab, bad);
        assert_nothing_else(&mut lab, bad);
        for kind in KINDS {
            lab.vfs.drop(bad, kind);
        }
    }
    assert_eq!(lab.content(file), b"content");
}

#[test]
fn what_was_dropped_is_no_handle_though_its_place_is_used_again() {
    let mut lab = Lab::new();
    let stale = lab.file("f", b"");
    lab.vfs.drop(stale, Kind::Descriptor);
    assert_no_descriptor(&mut lab, stale);
    assert_nothing_else(&mut lab, stale);

    let fresh = lab.open("f", OpenFlags::empty()).unwrap();
    lab.vfs.drop(stale, Kind::Descriptor);
    assert_no_descriptor(&mut lab, stale);
    lab.write(fresh, 0, b"written");
    assert_eq!(lab.content(fresh), b"written");
}

#[test]
fn a_handle_is_of_one_kind() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"content");
    let input = lab.input(file, 0);
    let output = lab.output(file, 7);
    let directory = lab.vfs.read_directory(lab.root).unwrap();
    let pollable = lab.vfs.subscribe();
    let beyond = lab.output_beyond_all(file);
    let failed = lab.vfs.write_zeroes(beyond, 1);
    let Err(StreamError::Failed(error)) = failed else {
        panic!("{failed:?}")
    };
    for (handle, kind) in [
        (input, Kind::Input),
        (output, Kind::Output),
        (directory, Kind::Directory),
        (pollable, Kind::Pollable),
        (error, Kind::Error),
    ] {
        assert_no_descriptor(&mut lab, handle);
        for other in KINDS.into_iter().filter(|&other| other != kind) {
            lab.vfs.drop(handle, other);
        }
    }
    assert_nothing_else(&mut lab, file);
    assert_nothing_else(&mut lab, pollable);
    assert_eq!(lab.vfs.check_write(input), Err(StreamError::Closed));
    assert_eq!(lab.read(output, 1), Err(StreamError::Closed));
    assert_eq!(lab.vfs.read_directory_entry(input), Err(BAD));

    // Nothing of this has ended anything.
    assert_eq!(lab.read(input, 99), Ok(b"content".to_vec()));
    assert!(lab.vfs.check_write(output).is_ok());
    let entry = lab.vfs.read_directory_entry(directory).unwrap().unwrap();
    assert_eq!(entry.name, "f");
    assert_eq!(
        lab.vfs.filesystem_error_code(error),
        Some(Error::FileTooLarge)
    );
    assert_eq!(lab.vfs.to_debug_string(error), "file-too-large");
}

#[test]
fn what_is_dropped_gives_back_what_it_held() {
    let mut lab = Lab::new();
    let handles = |lab: &Lab| lab.vfs.volume.as_ref().unwrap().usage().handles;
    let before = handles(&lab);
    let file = lab.file("f", b"content");
    let held = [
        (lab.input(file, 0), Kind::Input),
        (lab.output(file, 0), Kind::Output),
        (lab.vfs.append_via_stream(file).unwrap(), Kind::Output),
        (lab.vfs.read_directory(lab.root).unwrap(), Kind::Directory),
        (file, Kind::Descriptor),
    ];
    assert_eq!(handles(&lab), before + 5);
    for (handle, kind) in held {
        lab.vfs.drop(handle, kind);
        lab.vfs.drop(handle, kind);
    }
    assert_eq!(handles(&lab), before);
}

#[test]
fn where_no_handle_is_left_nothing_is_opened() {
    let mut lab = Lab::new();
    let file = lab.file("f", b"content");
    let beyond = lab.output_beyond_all(file);
    let filling = lab.fill();
    assert!(filling.len() < HANDLES_MAX as usize);

    let full = Some(Error::InsufficientMemory);
    assert_eq!(lab.open("new", OpenFlags::CREATE).err(), full);
    assert_eq!(lab.open("f", OpenFlags::TRUNCATE).err(), full);
    assert_eq!(lab.vfs.read_via_stream(file, 0).err(), full);
    assert_eq!(lab.vfs.write_via_stream(file, 0).err(), full);
    assert_eq!(lab.vfs.append_via_stream(file).err(), full);
    assert_eq!(lab.vfs.read_directory(lab.root).err(), full);
    assert_eq!(lab.vfs.get_directories(Access::READ), None);
    assert_eq!(lab.vfs.subscribe(), READY);
    lab.vfs.drop(READY, Kind::Pollable);
    assert_eq!(lab.vfs.subscribe(), READY);
    // An error that finds no place is lost.
    let failed = lab.vfs.write_zeroes(beyond, 1);
    assert_eq!(failed, Err(StreamError::Closed));
    assert_eq!(lab.content(file), b"content", "it was not cut");

    lab.vfs.drop(filling[0], Kind::Pollable);
    let missing = lab.open("new", OpenFlags::empty()).err();
    assert_eq!(missing, Some(Error::NoEntry), "it was not made");
    assert!(lab.open("f", OpenFlags::empty()).is_ok());
}

#[test]
fn a_volume_that_cannot_be_mounted_has_a_root_where_everything_fails() {
    let mut lab = Lab::of(Default::default(), |_| Err(Error::InsufficientSpace));
    let io = Some(Error::Io);
    assert!(is_virtual(lab.root));
    assert_eq!(lab.vfs.stat(lab.root).err(), io);
    assert_eq!(lab.open("f", OpenFlags::CREATE).err(), io);
    assert_eq!(lab.vfs.read_directory(lab.root).err(), io);
    assert_eq!(lab.vfs.read(lab.root, 1, 0).err(), io);
    assert!(!lab.vfs.is_same_object(lab.root, lab.root));
    assert_nothing_else(&mut lab, VIRTUAL | 999);
    lab.vfs.settle();
    let root = lab.root;
    lab.vfs.drop(root, Kind::Descriptor);
    assert_eq!(lab.vfs.stat(root).err(), Some(BAD));
}

#[test]
fn each_call_gives_a_root_of_its_own() {
    let mut lab = Lab::new();
    let other = lab.vfs.get_directories(Access::READ).unwrap();
    assert_ne!(other, lab.root);
    assert!(lab.vfs.is_same_object(other, lab.root));
    let root = lab.root;
    lab.vfs.drop(root, Kind::Descriptor);
    assert!(lab.vfs.stat(other).is_ok());
    let changed = lab.vfs.create_directory_at(other, "d");
    assert_eq!(changed, Err(Error::ReadOnly), "this one may only read");
}

/// A limit of the core is met behind the handles: the place that was reserved
/// is used by the next one.
#[test]
fn what_the_core_refuses_takes_no_handle() {
    let limits = Limits {
        handles_max: 2,
        ..Limits::default()
    };
    let mut lab = Lab::of(Default::default(), |host| View::new(host, limits));
    let file = lab.file("f", b"content");
    let full = Err(Error::InsufficientMemory);
    assert_eq!(lab.vfs.read_via_stream(file, 0), full);
    assert_eq!(lab.open("f", OpenFlags::empty()), full);
    let (found, _) = lab.vfs.read(file, 99, 0).unwrap();
    assert_eq!(bytes_of(found), b"content");
    let pollable = lab.vfs.subscribe();
    assert_eq!(pollable, file + 1);
}

const KINDS: [Kind; 6] = [
    Kind::Descriptor,
    Kind::Directory,
    Kind::Input,
    Kind::Output,
    Kind::Error,
    Kind::Pollable,
];
