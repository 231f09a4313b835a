//! Whoever follows the events has what the volume has.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread;

use monaka_fs_core::{Access, Follow, OpenFlags, SetTime, Time};
use monaka_image::{Body, Source};

use super::*;
use crate::Limits;

fn volume() -> Volume {
    Volume::new(Limits::default()).unwrap()
}

fn all(watch: &Watch) -> Vec<Event> {
    std::iter::from_fn(|| watch.try_recv()).collect()
}

fn created(path: &str, kind: Kind) -> Event {
    let path = path.into();
    Event::Created { path, kind }
}

fn removed(path: &str, kind: Kind) -> Event {
    let path = path.into();
    Event::Removed { path, kind }
}

fn renamed(from: &str, to: &str, kind: Kind) -> Event {
    let (from, to) = (from.into(), to.into());
    Event::Renamed { from, to, kind }
}

fn written(paths: &[&str], range: Range<u64>) -> Event {
    let paths = paths.iter().map(ToString::to_string).collect();
    Event::Written { paths, range }
}

/// A tree that is known from events alone: what is at each path, files with their sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mirror {
    paths: BTreeMap<String, usize>,
    /// By number, as hard links have it.
    inodes: Vec<(Kind, u64)>,
}

impl Mirror {
    fn of(snapshot: &Snapshot) -> Self {
        let mut mirror = Self::default();
        let mut numbers = BTreeMap::new();
        let mut pending = vec![(String::new(), snapshot.root())];
        while let Some((path, ino)) = pending.pop() {
            let (kind, size) = match snapshot.node(ino).unwrap().body {
                Body::Directory(entries) => {
                    let below = |(name, ino)| (format!("{path}/{name}"), ino);
                    pending.extend(entries.into_iter().map(below));
                    (Kind::Directory, 0)
                }
                Body::File(size) => (Kind::File, size),
                Body::Symlink(_) => (Kind::Symlink, 0),
            };
            let next = mirror.inodes.len();
            let number = *numbers.entry(ino).or_insert(next);
            if number == next {
                mirror.inodes.push((kind, size));
            }
            mirror.paths.insert(path, number);
        }
        mirror.paths.remove("");
        mirror
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Created { path, kind } => {
                self.inodes.push((*kind, 0));
                let new = self.paths.insert(path.clone(), self.inodes.len() - 1);
                assert_eq!(new, None, "{event:?}");
            }
            Event::Linked { path, existing } => {
                let ino = self.paths[existing];
                assert_eq!(self.paths.insert(path.clone(), ino), None, "{event:?}");
            }
            Event::Removed { path, kind } => {
                let ino = self.paths.remove(path);
                assert_eq!(ino.map(|ino| self.inodes[ino].0), Some(*kind), "{event:?}");
                self.paths.retain(|below, _| !is_below(below, path));
            }
            Event::Renamed { from, to, .. } => {
                let moved = self.paths.iter().filter(|(path, _)| is_at(path, from));
                let moved: Vec<_> = moved.map(|(path, ino)| (path.clone(), *ino)).collect();
                assert!(!moved.is_empty(), "{event:?}");
                for (path, ino) in moved {
                    self.paths.remove(&path);
                    let path = format!("{to}{}", &path[from.len()..]);
                    assert_eq!(self.paths.insert(path, ino), None, "{event:?}");
                }
            }
            Event::Written { paths, range } => {
                let ino = self.same(paths);
                let size = &mut self.inodes[ino].1;
                *size = range.end.max(*size);
            }
            Event::Resized { paths, size } => {
                let ino = self.same(paths);
                self.inodes[ino].1 = *size;
            }
            Event::Touched { paths } => drop(self.same(paths)),
            Event::Rescan => panic!("lost"),
        }
    }

    /// The inode that is at all of these paths, and nowhere else.
    fn same(&self, paths: &[String]) -> usize {
        let ino = self.paths[&paths[0]];
        let names = self.paths.values().filter(|&&other| other == ino);
        assert_eq!(names.count().min(PATHS_MAX), paths.len(), "{paths:?}");
        assert!(
            paths.iter().all(|path| self.paths[path] == ino),
            "{paths:?}"
        );
        ino
    }

    /// What is where, and which paths are the same.
    fn seen(&self) -> Vec<(&str, Kind, u64, &str)> {
        let first = |ino| self.paths.iter().find(|(_, other)| *other == ino);
        let seen = self.paths.iter().map(|(path, ino)| {
            let (kind, size) = self.inodes[*ino];
            (path.as_str(), kind, size, first(ino).unwrap().0.as_str())
        });
        seen.collect()
    }
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn is_at(path: &str, at: &str) -> bool {
    path == at || is_below(path, at)
}

#[test]
fn events_come_in_the_order_of_the_changes() {
    let volume = volume();
    let watch = volume.watch(100).unwrap();
    volume.create_dir_all("/a/b").unwrap();
    volume.write("/a/b/f", b"four").unwrap();
    volume.append("/a/b/f", b"more").unwrap();
    volume.write("/a/b/f", b"x").unwrap();
    volume.symlink("b", "/a/to").unwrap();
    volume.remove("/a/b/f").unwrap();
    volume.remove("/a/b").unwrap();
    let paths = vec!["/a/b/f".to_string()];
    assert_eq!(
        all(&watch),
        [
            created("/a", Kind::Directory),
            created("/a/b", Kind::Directory),
            created("/a/b/f", Kind::File),
            written(&["/a/b/f"], 0..8),
            Event::Resized { paths, size: 0 },
            written(&["/a/b/f"], 0..1),
            created("/a/to", Kind::Symlink),
            removed("/a/b/f", Kind::File),
            removed("/a/b", Kind::Directory),
        ]
    );
}

#[test]
fn a_directory_is_renamed_with_its_content() {
    let volume = volume();
    volume.create_dir_all("/a/b/c").unwrap();
    volume.write("/a/b/c/f", b"").unwrap();
    volume.write("/x", b"").unwrap();
    let watch = volume.watch(100).unwrap();
    volume.rename("/a/b", "/d").unwrap();
    volume.append("/d/c/f", b"1").unwrap();
    volume.rename("/d/c/f", "/x").unwrap();
    volume.append("/x", b"2").unwrap();
    assert_eq!(
        all(&watch),
        [
            renamed("/a/b", "/d", Kind::Directory),
            written(&["/d/c/f"], 0..1),
            removed("/x", Kind::File),
            renamed("/d/c/f", "/x", Kind::File),
            written(&["/x"], 1..2),
        ]
    );
}

#[test]
fn a_file_has_all_its_names() {
    let volume = volume();
    volume.create_dir_all("/d").unwrap();
    volume.write("/one", b"").unwrap();
    let watch = volume.watch(100).unwrap();
    volume.link("/one", "/d/two").unwrap();
    volume.append("/d/two", b"1").unwrap();
    volume.remove("/one").unwrap();
    volume.append("/d/two", b"2").unwrap();
    let (path, existing) = ("/d/two".to_string(), "/one".to_string());
    assert_eq!(
        all(&watch),
        [
            Event::Linked { path, existing },
            written(&["/one", "/d/two"], 0..1),
            removed("/one", Kind::File),
            written(&["/d/two"], 1..2),
        ]
    );
}

#[test]
fn what_has_no_name_has_no_events() {
    let volume = volume();
    let mut core = volume.view().build().unwrap().core().fork().unwrap();
    let root = core
        .open_root(Access::READ | Access::MUTATE_DIRECTORY)
        .unwrap();
    let open = core.open_at(root, "f", Follow::No, OpenFlags::CREATE, Access::WRITE);
    let file = open.unwrap();
    let watch = volume.watch(100).unwrap();
    volume.remove("/f").unwrap();
    core.write(file, 0, b"unseen").unwrap();
    core.set_size(file, 9).unwrap();
    volume.write("/f", b"seen").unwrap();
    core.write(file, 4, b"unseen").unwrap();
    core.set_times_at(root, "f", Follow::No, SetTime::At(Time(1)), SetTime::Now)
        .unwrap();
    let paths = vec!["/f".to_string()];
    assert_eq!(
        all(&watch),
        [
            removed("/f", Kind::File),
            created("/f", Kind::File),
            written(&["/f"], 0..4),
            Event::Touched { paths },
        ]
    );
}

#[test]
fn a_view_tells_only_what_is_below_its_root() {
    let volume = volume();
    volume.create_dir_all("/tenants/a/d").unwrap();
    volume.create_dir_all("/tenants/b").unwrap();
    volume.write("/tenants/b/f", b"").unwrap();
    let tenant = volume.view().root("/tenants/a").build().unwrap();
    let watch = tenant.watch(100).unwrap();
    volume.write("/tenants/b/f", b"other").unwrap();
    volume.write("/tenants/a/d/f", b"").unwrap();
    volume.rename("/tenants", "/t").unwrap();
    tenant.append("/d/f", b"1").unwrap();
    volume.link("/t/a/d/f", "/t/b/same").unwrap();
    volume.append("/t/b/same", b"2").unwrap();
    volume.rename("/t/a/d", "/t/b/d").unwrap();
    volume.append("/t/b/same", b"3").unwrap();
    let seen = all(&watch);
    assert_eq!(
        seen,
        [
            created("/d/f", Kind::File),
            written(&["/d/f"], 0..2),
            removed("/d", Kind::Directory),
        ]
    );
    // What comes in may hold anything.
    volume.rename("/t/b/d", "/t/a/d").unwrap();
    tenant.write("/lost", b"").unwrap();
    assert_eq!(all(&watch), [Event::Rescan]);
    volume.link("/t/b/f", "/t/a/f").unwrap();
    assert_eq!(all(&watch), [Event::Rescan]);
    let mirror = Mirror::of(&volume.resync(&watch).unwrap());
    assert!(mirror.paths.contains_key("/d/f") && mirror.paths.contains_key("/f"));
    tenant.rename("/f", "/d/f").unwrap();
    assert_eq!(
        all(&watch),
        [
            removed("/d/f", Kind::File),
            renamed("/f", "/d/f", Kind::File)
        ]
    );
}

#[test]
fn the_events_of_a_view_end_with_its_root() {
    let volume = volume();
    volume.create_dir_all("/a").unwrap();
    let view = volume.view().root("/a").build().unwrap();
    let watch = view.watch(100).unwrap();
    volume.remove("/a").unwrap();
    volume.create_dir_all("/a").unwrap();
    assert_eq!(watch.recv(), Some(removed("/", Kind::Directory)));
    assert_eq!(watch.recv(), None);
}

#[test]
fn events_end_with_the_volume_and_a_watch_does_not_keep_it() {
    let volume = volume();
    volume.write("/f", b"").unwrap();
    let watch = volume.watch(1).unwrap();
    volume.write("/g", b"").unwrap();
    let waiting = thread::spawn(move || std::iter::from_fn(|| watch.recv()).count());
    drop(volume);
    assert_eq!(waiting.join().unwrap(), 1);
}

#[test]
fn nothing_is_kept_once_nobody_watches() {
    let volume = volume();
    volume.write("/f", b"").unwrap();
    let watchers = Arc::clone(volume.core.env().watchers());
    assert_eq!(watchers.known(), 0);
    let (one, other) = (volume.watch(1).unwrap(), volume.watch(1).unwrap());
    assert_eq!(watchers.known(), 1);
    drop(one);
    volume.write("/g", b"").unwrap();
    assert_eq!(watchers.known(), 2);
    drop(other);
    volume.write("/h", b"").unwrap();
    assert_eq!(watchers.known(), 0);
    let again = volume.watch(9).unwrap();
    assert_eq!(watchers.known(), 3);
    volume.rename("/h", "/i").unwrap();
    assert_eq!(all(&again), [renamed("/h", "/i", Kind::File)]);
}

#[test]
fn a_watch_that_is_full_says_so_once_and_is_exact_after_a_resync() {
    let volume = volume();
    let watch = volume.watch(3).unwrap();
    for name in ["/a", "/b", "/c", "/d", "/e"] {
        volume.write(name, b"").unwrap();
    }
    volume.rename("/a", "/z").unwrap();
    let first = ["/a", "/b", "/c"].map(|path| created(path, Kind::File));
    assert_eq!(all(&watch), [&first[..], &[Event::Rescan]].concat());
    assert_eq!(watch.try_recv(), None);
    volume.write("/f", b"").unwrap();
    let mut mirror = Mirror::of(&volume.resync(&watch).unwrap());
    assert_eq!(watch.try_recv(), None, "what waited is in the snapshot");
    volume.rename("/z", "/y").unwrap();
    volume.append("/y", b"1").unwrap();
    all(&watch).iter().for_each(|event| mirror.apply(event));
    let now = volume.watch(0).unwrap();
    let now = Mirror::of(&volume.resync(&now).unwrap());
    assert_eq!(mirror.seen(), now.seen());

    let other = self::volume();
    let refused = other.resync(&watch).unwrap_err();
    assert!(matches!(refused, crate::Error::Code(ErrorCode::Invalid)));
}

#[test]
fn an_event_has_some_of_many_paths() {
    let volume = volume();
    volume.write("/f0", b"").unwrap();
    let watch = volume.watch(100).unwrap();
    for i in 1..=PATHS_MAX {
        volume.link("/f0", &format!("/f{i}")).unwrap();
    }
    assert_eq!(all(&watch).len(), PATHS_MAX);
    volume.append("/f16", b"1").unwrap();
    volume.remove("/f3").unwrap();
    volume.append("/f16", b"2").unwrap();
    let paths = |last: usize| (0..last).map(|i| format!("/f{i}")).collect::<Vec<_>>();
    let mut without = paths(PATHS_MAX + 1);
    without.remove(3);
    assert_eq!(
        all(&watch),
        [
            Event::Written {
                paths: paths(PATHS_MAX),
                range: 0..1
            },
            removed("/f3", Kind::File),
            Event::Written {
                paths: without,
                range: 1..2
            },
        ]
    );
}

/// Directories in one another, made as a program makes them that has each of them open, would else be events of
/// megabytes.
#[test]
fn a_path_that_is_too_long_is_a_rescan() {
    let volume = volume();
    let watch = volume.watch(100).unwrap();
    let mut core = volume.view().build().unwrap().core().fork().unwrap();
    let access = Access::READ | Access::MUTATE_DIRECTORY;
    let mut dir = core.open_root(access).unwrap();
    let name = "n".repeat(monaka_fs_core::NAME_BYTES_MAX);
    let mut path = String::new();
    for _ in 0..15 {
        core.create_directory_at(dir, &name).unwrap();
        dir = core
            .open_at(dir, &name, Follow::No, OpenFlags::DIRECTORY, access)
            .unwrap();
        path = format!("{path}/{name}");
        assert_eq!(watch.try_recv(), Some(created(&path, Kind::Directory)));
    }
    let (fits, over) = ("n".repeat(254), &name);
    core.create_directory_at(dir, &fits).unwrap();
    path = format!("{path}/{fits}");
    assert_eq!(path.len(), monaka_fs_core::PATH_BYTES_MAX);
    assert_eq!(watch.try_recv(), Some(created(&path, Kind::Directory)));
    core.create_directory_at(dir, over).unwrap();
    assert_eq!(all(&watch), [Event::Rescan]);
    core.remove_directory_at(dir, over).unwrap();
    assert_eq!(all(&watch), [Event::Rescan]);
    volume.write("/f", b"").unwrap();
    assert_eq!(all(&watch), [created("/f", Kind::File)]);
}

#[test]
fn a_watch_without_room_asks_for_a_rescan() {
    let volume = volume();
    let watch = volume.watch(0).unwrap();
    for _ in 0..3 {
        volume.write("/a", b"").unwrap();
        assert_eq!(all(&watch), [Event::Rescan]);
    }
}

#[test]
fn a_task_is_woken() {
    struct Flag(AtomicBool);
    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let volume = volume();
    let mut watch = volume.watch(9).unwrap();
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut context = Context::from_waker(&waker);
    let mut next = pin!(watch.recv_async());
    assert_eq!(next.as_mut().poll(&mut context), Poll::Pending);
    assert!(!flag.0.load(Ordering::SeqCst));
    volume.write("/a", b"").unwrap();
    assert!(flag.0.load(Ordering::SeqCst));
    let event = Poll::Ready(Some(created("/a", Kind::File)));
    assert_eq!(next.as_mut().poll(&mut context), event);
}

#[test]
fn waiting_has_an_end() {
    let watch = volume().watch(1).unwrap();
    assert_eq!(watch.recv(), None, "the volume is gone");
    let volume = volume();
    let watch = volume.watch(1).unwrap();
    let timeout = Duration::from_millis(1);
    assert_eq!(watch.recv_timeout(timeout), None);
    volume.write("/a", b"").unwrap();
    let event = watch.recv_timeout(Duration::from_secs(60));
    assert_eq!(event, Some(created("/a", Kind::File)));
}

/// Numbers that look random, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }

    fn path(&mut self) -> String {
        let depth = 1 + self.below(3);
        let names = (0..depth).map(|_| format!("/{}", self.below(4)));
        names.collect()
    }

    /// Something that a program might do; most of it fails.
    fn act(&mut self, volume: &Volume) {
        let (path, other) = (self.path(), self.path());
        let bytes = vec![1; self.below(40) as usize];
        let _ = match self.below(9) {
            0 => volume.write(&path, &bytes),
            1 | 2 => volume.append(&path, &bytes),
            3 | 4 => volume.create_dir_all(&path),
            5 => volume.remove(&path),
            6 => volume.link(&path, &other),
            7 => volume.symlink("target", &path),
            _ => volume.rename(&path, &other),
        };
    }
}

fn check_against_the_volume(volume: &Volume, mirror: &Mirror) {
    let watch = volume.watch(0).unwrap();
    let now = Mirror::of(&volume.resync(&watch).unwrap());
    assert_eq!(mirror.seen(), now.seen());
}

/// Four threads change names and content; a fifth follows, from a moment in the middle of it.
#[test]
fn events_of_many_threads_replayed_give_the_tree() {
    for seed in 0..8 {
        println!("seed {seed}");
        let volume = volume();
        let watch = thread::scope(|scope| {
            for thread in 0..4 {
                let (volume, mut random) = (&volume, Random(seed * 4 + thread));
                scope.spawn(move || (0..3000).for_each(|_| random.act(volume)));
            }
            thread::yield_now();
            let watch = volume.watch(usize::MAX).unwrap();
            let mirror = Mirror::of(&volume.resync(&watch).unwrap());
            (watch, mirror)
        });
        let (watch, mut mirror) = watch;
        let events = all(&watch);
        events.iter().for_each(|event| mirror.apply(event));
        println!("{} events, {} paths", events.len(), mirror.paths.len());
        check_against_the_volume(&volume, &mirror);
    }
}

/// A follower with little room, who takes a snapshot whenever it was not enough.
#[test]
fn a_follower_that_rescans_ends_with_the_tree() {
    for seed in 0..4 {
        println!("seed {seed}");
        let volume = volume();
        let watch = volume.watch(16).unwrap();
        let mut mirror = Mirror::default();
        let mut rescans = 0;
        let mut follow = |event: &Event| match event {
            Event::Rescan => {
                mirror = Mirror::of(&volume.resync(&watch).unwrap());
                rescans += 1;
            }
            event => mirror.apply(event),
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..3)
                .map(|thread| {
                    let (volume, mut random) = (&volume, Random(seed * 3 + thread));
                    scope.spawn(move || (0..2000).for_each(|_| random.act(volume)))
                })
                .collect();
            while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
                let event = watch.recv_timeout(Duration::from_millis(1));
                event.iter().for_each(&mut follow);
            }
        });
        while let Some(event) = watch.try_recv() {
            follow(&event);
        }
        println!("{rescans} rescans");
        check_against_the_volume(&volume, &mirror);
    }
}
