//! One of many programs that work on one filesystem for a while.
//!
//! * `work ID SECONDS`: uses files of its own, and those that all share, and ends at the first thing that
//!   is not as it should be. Tells how much it did.
//! * `wreck ID`: opens and changes things for ever; whoever runs it ends it.
//! * `trap ID`: as `wreck`, for a while, and ends by a trap.
//! * `greed`: opens files until it may not, lets go, and does so again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::process;
use std::time::{Duration, Instant};

/// Counters that all add to.
const COUNTERS: u64 = 4;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["work", id, seconds] => Worker::new(id)?.work(Duration::from_secs(number(seconds))),
        ["wreck", id] => wreck(id, u64::MAX),
        ["trap", id] => {
            wreck(id, 50)?;
            process::abort()
        }
        ["greed"] => greed(),
        _ => Err(io::Error::other(format!("no verb: {arguments:?}"))),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

fn ensure(holds: bool, what: &str) -> io::Result<()> {
    match holds {
        true => Ok(()),
        false => Err(io::Error::other(what.to_string())),
    }
}

struct Worker {
    id: String,
    home: String,
    random: u64,
    rounds: u64,
    lines: u64,
    increments: u64,
}

impl Worker {
    fn new(id: &str) -> io::Result<Self> {
        let home = format!("/home/{id}");
        fs::create_dir(&home)?;
        Ok(Self {
            id: id.into(),
            home,
            random: number(id),
            rounds: 0,
            lines: 0,
            increments: 0,
        })
    }

    fn work(mut self, time: Duration) -> io::Result<()> {
        let start = Instant::now();
        while start.elapsed() < time {
            self.use_own_files()?;
            self.append_to_the_log()?;
            self.increment()?;
            self.replace_what_all_read()?;
            self.rounds += 1;
        }
        let Self {
            rounds,
            lines,
            increments,
            ..
        } = self;
        println!("{rounds} {lines} {increments}");
        Ok(())
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.random >> 33) % bound
    }

    fn bytes(&mut self, len_max: u64) -> Vec<u8> {
        let byte = b'a' + self.below(26) as u8;
        vec![byte; self.below(len_max) as usize]
    }

    /// Nobody else changes these.
    fn use_own_files(&mut self) -> io::Result<()> {
        let at = |name: &str| format!("{}/{name}", self.home);
        let (first, second, linked) = (at("first"), at("second"), at("linked"));
        let home = self.home.clone();
        let mut content = self.bytes(150_000);
        let more = self.bytes(1_000);
        fs::write(&first, &content)?;
        OpenOptions::new()
            .append(true)
            .open(&first)?
            .write_all(&more)?;
        content.extend(&more);
        ensure(fs::read(&first)? == content, "content after an append")?;
        fs::hard_link(&first, &linked)?;
        fs::rename(&first, &second)?;
        let mut names = fs::read_dir(&home)?
            .map(|entry| Ok(entry?.file_name()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        ensure(names == ["linked", "second"], "names after a rename")?;
        let mut open = OpenOptions::new().read(true).write(true).open(&second)?;
        fs::remove_file(&second)?;
        fs::remove_file(&linked)?;
        let cut = self.below(content.len() as u64 + 1);
        open.set_len(cut)?;
        open.seek(SeekFrom::Start(cut))?;
        open.write_all(&more)?;
        content.truncate(cut as usize);
        content.extend(&more);
        open.rewind()?;
        let mut read = Vec::new();
        open.read_to_end(&mut read)?;
        ensure(read == content, "content of a file without a name")
    }

    fn append_to_the_log(&mut self) -> io::Result<()> {
        let mut log = OpenOptions::new().append(true).open("/log")?;
        for _ in 0..1 + self.below(3) {
            log.write_all(format!("{} {}\n", self.id, self.lines).as_bytes())?;
            self.lines += 1;
        }
        Ok(())
    }

    /// A file that is created exclusively is a lock. Who does not get it goes on without.
    fn increment(&mut self) -> io::Result<()> {
        let counter = format!("/counters/{}", self.below(COUNTERS));
        let lock = format!("{counter}.lock");
        match File::create_new(&lock) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            created => drop(created?),
        }
        let count = number(&fs::read_to_string(&counter)?);
        fs::write(&counter, (count + 1).to_string())?;
        self.increments += 1;
        fs::remove_file(&lock)
    }

    /// A file that is replaced by renaming is always there, and whole.
    fn replace_what_all_read(&mut self) -> io::Result<()> {
        let new = format!("/shared/new.{}", self.id);
        let byte = b'a' + self.below(26) as u8;
        fs::write(&new, vec![byte; 100_000])?;
        fs::rename(&new, "/shared/current")?;
        let current = fs::read("/shared/current")?;
        ensure(current.len() == 100_000, "length of what all read")?;
        ensure(
            current.iter().all(|byte| *byte == current[0]),
            "all of one writer",
        )
    }
}

/// Leaves everything open, and half of its files without a name.
fn wreck(id: &str, rounds: u64) -> io::Result<()> {
    let mut open = Vec::new();
    for round in 0..rounds {
        let path = format!("/wrecks/{id}.{}", round % 10);
        let mut file = File::create(&path)?;
        file.write_all(&vec![b'w'; 10_000])?;
        if round % 2 == 0 {
            fs::remove_file(&path)?;
        }
        open.push(file);
        open.push(File::open("/shared/current")?);
        if open.len() > 100 {
            open.clear();
        }
    }
    // Still open when the trap comes.
    std::mem::forget(open);
    Ok(())
}

/// Tells how many handles it got each time.
fn greed() -> io::Result<()> {
    for _ in 0..3 {
        let mut open = Vec::new();
        let error = loop {
            match File::open("/shared/current") {
                Ok(file) => open.push(file),
                Err(error) => break error,
            }
        };
        ensure(
            error.kind() == ErrorKind::OutOfMemory,
            &format!("{error:?}"),
        )?;
        print!("{} ", open.len());
    }
    ensure(File::open("/shared/current").is_ok(), "after it let go")
}
