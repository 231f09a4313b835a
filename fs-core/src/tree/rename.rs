//! What a rename may do: the checks of `vfs_rename` of Linux, in its order.

use super::{Entry, Name, Tree};
use crate::walk::{Last, Parent};
use crate::{Error, Ino, Kind, Result};

/// A rename that is allowed.
#[derive(Debug)]
pub(crate) struct Move<'p> {
    pub(crate) old_dir: Ino,
    pub(crate) old_name: Name<'p>,
    pub(crate) source: Entry,
    pub(crate) new_dir: Ino,
    pub(crate) new_name: Name<'p>,
    /// What the new name stands for until now.
    pub(crate) target: Option<Entry>,
}

/// Checks a rename; `None` where both names stand for the same inode, which leaves everything as it
/// is.
pub(crate) fn plan_rename<'p>(
    tree: &Tree,
    old: Parent<'p>,
    new: Parent<'p>,
) -> Result<Option<Move<'p>>> {
    let (Last::Name(old_name), Last::Name(new_name)) = (old.last, new.last) else {
        return Err(Error::Busy);
    };
    let (old_name, source) = tree.lookup_component(old.dir, old_name)?;
    let source = source.ok_or(Error::NoEntry)?;
    let (new_name, target) = tree.lookup_component(new.dir, new_name)?;
    if source.kind != Kind::Directory && (old.slash || new.slash) {
        return Err(Error::NotDirectory);
    }
    check_ancestry(tree, old.dir, new.dir, source, target)?;
    if target.is_some_and(|target| target.ino == source.ino) {
        return Ok(None);
    }
    match target {
        Some(target) => check_replacement(tree, source, target)?,
        None if tree.inode(new.dir)?.nlink == 0 => return Err(Error::NoEntry),
        None => {}
    }
    Ok(Some(Move {
        old_dir: old.dir,
        old_name,
        source,
        new_dir: new.dir,
        new_name,
        target,
    }))
}

/// A directory does not move into itself or below, and does not replace one that holds it.
fn check_ancestry(
    tree: &Tree,
    old_dir: Ino,
    new_dir: Ino,
    source: Entry,
    target: Option<Entry>,
) -> Result<()> {
    if old_dir == new_dir {
        return Ok(());
    }
    if source.kind == Kind::Directory && tree.child_towards(old_dir, new_dir)? == Some(source.ino) {
        return Err(Error::Invalid);
    }
    if let Some(target) = target
        && target.kind == Kind::Directory
        && tree.child_towards(new_dir, old_dir)? == Some(target.ino)
    {
        return Err(Error::NotEmpty);
    }
    Ok(())
}

/// A directory replaces an empty directory, anything else replaces anything but a directory.
fn check_replacement(tree: &Tree, source: Entry, target: Entry) -> Result<()> {
    match (source.kind, target.kind) {
        (Kind::Directory, Kind::Directory) if tree.directory(target.ino)?.is_empty() => Ok(()),
        (Kind::Directory, Kind::Directory) => Err(Error::NotEmpty),
        (Kind::Directory, _) => Err(Error::NotDirectory),
        (_, Kind::Directory) => Err(Error::IsDirectory),
        _ => Ok(()),
    }
}
