//! Writing from any source, reading into anything: each byte is moved once, and what a source or a
//! reader does wrong harms nobody but itself.

mod common;

use std::cell::RefCell;

use common::Clock;
use monaka_fs_core::{
    Access, CHUNK_BYTES, Error, Fd, Follow, Found, Gather, Limits, OpenFlags, Payload, Result,
    Source, View,
};

fn volume(bytes_max: u64) -> (View<Clock>, Fd) {
    let limits = Limits {
        bytes_max,
        ..Limits::default()
    };
    let mut volume = View::new(Clock::new(), limits).unwrap();
    let root = volume.open_root(Access::MUTATE_DIRECTORY).unwrap();
    let access = Access::READ | Access::WRITE;
    let file = volume.open_at(root, "file", Follow::Yes, OpenFlags::CREATE, access);
    (volume, file.unwrap())
}

fn content(volume: &mut View<Clock>, file: Fd) -> Vec<u8> {
    let mut bytes = Vec::new();
    let found = volume.gather(file, 0, usize::MAX, &mut bytes).unwrap();
    assert_eq!((found.len, found.end), (bytes.len(), true));
    bytes
}

/// Byte `i` of it is `i % 251`; it remembers what it was asked for.
#[derive(Default)]
struct Pattern {
    asked: RefCell<Vec<(usize, usize)>>,
}

impl Pattern {
    fn bytes(at: usize, len: usize) -> impl Iterator<Item = u8> {
        (at..at + len).map(|i| (i % 251) as u8)
    }

    fn is_asked_once(&self, len: usize) -> bool {
        let mut end = 0;
        self.asked.borrow().iter().all(|&(at, len)| {
            let goes_on = at == end;
            end += len;
            goes_on
        }) && end == len
    }
}

impl Source for Pattern {
    fn copy_to(&self, at: usize, to: &mut [u8]) {
        self.asked.borrow_mut().push((at, to.len()));
        for (to, from) in to.iter_mut().zip(Self::bytes(at, usize::MAX - at)) {
            *to = from;
        }
    }

    fn append_to(&self, at: usize, len: usize, to: &mut Vec<u8>) {
        self.asked.borrow_mut().push((at, len));
        let room = to.capacity();
        to.extend(Self::bytes(at, len));
        assert_eq!(to.capacity(), room, "there was room");
    }
}

#[test]
fn each_byte_is_asked_for_once() {
    let len = 3 * CHUNK_BYTES + 7;
    for offset in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 5 * CHUNK_BYTES] {
        for before in [0, 10, offset + 10, 2 * len + offset] {
            let (mut volume, file) = volume(1 << 30);
            let mut expected = vec![7; before];
            volume.write(file, 0, &expected).unwrap();
            expected.resize(before.max(offset + len), 0);
            let bytes: Vec<u8> = Pattern::bytes(0, len).collect();
            expected[offset..offset + len].copy_from_slice(&bytes);

            let source = Pattern::default();
            let payload = Payload::new(&source, len);
            assert_eq!(volume.write_from(file, offset as u64, payload), Ok(len));
            assert!(source.is_asked_once(len), "{:?}", source.asked);
            assert!(
                content(&mut volume, file) == expected,
                "{len} at {offset}, over {before}"
            );
            assert_eq!(volume.check(), Ok(()));
        }
    }
}

#[test]
fn what_does_not_fit_is_not_asked_for() {
    let (mut volume, file) = volume(100);
    let source = Pattern::default();
    let payload = Payload::new(&source, 1000);
    assert_eq!(volume.append_from(file, payload), Ok((0, 100)));
    assert!(source.is_asked_once(100));
    assert_eq!(
        volume.append_from(file, payload.after(100)),
        Err(Error::InsufficientSpace)
    );
    assert!(source.is_asked_once(100));
    assert_eq!(volume.check(), Ok(()));
}

#[test]
fn a_payload_is_a_stretch() {
    let source = Pattern::default();
    let payload = Payload::new(&source, 10).after(3).first(4);
    assert_eq!(payload.len(), 4);
    let (mut volume, file) = volume(100);
    volume.write_from(file, 0, payload).unwrap();
    assert_eq!(content(&mut volume, file), [3, 4, 5, 6]);
    assert!(payload.after(99).is_empty() && payload.after(4).is_empty());
    assert_eq!(payload.first(99).len(), 4);
}

/// What is done to a vector instead of appending so many bytes.
type Lie = fn(&mut Vec<u8>, usize);

/// Appends something else than what it is asked for.
struct Liar(Lie);

impl Source for Liar {
    fn copy_to(&self, _at: usize, _to: &mut [u8]) {}

    fn append_to(&self, _at: usize, len: usize, to: &mut Vec<u8>) {
        self.0(to, len);
    }
}

#[test]
fn a_source_that_breaks_its_promise_damages_its_own_content_only() {
    let lies: [(&str, Lie); 6] = [
        ("nothing", |_, _| {}),
        ("less", |to, len| to.resize(to.len() + len / 2, 1)),
        ("more", |to, len| to.resize(to.len() + 2 * len, 1)),
        ("cut", |to, _| to.truncate(3)),
        ("gone", |to, _| drop(std::mem::take(to))),
        ("another", |to, len| *to = vec![1; 3 * len]),
    ];
    for (name, lie) in lies {
        for (before, len) in [(0, 100), (10, 100), (CHUNK_BYTES - 10, 3 * CHUNK_BYTES)] {
            let (mut volume, file) = volume(1 << 30);
            volume.write(file, 0, &vec![7; before]).unwrap();
            let source = Liar(lie);
            let payload = Payload::new(&source, len);
            assert_eq!(volume.append_from(file, payload), Ok((before as u64, len)));
            assert_eq!(volume.stat(file).unwrap().size, (before + len) as u64);
            assert_eq!(volume.check(), Ok(()), "{name}");

            let bytes = content(&mut volume, file);
            assert_eq!(bytes.len(), before + len, "{name}");
            if matches!(name, "nothing" | "less" | "more") {
                assert!(bytes[..before].iter().all(|&byte| byte == 7), "{name}");
            }
            volume.set_size(file, 0).unwrap();
            assert_eq!(volume.usage().bytes, 0, "{name}");
        }
    }
}

/// Takes a few runs and no more.
struct Few {
    room: usize,
    taken: usize,
}

impl Gather for Few {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        self.zeroes(bytes.len())
    }

    fn zeroes(&mut self, count: usize) -> bool {
        let taken = self.room > 0;
        if taken {
            self.room -= 1;
            self.taken += count;
        }
        taken
    }
}

#[test]
fn a_read_ends_where_nothing_more_is_taken() {
    let (mut volume, file) = volume(1 << 30);
    let chunk = CHUNK_BYTES as u64;
    volume.write(file, 0, b"data").unwrap();
    volume.write(file, 3 * chunk, b"data").unwrap();
    // Bytes and zeros of the first chunk, two holes, bytes of the last.
    let steps = [4, CHUNK_BYTES - 4, CHUNK_BYTES, CHUNK_BYTES, 4];
    for room in 0..=steps.len() {
        let mut few = Few { room, taken: 0 };
        let found = volume.gather(file, 0, usize::MAX, &mut few).unwrap();
        let len = steps[..room].iter().sum();
        assert_eq!(few.taken, len);
        let end = room == steps.len();
        assert_eq!(found, Found { len, end });
    }
}

/// Has no memory.
struct Poor;

impl Gather for Poor {
    fn reserve(&mut self, _len: usize) -> Result<()> {
        Err(Error::InsufficientMemory)
    }

    fn data(&mut self, _bytes: &[u8]) -> bool {
        unreachable!("nothing was reserved")
    }

    fn zeroes(&mut self, _count: usize) -> bool {
        unreachable!("nothing was reserved")
    }
}

#[test]
fn a_read_that_finds_no_room_is_an_error_where_there_are_bytes() {
    let (mut volume, file) = volume(1 << 30);
    let end = Found { len: 0, end: true };
    assert_eq!(volume.gather(file, 0, 10, &mut Poor), Ok(end));
    volume.write(file, 0, b"data").unwrap();
    let refused = Err(Error::InsufficientMemory);
    assert_eq!(volume.gather(file, 0, 10, &mut Poor), refused);
    assert_eq!(volume.gather(file, 4, 10, &mut Poor), Ok(end));
    let not_asked = Found { len: 0, end: false };
    assert_eq!(volume.gather(file, 0, 0, &mut Poor), Ok(not_asked));
}

#[test]
fn a_vector_takes_what_it_reserved_and_no_more() {
    let mut bytes = Vec::new();
    assert!(!bytes.data(b"abc") && !bytes.zeroes(3));
    bytes.reserve_exact(4);
    assert!(bytes.data(b"abc") && bytes.zeroes(1) && !bytes.data(b"d"));
    assert_eq!(bytes, b"abc\0");
}

#[test]
fn a_slice_is_filled_from_its_start() {
    let mut buf = [1; 6];
    let mut rest = &mut buf[..];
    assert!(rest.data(b"abc") && rest.zeroes(2) && !rest.data(b"de"));
    assert_eq!(rest, [1]);
    assert_eq!(buf, *b"abc\0\0\x01");
}
