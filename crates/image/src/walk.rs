//! The walk over host directories, which fills the tree and collects what cannot be packed.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::GitignoreBuilder;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder};
use monaka_fs_core::{NAME_BYTES_MAX, PATH_BYTES_MAX};

use crate::embed::{Embed, GuestPath};
use crate::error::{Reason, Refusal};
use crate::host::{self, HostId};
use crate::options::PackOptions;
use crate::tree::{Body, Collision, Meta, NodeId, Tree};
use crate::{Progress, error::PackError};

mod image;

/// Rules that are left out of an image themselves.
const IGNORE_FILE: &str = ".monakaignore";

/// Walks all embeds in their order, later ones over earlier ones.
pub(crate) fn walk(
    embeds: &[Embed],
    options: &PackOptions,
    progress: &mut dyn Progress,
) -> Result<Tree, PackError> {
    let nothing = Meta {
        host: "/".into(),
        mode: 0o755,
        mtime: options.mtime.apply(Default::default()),
    };
    let mut walker = Walker {
        options,
        leave_out: options
            .leave_out
            .as_deref()
            .and_then(|path| fs::canonicalize(path).ok()),
        progress,
        tree: Tree::new(nothing),
        linked: HashMap::new(),
        refusals: bad_globs(&options.exclude),
    };
    if walker.refusals.is_empty() {
        embeds.iter().for_each(|embed| walker.embed(embed));
    }
    if walker.refusals.is_empty() {
        walker.set_read_only();
    }
    if walker.refusals.is_empty() {
        Ok(walker.tree)
    } else {
        Err(PackError::Refused(walker.refusals))
    }
}

struct Walker<'a> {
    options: &'a PackOptions,
    /// Canonical; `None` too when it does not exist.
    leave_out: Option<PathBuf>,
    progress: &'a mut dyn Progress,
    tree: Tree,
    /// Host files with several names that have one already in this embed.
    linked: HashMap<HostId, NodeId>,
    refusals: Vec<Refusal>,
}

/// A host directory that is walked, and where it goes.
struct Branch<'a> {
    root: &'a Path,
    id: NodeId,
    guest: String,
    /// The canonical directories of the symbolic links that were followed to come here.
    trail: &'a [PathBuf],
}

/// Where a host entry goes.
struct Place<'a> {
    host: &'a Path,
    parent: NodeId,
    name: &'a str,
    guest: &'a str,
}

impl Walker<'_> {
    fn embed(&mut self, embed: &Embed) {
        // Each embed is a copy of its own: what is written to one is not seen in another.
        self.linked.clear();
        if let Err(reason) = self.try_embed(embed) {
            self.refuse(&embed.host, reason);
        }
    }

    fn try_embed(&mut self, embed: &Embed) -> Result<(), Reason> {
        let metadata = fs::metadata(&embed.host).map_err(unreadable)?;
        if metadata.is_file() && image::is_image(&embed.host).map_err(unreadable)? {
            return self.image(embed);
        }
        let guest = guest_path(embed, &metadata)?;
        let passage = Meta {
            mode: 0o755,
            ..self.meta(&embed.host, &metadata)
        };
        if self.tree.len() == 1 {
            self.tree.set_root(passage.clone());
        }

        let names: Vec<&str> = guest.names().collect();
        let Some((name, parents)) = names.split_last() else {
            return self.embed_root(embed, &metadata);
        };
        let guest = guest.to_string();
        let parent = parents
            .iter()
            .try_fold(Tree::ROOT, |parent, name| {
                self.tree.passage(parent, name, &passage)
            })
            .map_err(|collision| collided(&guest, collision))?;
        let place = Place {
            host: &embed.host,
            parent,
            name,
            guest: &guest,
        };
        if metadata.is_dir() {
            self.directory(&place, &metadata, &[])
        } else if metadata.is_file() {
            self.file(&place, &metadata)
        } else {
            Err(Reason::Special(host::special(metadata.file_type())))
        }
    }

    /// An embed at `/`: the root takes the metadata of the host directory.
    fn embed_root(&mut self, embed: &Embed, metadata: &Metadata) -> Result<(), Reason> {
        if !metadata.is_dir() {
            let other = self.tree.node(Tree::ROOT).host().into();
            return Err(Reason::Collision {
                guest: "/".into(),
                other,
            });
        }
        self.tree.set_root(self.meta(&embed.host, metadata));
        self.branch(&Branch {
            root: &embed.host,
            id: Tree::ROOT,
            guest: String::new(),
            trail: &[],
        })
    }

    /// A directory and all that is below it.
    fn directory(
        &mut self,
        place: &Place<'_>,
        metadata: &Metadata,
        trail: &[PathBuf],
    ) -> Result<(), Reason> {
        let id = self.own_directory(place, metadata)?;
        self.branch(&Branch {
            root: place.host,
            id,
            guest: place.guest.into(),
            trail,
        })
    }

    fn own_directory(&mut self, place: &Place<'_>, metadata: &Metadata) -> Result<NodeId, Reason> {
        self.progress.found(0);
        self.tree
            .directory(place.parent, place.name, self.meta(place.host, metadata))
            .map_err(|collision| collided(place.guest, collision))
    }

    fn file(&mut self, place: &Place<'_>, metadata: &Metadata) -> Result<(), Reason> {
        File::open(place.host).map_err(unreadable)?;
        let size = metadata.len();
        self.progress.found(size);
        let link = host::linked(metadata);
        let collided = |collision| collided(place.guest, collision);
        if let Some(id) = link.and_then(|link| self.linked.get(&link)) {
            return self
                .tree
                .link(place.parent, place.name, *id)
                .map_err(collided);
        }
        let meta = self.meta(place.host, metadata);
        let id = self
            .tree
            .put(
                place.parent,
                place.name,
                Body::File { size, part: None },
                meta,
            )
            .map_err(collided)?;
        self.linked.extend(link.map(|link| (link, id)));
        Ok(())
    }

    /// All that is below a directory.
    fn branch(&mut self, branch: &Branch<'_>) -> Result<(), Reason> {
        // The directories from the root of the branch down to the current one; `None` was refused,
        // and what is below it is passed over.
        let mut open = vec![Some(branch.id)];
        self.check_ignore_file(branch.root);
        for entry in self.entries(branch.root)? {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.refuse_walk(branch.root, &error);
                    continue;
                }
            };
            if let Some(error) = entry.error() {
                self.refuse_walk(entry.path(), error);
            }
            if entry.depth() == 0 {
                continue;
            }
            open.truncate(entry.depth());
            let Some(Some(parent)) = open.last().copied() else {
                continue;
            };
            match self.entry(branch, parent, &entry) {
                Ok(id) => open.push(id),
                Err(reason) => {
                    self.refuse(entry.path(), reason);
                    open.push(None);
                }
            }
        }
        Ok(())
    }

    /// One entry of a walk; gives the node of a directory.
    fn entry(
        &mut self,
        branch: &Branch<'_>,
        parent: NodeId,
        entry: &DirEntry,
    ) -> Result<Option<NodeId>, Reason> {
        let name = entry_name(entry.file_name())?;
        let metadata = fs::symlink_metadata(entry.path()).map_err(unreadable)?;
        let guest = guest_below(branch, entry.path());
        if guest.len() > PATH_BYTES_MAX {
            return Err(Reason::PathTooLong);
        }
        let place = Place {
            host: entry.path(),
            parent,
            name,
            guest: &guest,
        };
        let kind = metadata.file_type();
        if kind.is_dir() {
            self.check_ignore_file(entry.path());
            return self.own_directory(&place, &metadata).map(Some);
        }
        if kind.is_file() {
            if !self.is_left_out(entry.path()) {
                self.file(&place, &metadata)?;
            }
        } else if kind.is_symlink() {
            self.symlink(&place, &metadata, entry.depth(), branch.trail)?;
        } else {
            return Err(Reason::Special(host::special(kind)));
        }
        Ok(None)
    }

    /// A symbolic link at a depth below the root of its branch: kept if it stays in the branch.
    fn symlink(
        &mut self,
        place: &Place<'_>,
        metadata: &Metadata,
        depth: usize,
        trail: &[PathBuf],
    ) -> Result<(), Reason> {
        let target = fs::read_link(place.host).map_err(unreadable)?;
        let target = target.to_str().ok_or(Reason::TargetNotUnicode)?;
        if stays_below(Path::new(target), depth.saturating_sub(1)) {
            self.progress.found(0);
            let body = Body::Symlink {
                target: target.into(),
            };
            let put = self.tree.put(
                place.parent,
                place.name,
                body,
                self.meta(place.host, metadata),
            );
            put.map(drop)
                .map_err(|collision| collided(place.guest, collision))
        } else if self.options.follow {
            self.follow(place, target, trail)
        } else {
            Err(Reason::Leaves(target.into()))
        }
    }

    /// Copies what a symbolic link points at to the place of the link.
    fn follow(&mut self, place: &Place<'_>, target: &str, trail: &[PathBuf]) -> Result<(), Reason> {
        let dangling = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Reason::Dangling(target.into()),
            _ => unreadable(error),
        };
        let host = fs::canonicalize(place.host).map_err(dangling)?;
        let metadata = fs::metadata(&host).map_err(dangling)?;
        let copy = Place {
            host: &host,
            ..*place
        };
        if metadata.is_file() {
            self.file(&copy, &metadata)
        } else if metadata.is_dir() {
            self.directory(&copy, &metadata, &longer_trail(trail, place.host, &host)?)
        } else {
            Err(Reason::Special(host::special(metadata.file_type())))
        }
    }

    fn is_left_out(&self, path: &Path) -> bool {
        let Some(left_out) = &self.leave_out else {
            return false;
        };
        path.file_name() == left_out.file_name()
            && fs::canonicalize(path).is_ok_and(|path| path == *left_out)
    }

    fn entries(&self, root: &Path) -> Result<ignore::Walk, Reason> {
        Ok(WalkBuilder::new(root)
            .standard_filters(false)
            .git_ignore(self.options.gitignore)
            .require_git(false)
            .add_custom_ignore_filename(IGNORE_FILE)
            .overrides(self.overrides(root)?)
            .sort_by_file_name(OsStr::cmp)
            .build())
    }

    /// `--exclude` and what is never packed. Overrides win over ignore files; with `!` they leave out.
    fn overrides(&self, root: &Path) -> Result<Override, Reason> {
        let git = self.options.gitignore.then_some(".git");
        let globs = self
            .options
            .exclude
            .iter()
            .map(String::as_str)
            .chain([IGNORE_FILE])
            .chain(git);
        overrides(root, globs).map_err(|error| Reason::Glob(error.to_string()))
    }

    fn set_read_only(&mut self) {
        for path in &self.options.read_only {
            if !self.tree.set_read_only(path) {
                let path = path.to_string().into();
                self.refusals.push(Refusal {
                    path,
                    reason: Reason::NotEmbedded,
                });
            }
        }
    }

    fn meta(&self, host: &Path, metadata: &Metadata) -> Meta {
        let mtime = self.options.mtime.apply(host::mtime(metadata));
        Meta {
            host: host.into(),
            mode: host::mode(metadata),
            mtime,
        }
    }

    /// Notes what cannot be packed, once: of paths that are too long the first is enough, and the walk finds some
    /// of the bad rules too.
    fn refuse(&mut self, path: &Path, reason: Reason) {
        let is_known = |known: &Refusal| match (&known.reason, &reason) {
            (Reason::PathTooLong, Reason::PathTooLong) => true,
            (Reason::Glob(known_rule), Reason::Glob(rule)) => {
                known.path == path && known_rule == rule
            }
            _ => false,
        };
        if self.refusals.iter().any(is_known) {
            return;
        }
        self.refusals.push(Refusal {
            path: path.into(),
            reason,
        });
    }

    fn refuse_walk(&mut self, path: &Path, error: &ignore::Error) {
        use ignore::Error;
        match error {
            Error::Partial(errors) => errors
                .iter()
                .for_each(|error| self.refuse_walk(path, error)),
            Error::WithPath { path, err } => self.refuse_walk(path, err),
            Error::WithDepth { err, .. } => self.refuse_walk(path, err),
            Error::Io(error) => self.refuse(path, unreadable_entry(error)),
            error => self.refuse(path, Reason::Glob(error.to_string())),
        }
    }

    /// Refuses the rules of a directory that the walk would take in another sense, as git does, or pass over.
    fn check_ignore_file(&mut self, directory: &Path) {
        let path = directory.join(IGNORE_FILE);
        if fs::symlink_metadata(&path).is_err() {
            return;
        }
        let error = GitignoreBuilder::new(directory)
            .allow_unclosed_class(false)
            .add(&path);
        if let Some(error) = error {
            self.refuse_walk(&path, &error);
        }
    }
}

/// Globs that the library does not take, found before anything is walked.
fn bad_globs(globs: &[String]) -> Vec<Refusal> {
    let check = |glob: &String| {
        let reason = if glob.is_empty() || glob.starts_with('!') {
            Reason::Glob("it is empty or starts with `!`".into())
        } else {
            match overrides(Path::new("."), [glob.as_str()]).err()? {
                // Without the glob, which has a `!` there that nobody wrote.
                ignore::Error::Glob { err, .. } => Reason::Glob(err),
                error => Reason::Glob(error.to_string()),
            }
        };
        Some(Refusal {
            path: glob.into(),
            reason,
        })
    };
    globs.iter().filter_map(check).collect()
}

fn overrides<'a>(
    root: &Path,
    globs: impl IntoIterator<Item = &'a str>,
) -> Result<Override, ignore::Error> {
    let mut builder = OverrideBuilder::new(root);
    for glob in globs {
        builder.add(&format!("!{glob}"))?;
    }
    builder.build()
}

/// Where an embed goes: what was asked for, or the last name of the host path.
fn guest_path(embed: &Embed, metadata: &Metadata) -> Result<GuestPath, Reason> {
    match &embed.guest {
        Some(guest) if metadata.is_file() && guest.needs_file_name() => Ok(guest
            .clone()
            .for_file(host_name(&embed.host)?.unwrap_or_default())),
        Some(guest) => Ok(guest.clone()),
        None => Ok(GuestPath::of_name(host_name(&embed.host)?)),
    }
}

/// The last name of a host path; that of `.` and `..` is the one of the directory they stand for. `/` has none.
fn host_name(host: &Path) -> Result<Option<String>, Reason> {
    let name = match host.file_name() {
        Some(name) => Some(name.to_owned()),
        None => fs::canonicalize(host)
            .map_err(unreadable)?
            .file_name()
            .map(OsStr::to_owned),
    };
    name.map(|name| entry_name(&name).map(String::from))
        .transpose()
}

fn entry_name(name: &OsStr) -> Result<&str, Reason> {
    let name = name.to_str().ok_or(Reason::NotUnicode)?;
    if name.len() > NAME_BYTES_MAX {
        Err(Reason::NameTooLong)
    } else {
        Ok(name)
    }
}

fn guest_below(branch: &Branch<'_>, host: &Path) -> String {
    let below = host.strip_prefix(branch.root).unwrap_or(host);
    format!("{}/{}", branch.guest, below.display())
}

/// Whether a link target in a directory `depth` levels below the root of its tree stays in the tree.
fn stays_below(target: &Path, depth: usize) -> bool {
    let level = target
        .components()
        .try_fold(depth, |level, component| match component {
            Component::Normal(_) => level.checked_add(1),
            Component::CurDir => Some(level),
            Component::ParentDir => level.checked_sub(1),
            Component::RootDir | Component::Prefix(_) => None,
        });
    level.is_some()
}

/// The trail with the directory of this link; an error when the link leads to a directory on it, which
/// is the only way for a walk not to end.
fn longer_trail(trail: &[PathBuf], link: &Path, target: &Path) -> Result<Vec<PathBuf>, Reason> {
    let from = fs::canonicalize(link.parent().unwrap_or(link)).map_err(unreadable)?;
    let longer: Vec<PathBuf> = trail.iter().cloned().chain([from]).collect();
    if longer.iter().any(|directory| directory.starts_with(target)) {
        return Err(Reason::Loop(target.into()));
    }
    Ok(longer)
}

fn collided(guest: &str, collision: Collision) -> Reason {
    Reason::Collision {
        guest: guest.into(),
        other: collision.other,
    }
}

fn unreadable(error: io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::NotFound => Reason::Missing,
        io::ErrorKind::InvalidFilename => Reason::PathTooLong,
        _ => Reason::Unreadable(error.to_string()),
    }
}

/// The error of the host alone: the walk puts the path before it, which is told anyway.
fn unreadable_entry(error: &io::Error) -> Reason {
    let inner = error.get_ref().and_then(|walk| walk.source());
    match inner.and_then(|inner| inner.downcast_ref::<io::Error>()) {
        Some(host) if host.kind() == io::ErrorKind::InvalidFilename => Reason::PathTooLong,
        Some(host) => Reason::Unreadable(host.to_string()),
        None => Reason::Unreadable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The walk says "IO error for operation on PATH", and the message had the path twice.
    #[test]
    fn an_error_of_the_walk_is_told_without_its_path() {
        #[derive(Debug, thiserror::Error)]
        #[error("IO error for operation on a/b")]
        struct Walk(#[source] io::Error);
        let reason = |kind: io::ErrorKind| {
            unreadable_entry(&io::Error::other(Walk(kind.into()))).to_string()
        };
        assert_eq!(
            reason(io::ErrorKind::PermissionDenied),
            "cannot be read: permission denied"
        );
        assert_eq!(
            reason(io::ErrorKind::InvalidFilename),
            "the path is too long: a program can open 4095 bytes, and 255 for each name"
        );
        let plain = unreadable_entry(&io::ErrorKind::PermissionDenied.into());
        assert_eq!(plain.to_string(), "cannot be read: permission denied");
    }
}
