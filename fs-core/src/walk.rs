//! Path resolution: from a directory and a text to an inode, or to the place where one is to be
//! made.
//!
//! The rules are those of `namei.c` of Linux. The walk is a loop: the rest of a path waits on a
//! short stack while a symbolic link in it is followed. `..` goes to the parent inode, whatever the
//! text said, and stays at the root of the view.

use alloc::vec::Vec;

use crate::tree::{Entry, Node, ROOT, Tree};
use crate::{Error, Follow, Ino, Kind, PATH_BYTES_MAX, Result, SYMLINK_HOPS_MAX, text};

/// The last component of a path. Whether a name is too long is asked when it is looked up, as Linux
/// does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last<'a> {
    Name(&'a str),
    Dot,
    DotDot,
}

/// Where a path starts, and where it cannot leave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) dir: Ino,
    /// `..` of it is itself, and absolute targets of symbolic links start here.
    pub(crate) root: Ino,
}

/// A path resolved up to its last component, which need not exist and is not followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent<'p> {
    pub(crate) dir: Ino,
    pub(crate) last: Last<'p>,
    /// A `/` follows the last component: it has to be a directory.
    pub(crate) slash: bool,
}

/// A path resolved as far as it exists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'t> {
    /// The directory of the last component, after symbolic links.
    pub(crate) dir: Ino,
    /// The last component, after symbolic links.
    pub(crate) last: Last<'t>,
    /// A `/` followed the last component of the path or of a link.
    pub(crate) slash: bool,
    /// What the last component stands for.
    pub(crate) target: Option<Entry>,
}

impl Found<'_> {
    /// The inode, which has to exist, and to be a directory if a `/` follows.
    pub(crate) fn existing(&self) -> Result<Entry> {
        let target = self.target.ok_or(Error::NoEntry)?;
        if self.slash && target.kind != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(target)
    }
}

/// Resolves all but the last component.
pub(crate) fn parent<'p>(tree: &Tree, start: Start, path: &'p str) -> Result<Parent<'p>> {
    check(path)?;
    let trimmed = path.trim_end_matches('/');
    let (head, last) = split_last(trimmed);
    let dir = if head.is_empty() {
        start.dir
    } else {
        directory(tree, start, head)?
    };
    Ok(Parent {
        dir,
        last: classify(last),
        slash: trimmed.len() < path.len(),
    })
}

/// Resolves a path; a symbolic link in the last component is followed if asked for, or if a `/`
/// comes after it.
pub(crate) fn resolve<'t>(
    tree: &'t Tree,
    start: Start,
    path: &'t str,
    follow: Follow,
) -> Result<Found<'t>> {
    check(path)?;
    Walk::new(tree, start, path).run(follow, false)
}

/// Resolves a path for an open that may create: there a `/` after the last name is `IsDirectory`.
pub(crate) fn resolve_to_create<'t>(
    tree: &'t Tree,
    start: Start,
    path: &'t str,
    follow: Follow,
) -> Result<Found<'t>> {
    check(path)?;
    Walk::new(tree, start, path).run(follow, true)
}

/// The first directory on the way of a path, or at its end, that the host makes on the fly and that is
/// not among `fresh`.
#[cfg(any(feature = "std", shuttle))]
pub(crate) fn stale(
    tree: &Tree,
    start: Start,
    path: &str,
    follow: Follow,
    fresh: &[Ino],
) -> Option<Ino> {
    let is_stale = |ino: Ino| {
        let source = tree.directory(ino).ok().and_then(|dir| dir.source());
        source.is_some() && !fresh.contains(&ino)
    };
    let mut walk = Walk::new(tree, start, path);
    while !is_stale(walk.dir) {
        match walk.step(follow, false) {
            Ok(Step::On) => {}
            Ok(Step::End(found)) => {
                let target = found.target.map(|entry| entry.ino);
                return target.filter(|&ino| is_stale(ino));
            }
            Err(_) => return None,
        }
    }
    Some(walk.dir)
}

/// What a path has to be before anything is looked up.
fn check(path: &str) -> Result<()> {
    match path.as_bytes() {
        [] => Err(Error::NoEntry),
        bytes if bytes.len() > PATH_BYTES_MAX => Err(Error::NameTooLong),
        _ if text::contains(path, 0) => Err(Error::Invalid),
        [b'/', ..] => Err(Error::NotPermitted),
        _ => Ok(()),
    }
}

fn directory(tree: &Tree, start: Start, path: &str) -> Result<Ino> {
    let entry = Walk::new(tree, start, path)
        .run(Follow::Yes, false)?
        .existing()?;
    match entry.kind {
        Kind::Directory => Ok(entry.ino),
        _ => Err(Error::NotDirectory),
    }
}

fn classify(component: &str) -> Last<'_> {
    match component {
        "." => Last::Dot,
        ".." => Last::DotDot,
        name => Last::Name(name),
    }
}

/// Where one component has led.
enum Step<'t> {
    On,
    End(Found<'t>),
}

/// A resolution under way.
struct Walk<'t> {
    tree: &'t Tree,
    root: Ino,
    /// The directory that the next component is looked up in.
    dir: Ino,
    /// What is left of the text at hand.
    rest: &'t str,
    /// What comes after the links that are being followed, none of it empty.
    suspended: Vec<&'t str>,
    hops: u32,
    /// A `/` came after a last component.
    slash: bool,
}

impl<'t> Walk<'t> {
    fn new(tree: &'t Tree, start: Start, path: &'t str) -> Self {
        Self {
            tree,
            root: start.root,
            dir: start.dir,
            rest: path,
            suspended: Vec::new(),
            hops: 0,
            slash: false,
        }
    }

    fn run(mut self, follow: Follow, creating: bool) -> Result<Found<'t>> {
        loop {
            if let Step::End(found) = self.step(follow, creating)? {
                return Ok(found);
            }
        }
    }

    /// Goes on by one component.
    #[inline]
    fn step(&mut self, follow: Follow, creating: bool) -> Result<Step<'t>> {
        if let Some(component) = self.next_component() {
            let is_last = self.is_at_end();
            let last = classify(component);
            let entry = match last {
                Last::Name(_) if is_last && creating && self.slash => {
                    return Err(Error::IsDirectory);
                }
                Last::Name(name) => self.tree.lookup_component(self.dir, name)?.1,
                Last::Dot => Some(self.here()),
                Last::DotDot => {
                    self.dir = self.parent()?;
                    Some(self.here())
                }
            };
            match entry {
                Some(link) if self.follows(link, follow, is_last) => self.enter(link.ino)?,
                entry if is_last => return Ok(Step::End(self.found(last, entry))),
                Some(entry) if entry.kind == Kind::Directory => self.dir = entry.ino,
                Some(_) => return Err(Error::NotDirectory),
                None => return Err(Error::NoEntry),
            }
            return Ok(Step::On);
        }
        // A link to `/` and nothing behind it.
        Ok(Step::End(self.found(Last::Dot, Some(self.here()))))
    }

    /// A link in the middle is always followed, one at the end if asked for, or if a `/` comes
    /// after it.
    fn follows(&self, entry: Entry, follow: Follow, is_last: bool) -> bool {
        entry.kind == Kind::Symlink && (!is_last || follow == Follow::Yes || self.slash)
    }

    /// Takes the next component off the text.
    fn next_component(&mut self) -> Option<&'t str> {
        self.rest = self.rest.trim_start_matches('/');
        while self.rest.is_empty() {
            self.rest = self.suspended.pop()?.trim_start_matches('/');
        }
        let (component, rest) = split_first(self.rest);
        self.rest = rest;
        Some(component)
    }

    /// Whether the component just taken is the last one, and if so whether a `/` follows it.
    fn is_at_end(&mut self) -> bool {
        let at_end = self.suspended.is_empty() && self.rest.bytes().all(|byte| byte == b'/');
        self.slash |= at_end && !self.rest.is_empty();
        at_end
    }

    /// Goes on with the target of a symbolic link; what is left of the text at hand waits.
    fn enter(&mut self, link: Ino) -> Result<()> {
        self.hops = self.hops.saturating_add(1);
        if self.hops > SYMLINK_HOPS_MAX {
            return Err(Error::Loop);
        }
        let Node::Symlink(target, _) = &self.tree.inode(link)?.node else {
            return Err(Error::Io);
        };
        let rest = self.rest.trim_start_matches('/');
        if !rest.is_empty() {
            self.suspended
                .try_reserve(1)
                .map_err(|_| Error::InsufficientMemory)?;
            self.suspended.push(rest);
        }
        if target.starts_with('/') {
            self.dir = self.root;
        }
        self.rest = target;
        Ok(())
    }

    /// Where `..` leads. A directory that was moved out of the view while a program had it open does not
    /// lead the program out: that is `NotPermitted`.
    fn parent(&self) -> Result<Ino> {
        if self.dir == self.root {
            return Ok(self.root);
        }
        let parent = self.tree.directory(self.dir)?.parent();
        match self.root == ROOT || self.tree.is_within(self.root, parent)? {
            true => Ok(parent),
            false => Err(Error::NotPermitted),
        }
    }

    fn here(&self) -> Entry {
        Entry {
            ino: self.dir,
            kind: Kind::Directory,
        }
    }

    fn found(&self, last: Last<'t>, target: Option<Entry>) -> Found<'t> {
        Found {
            dir: self.dir,
            last,
            slash: self.slash,
            target,
        }
    }
}

/// The first component, and the rest from the `/` on.
fn split_first(text: &str) -> (&str, &str) {
    text::find(text, b'/')
        .and_then(|at| text.split_at_checked(at))
        .unwrap_or((text, ""))
}

/// What is before the last `/`, and what is behind it.
fn split_last(text: &str) -> (&str, &str) {
    text.bytes()
        .rposition(|byte| byte == b'/')
        .and_then(|at| Some((text.get(..at)?, text.get(at.saturating_add(1)..)?)))
        .unwrap_or(("", text))
}
