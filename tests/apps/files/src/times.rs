//! Times, modes and identities.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app_support::Area;
use rustix::fs::{AtFlags, CWD, Stat, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};

pub fn run() -> io::Result<()> {
    let area = Area::new("times")?;
    explicit(&area)?;
    symlinks(&area)?;
    automatic(&area)?;
    identity(&area)
}

fn modified(area: &Area, name: &str) -> io::Result<Duration> {
    fs::metadata(area.path(name))?
        .modified()?
        .duration_since(UNIX_EPOCH)
        .map_err(io::Error::other)
}

fn accessed(area: &Area, name: &str) -> io::Result<Duration> {
    fs::metadata(area.path(name))?
        .accessed()?
        .duration_since(UNIX_EPOCH)
        .map_err(io::Error::other)
}

fn explicit(area: &Area) -> io::Result<()> {
    let file = File::create(area.path("file"))?;
    let time = UNIX_EPOCH + Duration::new(1_234_567_890, 123_456_789);
    area.show(
        "set both",
        file.set_times(FileTimes::new().set_modified(time).set_accessed(UNIX_EPOCH)),
    );
    area.show("modified", modified(area, "file"));
    area.show("accessed", accessed(area, "file"));
    area.show(
        "set one",
        file.set_times(FileTimes::new().set_accessed(time)),
    );
    area.show("modified stays", modified(area, "file"));
    area.show("accessed changed", accessed(area, "file"));
    area.show(
        "set_modified",
        file.set_modified(UNIX_EPOCH + Duration::from_nanos(1)),
    );
    area.show("one nanosecond", modified(area, "file"));
    area.show(
        "far",
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1 << 33))
            .and_then(|()| modified(area, "file")),
    );
    Ok(())
}

fn spec(seconds: i64, nanoseconds: i64) -> Timespec {
    Timespec {
        tv_sec: seconds as _,
        tv_nsec: nanoseconds as _,
    }
}

fn symlinks(area: &Area) -> io::Result<()> {
    rustix::fs::symlink("file", area.path("link"))?;
    let set = |access, modification, flags| {
        let times = Timestamps {
            last_access: access,
            last_modification: modification,
        };
        rustix::fs::utimensat(CWD, area.path("link"), &times, flags).map_err(io::Error::from)
    };
    let of_link = || {
        fs::symlink_metadata(area.path("link")).and_then(|m| {
            m.modified()?
                .duration_since(UNIX_EPOCH)
                .map_err(io::Error::other)
        })
    };
    area.show(
        "of the link itself",
        set(spec(1, 2), spec(3, 4), AtFlags::SYMLINK_NOFOLLOW),
    );
    area.show("the link", of_link());
    area.show(
        "through the link",
        set(spec(5, 6), spec(7, 8), AtFlags::empty()),
    );
    area.show("the link stays", of_link());
    area.show("the target", modified(area, "file"));
    area.show(
        "omit and now",
        set(
            spec(0, UTIME_OMIT as _),
            spec(0, UTIME_NOW as _),
            AtFlags::empty(),
        ),
    );
    area.show("omitted", accessed(area, "file"));
    area.show(
        "is now",
        modified(area, "file").map(|time| time.as_secs() > 1_700_000_000),
    );
    Ok(())
}

/// `ctime`, which `std` does not tell.
fn changed(stat: &Stat) -> (i64, i64) {
    #[cfg(target_os = "wasi")]
    return (stat.st_ctim.tv_sec, i64::from(stat.st_ctim.tv_nsec));
    #[cfg(not(target_os = "wasi"))]
    return (stat.st_ctime, stat.st_ctime_nsec as i64);
}

/// Which operations move which times.
fn automatic(area: &Area) -> io::Result<()> {
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    let mut file = File::create(area.path("auto"))?;
    let mut reset = |act: &mut dyn FnMut(&mut File) -> io::Result<()>| -> io::Result<(bool, bool)> {
        file.set_times(FileTimes::new().set_modified(past).set_accessed(past))?;
        let before = rustix::fs::fstat(&file)?;
        std::thread::sleep(Duration::from_millis(20));
        act(&mut file)?;
        let after = rustix::fs::fstat(&file)?;
        let modified = file.metadata()?.modified()? != past;
        Ok((modified, changed(&after) != changed(&before)))
    };
    area.show("write", reset(&mut |file| file.write_all(b"x")));
    area.show(
        "write nothing",
        reset(&mut |file| file.write(&[]).map(drop)),
    );
    area.show("set_len", reset(&mut |file| file.set_len(10)));
    area.show(
        "truncating open",
        reset(&mut |_| File::create(area.path("auto")).map(drop)),
    );
    area.show(
        "link",
        reset(&mut |_| fs::hard_link(area.path("auto"), area.path("auto2"))),
    );
    area.show(
        "rename",
        reset(&mut |_| fs::rename(area.path("auto2"), area.path("auto3"))),
    );
    area.show(
        "unlink",
        reset(&mut |_| fs::remove_file(area.path("auto3"))),
    );
    area.show(
        "stat",
        reset(&mut |_| fs::metadata(area.path("auto")).map(drop)),
    );
    area.show(
        "read",
        reset(&mut |_| fs::read(area.path("auto")).map(drop)),
    );

    fs::create_dir(area.path("dir"))?;
    let directory = |act: &mut dyn FnMut() -> io::Result<()>| -> io::Result<bool> {
        let times = Timestamps {
            last_access: spec(1000, 0),
            last_modification: spec(1000, 0),
        };
        rustix::fs::utimensat(CWD, area.path("dir"), &times, AtFlags::empty())?;
        act()?;
        Ok(modified(area, "dir")?.as_secs() != 1000)
    };
    area.show(
        "create in a directory",
        directory(&mut || File::create(area.path("dir/x")).map(drop)),
    );
    area.show(
        "write in a directory",
        directory(&mut || fs::write(area.path("dir/x"), b"x")),
    );
    area.show(
        "rename in a directory",
        directory(&mut || fs::rename(area.path("dir/x"), area.path("dir/y"))),
    );
    area.show(
        "rename out of a directory",
        directory(&mut || fs::rename(area.path("dir/y"), area.path("y"))),
    );
    area.show(
        "mkdir in a directory",
        directory(&mut || fs::create_dir(area.path("dir/sub"))),
    );
    area.show(
        "create in a subdirectory",
        directory(&mut || File::create(area.path("dir/sub/x")).map(drop)),
    );
    Ok(())
}

fn identity(area: &Area) -> io::Result<()> {
    let id = |name: &str| {
        rustix::fs::stat(area.path(name))
            .map(|stat| (stat.st_dev, stat.st_ino))
            .map_err(io::Error::from)
    };
    fs::write(area.path("id"), b"1")?;
    let before = id("id")?;
    fs::write(area.path("id"), b"other content")?;
    area.tell("inode after a write", id("id")? == before);
    fs::rename(area.path("id"), area.path("id2"))?;
    area.tell("inode after a rename", id("id2")? == before);
    fs::write(area.path("id"), b"1")?;
    area.tell("another file", id("id")? == before);
    area.tell("the directory", id("")? == id("../times")?);
    area.tell("two names of the root", id("..")? == id("../.")?);
    Ok(())
}
