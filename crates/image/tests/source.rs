//! Images of trees that are no host directories.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;

use monaka_fs_core::image::{Content as Record, Image};
use monaka_fs_core::{CHUNK_BYTES, Ino, NAME_BYTES_MAX, PATH_BYTES_MAX, Time};
use monaka_image::{
    Body, Content, EntryKind, Node, Outline, Run, Source, Unsound, WriteError, damaged, tree,
};

/// A tree in memory: inodes by number, 0 is the root.
#[derive(Default)]
struct Memory {
    inodes: HashMap<u32, Inode>,
    /// What was asked for, in order.
    asked: RefCell<Vec<String>>,
}

struct Inode {
    mode: u16,
    read_only: bool,
    body: What,
}

enum What {
    Directory(Vec<(&'static str, u32)>),
    /// The size that is said, and what there is.
    File(u64, Vec<Run<'static>>),
    Symlink(String),
}

impl Memory {
    fn with(mut self, ino: u32, body: What) -> Self {
        let inode = Inode {
            mode: 0o640,
            read_only: false,
            body,
        };
        self.inodes.insert(ino, inode);
        self
    }

    fn read_only(mut self, ino: u32) -> Self {
        self.inodes.get_mut(&ino).unwrap().read_only = true;
        self
    }
}

fn directory(entries: &[(&'static str, u32)]) -> What {
    What::Directory(entries.to_vec())
}

fn file(runs: &[Run<'static>]) -> What {
    What::File(runs.iter().map(Run::len).sum(), runs.to_vec())
}

impl Source for Memory {
    type Id = u32;
    type Error = Infallible;
    type Content<'a> = Runs<'a>;

    fn root(&self) -> u32 {
        0
    }

    fn node(&self, id: u32) -> Result<Node<'_, u32>, Infallible> {
        self.asked.borrow_mut().push(format!("node {id}"));
        let inode = &self.inodes[&id];
        let body = match &inode.body {
            What::Directory(entries) => {
                let entries = entries.iter();
                Body::Directory(entries.map(|&(name, id)| (Cow::from(name), id)).collect())
            }
            What::File(size, _) => Body::File(*size),
            What::Symlink(target) => Body::Symlink(target.into()),
        };
        Ok(Node {
            mode: inode.mode,
            read_only: inode.read_only,
            atime: Time(u64::from(id) + 1),
            mtime: Time(u64::from(id) + 2),
            ctime: Time(u64::from(id) + 3),
            body,
        })
    }

    fn open(&self, id: u32) -> Result<Runs<'_>, Infallible> {
        self.asked.borrow_mut().push(format!("open {id}"));
        match &self.inodes[&id].body {
            What::File(_, runs) => Ok(Runs(runs.iter())),
            _ => panic!("{id} is no file"),
        }
    }
}

struct Runs<'a>(std::slice::Iter<'a, Run<'static>>);

impl Content for Runs<'_> {
    type Error = Infallible;

    fn next_run(&mut self) -> Result<Option<Run<'_>>, Infallible> {
        Ok(self.0.next().copied())
    }
}

fn written(source: &Memory) -> Result<Vec<u8>, WriteError<Infallible>> {
    let outline = Outline::of(source)?;
    let mut image = Vec::new();
    outline.write(source, &mut image, &mut ())?;
    assert_eq!(image.len() as u64, outline.len());
    Ok(image)
}

fn refused(source: &Memory) -> Unsound {
    match Outline::of(source) {
        Err(WriteError::Unsound(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// The content of the file at an inode of an image, each block compared with its checksum.
fn content(image: &Image<'_>, ino: u32) -> Vec<u8> {
    let Some(Record::File(content)) = image.record(Ino(ino)).map(|record| record.content) else {
        panic!("{ino} is no file");
    };
    let blocks: Result<Vec<_>, _> = content.blocks().collect();
    blocks.unwrap().concat()
}

#[test]
fn a_tree_comes_back_with_its_links_times_and_marks() {
    let source = Memory::default()
        .with(0, directory(&[("z", 7), ("dir", 5), ("a", 9)]))
        .with(5, directory(&[("same", 7), ("to", 3)]))
        .with(7, file(&[Run::Bytes(b"linked")]))
        .with(3, What::Symlink("/dir/../a".into()))
        .with(9, file(&[]));
    let source = source.read_only(5).read_only(7).read_only(3);
    let image = written(&source).unwrap();
    let image = Image::parse(&image).unwrap();

    let entries = tree(&image).unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| (entry.path.as_str(), entry.ino, entry.nlink, entry.read_only))
        .collect();
    assert_eq!(
        seen,
        [
            ("/", 0, 3, false),
            ("/a", 1, 1, false),
            ("/dir", 2, 2, true),
            ("/dir/same", 3, 2, true),
            ("/dir/to", 4, 1, true),
            ("/z", 3, 2, true),
        ]
    );
    assert_eq!(content(&image, 3), b"linked");
    assert_eq!(content(&image, 1), b"");
    let target = "/dir/../a".to_string();
    assert_eq!(entries[4].kind, EntryKind::Symlink { target });
    let record = image.record(Ino(3)).unwrap();
    assert_eq!(record.mode, 0o640);
    assert_eq!(
        (record.atime, record.mtime, record.ctime),
        (Time(8), Time(9), Time(10))
    );
}

#[test]
fn runs_of_any_length_are_one_file() {
    static ONES: [u8; 3 * CHUNK_BYTES] = [1; 3 * CHUNK_BYTES];
    let chunk = CHUNK_BYTES as u64;
    let cases: &[&[Run<'static>]] = &[
        &[Run::Bytes(&ONES)],
        &[Run::Hole(3 * chunk)],
        &[
            Run::Bytes(&ONES[..1]),
            Run::Hole(2 * chunk),
            Run::Bytes(&ONES[..CHUNK_BYTES]),
        ],
        &[
            Run::Hole(chunk - 1),
            Run::Bytes(&ONES[..2]),
            Run::Hole(0),
            Run::Hole(5),
        ],
        &[
            Run::Bytes(&[]),
            Run::Bytes(&ONES[..CHUNK_BYTES]),
            Run::Hole(chunk),
        ],
    ];
    for runs in cases {
        // A second file, whose blocks start anew.
        let source = Memory::default()
            .with(0, directory(&[("f", 1), ("g", 2)]))
            .with(1, file(runs))
            .with(2, file(&[Run::Bytes(b"next")]));
        let image = written(&source).unwrap();
        let image = Image::parse(&image).unwrap();
        let expected: Vec<u8> = runs
            .iter()
            .flat_map(|run| match run {
                Run::Bytes(bytes) => bytes.to_vec(),
                Run::Hole(len) => vec![0; *len as usize],
            })
            .collect();
        assert!(content(&image, 1) == expected, "{:?}", runs.len());
        assert_eq!(content(&image, 2), b"next");
        assert_eq!(damaged(&image, &tree(&image).unwrap()), [""; 0]);
    }
}

#[test]
fn each_inode_is_asked_for_once_and_files_in_the_order_of_the_image() {
    let source = Memory::default()
        .with(0, directory(&[("b", 1), ("a", 2), ("c", 1)]))
        .with(1, file(&[Run::Bytes(b"b")]))
        .with(2, file(&[Run::Hole(1)]));
    written(&source).unwrap();
    assert_eq!(
        *source.asked.borrow(),
        ["node 0", "node 2", "node 1", "open 2", "open 1"]
    );
}

/// An image that is written to a file while its source holds more than memory has.
#[test]
fn nothing_but_the_index_is_held() {
    struct Count(u64, usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len() as u64;
            self.1 = self.1.max(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let source = Memory::default()
        .with(0, directory(&[("f", 1)]))
        .with(1, file(&[Run::Hole(5 << 30)]));
    let outline = Outline::of(&source).unwrap();
    let mut out = Count(0, 0);
    outline.write(&source, &mut out, &mut ()).unwrap();
    assert_eq!(out.0, outline.len());
    assert!(out.0 > 5 << 30);
    // The checksums of 80 Ki blocks are written at once.
    assert!(out.1 < 1 << 20, "{}", out.1);
}

#[test]
fn a_file_of_another_size_than_was_said_is_refused() {
    for (said, runs) in [
        (3, [Run::Bytes(b"12")]),
        (1, [Run::Bytes(b"12")]),
        (0, [Run::Hole(9)]),
    ] {
        let source = Memory::default()
            .with(0, directory(&[("f", 1)]))
            .with(1, What::File(said, runs.to_vec()));
        let error = written(&source).unwrap_err();
        let longer = runs[0].len() > said;
        assert!(
            matches!(error, WriteError::Changed { planned, longer: l } if planned == said && l == longer),
            "{error}"
        );
    }
}

#[test]
fn what_no_reader_would_take_is_refused() {
    fn root(entries: &[(&'static str, u32)]) -> Memory {
        Memory::default().with(0, directory(entries))
    }
    let long = "n".repeat(NAME_BYTES_MAX + 1).leak();
    for name in ["", ".", "..", "a/b", "nul\0", long] {
        let source = root(&[("ok", 1), (name, 1)]).with(1, file(&[]));
        assert_eq!(refused(&source), Unsound::Name(name.into()));
    }
    let twice = root(&[("a", 1), ("b", 1), ("a", 1)]).with(1, file(&[]));
    assert_eq!(refused(&twice), Unsound::Twice("a".into()));
    for target in [String::new(), "\0".into(), "t".repeat(PATH_BYTES_MAX + 1)] {
        let source = root(&[("l", 1)]).with(1, What::Symlink(target.clone()));
        assert_eq!(refused(&source), Unsound::Target(target));
    }
    let shared = root(&[("a", 1), ("b", 1)]).with(1, directory(&[]));
    assert_eq!(refused(&shared), Unsound::Directory("a".into()));
    let circle = root(&[("a", 1)]).with(1, directory(&[("up", 0)]));
    assert_eq!(refused(&circle), Unsound::Directory("up".into()));
    let writable = root(&[("f", 1)]).with(1, file(&[])).read_only(0);
    assert_eq!(refused(&writable), Unsound::Writable("f".into()));
    let mut mode = root(&[]);
    mode.inodes.get_mut(&0).unwrap().mode = 0o10000;
    assert_eq!(refused(&mode), Unsound::Mode(0o10000));
    let file = Memory::default().with(0, file(&[]));
    assert_eq!(refused(&file), Unsound::Root);
}

#[test]
fn more_than_the_format_can_count_is_refused() {
    // A block of 64 KiB each: 2^32 of them are one too many.
    for (size, fits) in [((1 << 48) - CHUNK_BYTES as u64, true), (1 << 48, false)] {
        let source = Memory::default()
            .with(0, directory(&[("f", 1)]))
            .with(1, What::File(size, Vec::new()));
        match Outline::of(&source) {
            Ok(outline) => assert!(fits && outline.len() > size),
            Err(error) => {
                assert!(
                    !fits && matches!(error, WriteError::TooLarge { .. }),
                    "{error}"
                );
            }
        }
    }
}
