//! The state of a host as files, as a host's own calls see them. (Programs see the same: the example
//! `examples/settings` and the end-to-end tests.)

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use monaka_host::synthetic::{
    LINE_BYTES_MAX, Node, control, directory, dynamic, stream, text, try_text, value,
};
use monaka_host::{Error, ErrorCode, Limits, Result, Volume};

fn mounted(node: Node) -> Volume {
    let volume = Volume::new(Limits::default()).unwrap();
    volume.mount("/host", node).unwrap();
    volume
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> ErrorCode {
    match result.unwrap_err() {
        Error::Path { code, path } => {
            assert!(path.starts_with("/host"), "{path}");
            code
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_text_is_made_at_each_open_and_never_written() {
    let opens = AtomicU32::new(0);
    let volume = mounted(text(move || {
        opens.fetch_add(1, Ordering::Relaxed).to_string()
    }));
    assert_eq!(volume.read("/host").unwrap(), b"0");
    assert_eq!(volume.read("/host").unwrap(), b"1");
    assert_eq!(code(volume.write("/host", b"x")), ErrorCode::Access);
    let broken: fn() -> Result<Vec<u8>, ErrorCode> = || Err(ErrorCode::Busy);
    assert_eq!(
        code(mounted(try_text(broken)).read("/host")),
        ErrorCode::Busy
    );
}

#[test]
fn a_value_that_is_refused_fails_its_write() {
    let level = Arc::new(Mutex::new(7_u8));
    let volume = mounted(value(
        Arc::clone(&level),
        |level| level.lock().unwrap().to_string(),
        |level, text| {
            *level.lock().unwrap() = text.trim().parse().map_err(|_| ErrorCode::Overflow)?;
            Ok(())
        },
    ));
    volume.write("/host", b"9\n").unwrap();
    assert_eq!(*level.lock().unwrap(), 9);
    assert_eq!(code(volume.write("/host", b"900")), ErrorCode::Overflow);
    assert_eq!(code(volume.write("/host", b"\xff")), ErrorCode::Invalid);
    assert_eq!(volume.read("/host").unwrap(), b"9");
}

#[test]
fn a_control_file_runs_lines() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    let volume = mounted(control(move |line| match line {
        "fail" => Err(ErrorCode::NotPermitted),
        line => {
            seen.lock().unwrap().push(line.to_owned());
            Ok(())
        }
    }));
    volume.write("/host", b"one\ntwo\nthree").unwrap();
    assert_eq!(*lines.lock().unwrap(), ["one", "two", "three"]);
    lines.lock().unwrap().clear();
    let failed = code(volume.write("/host", b"four\nfail\nfive\n"));
    assert_eq!(failed, ErrorCode::NotPermitted);
    assert_eq!(*lines.lock().unwrap(), ["four"]);
    assert_eq!(code(volume.read("/host")), ErrorCode::Access);
    let longest = vec![b'x'; LINE_BYTES_MAX];
    volume.write("/host", &longest).unwrap();
    let longer = [&longest[..], b"x"].concat();
    assert_eq!(code(volume.write("/host", &longer)), ErrorCode::Invalid);
}

#[test]
fn a_stream_is_read_once_from_start_to_end() {
    let volume = mounted(stream(|| {
        let mut left = 3;
        Ok(move |bytes: &mut Vec<u8>| {
            if left > 0 {
                left -= 1;
                bytes.extend_from_slice(&[b'0' + left; 70_000]);
            }
            Ok(())
        })
    }));
    for _ in 0..2 {
        let bytes = volume.read("/host").unwrap();
        assert_eq!(bytes.len(), 210_000);
        assert_eq!((bytes[0], bytes[209_999]), (b'2', b'0'));
    }
    assert_eq!(code(volume.write("/host", b"x")), ErrorCode::Access);
}

#[test]
fn directories_are_listed_as_they_are_made() {
    let count = Arc::new(AtomicU32::new(2));
    let made = Arc::clone(&count);
    let jobs = dynamic(move || {
        let job = |number: u32| (number.to_string(), text(move || format!("job {number}")));
        (0..made.load(Ordering::Relaxed)).map(job).collect()
    });
    let volume = mounted(directory([("jobs", jobs), ("version", text(|| "1"))]));
    let names = |path| -> Vec<String> {
        let entries = volume.list(path).unwrap();
        entries.into_iter().map(|entry| entry.name).collect()
    };
    assert_eq!(names("/host"), ["jobs", "version"]);
    assert_eq!(names("/host/jobs"), ["0", "1"]);
    count.store(1, Ordering::Relaxed);
    assert_eq!(names("/host/jobs"), ["0"]);
    assert_eq!(code(volume.read("/host/jobs/1")), ErrorCode::NoEntry);
    assert_eq!(volume.read("/host/jobs/0").unwrap(), b"job 0");
    assert_eq!(code(volume.remove("/host/jobs/0")), ErrorCode::ReadOnly);
    assert_eq!(code(volume.remove("/host/version")), ErrorCode::ReadOnly);
}

#[test]
fn what_is_mounted_can_be_taken_out_and_nothing_else() {
    let volume = Volume::new(Limits::default()).unwrap();
    volume.mount("/host", text(|| "x")).unwrap();
    let again = volume.mount("/host", text(|| "y"));
    assert_eq!(code(again), ErrorCode::Exist);
    volume.unmount("/host").unwrap();
    assert_eq!(code(volume.unmount("/host")), ErrorCode::NoEntry);
    assert_eq!(volume.usage().inodes, 1);
}
