//! Opening and closing.

use super::Volume;
use crate::body::Body;
use crate::handle::Handle;
use crate::tree::{Entry, Name, Node, ROOT};
use crate::walk::{self, Last};
use crate::{Access, Env, Error, Fd, Follow, Ino, Kind, OpenFlags, Result, text};

impl<E: Env> Volume<E> {
    /// A handle on the root of the volume.
    pub fn open_root(&mut self, access: Access) -> Result<Fd> {
        self.reserve_handle()?;
        self.open_inode(ROOT, access)
    }

    /// Opens or creates.
    ///
    /// * `WRITE`, `CREATE`, `TRUNCATE` and `MUTATE_DIRECTORY` need `MUTATE_DIRECTORY` on `dir`,
    ///   else `ReadOnly`, as WASI defines for `open-at`. `MUTATE_DIRECTORY` is dropped from the
    ///   access of what is not a directory.
    /// * `CREATE` with `DIRECTORY` is `Invalid`; `EXCLUSIVE` without `CREATE` has no meaning.
    /// * `TRUNCATE` needs no `WRITE`: as with `O_RDONLY | O_TRUNC` of Linux the file is cut all the
    ///   same.
    /// * A symbolic link that is not followed is `Loop`, or `NotDirectory` with `DIRECTORY`.
    pub fn open_at(
        &mut self,
        dir: Fd,
        path: &str,
        follow: Follow,
        open: OpenFlags,
        access: Access,
    ) -> Result<Fd> {
        let base = self.base_to_open(dir, open, access)?;
        if open.contains(OpenFlags::CREATE | OpenFlags::DIRECTORY) {
            return Err(Error::Invalid);
        }
        self.reserve_handle()?;
        let creating = open.contains(OpenFlags::CREATE);
        let found = match creating {
            true if open.contains(OpenFlags::EXCLUSIVE) => {
                walk::resolve_to_create(&self.tree, base, path, Follow::No)?
            }
            true => walk::resolve_to_create(&self.tree, base, path, follow)?,
            false => walk::resolve(&self.tree, base, path, follow)?,
        };
        match (found.target, found.last) {
            (Some(entry), _) => {
                check_kind(entry.kind, found.slash, open, access)?;
                self.open_existing(entry, open, access)
            }
            (None, Last::Name(name)) if creating => {
                // The name may come from a symbolic link, which is part of the tree that changes.
                let name = text::own(name)?;
                self.open_new(found.dir, Name::from_component(&name)?, access)
            }
            (None, _) => Err(Error::NoEntry),
        }
    }

    /// A second, independent handle on the same inode. An access that the handle does not have is
    /// `NotPermitted`.
    pub fn dup(&mut self, fd: Fd, access: Access) -> Result<Fd> {
        let handle = self.handles.get(fd)?;
        if !handle.access.contains(access) {
            return Err(Error::NotPermitted);
        }
        self.reserve_handle()?;
        self.open_inode(handle.ino, access)
    }

    /// Closes a handle. An inode without a name is freed with its last one.
    pub fn close(&mut self, fd: Fd) -> Result<()> {
        let handle = self.handles.close(fd)?;
        self.release(handle.ino)
    }

    /// What a handle may do.
    pub fn access(&self, fd: Fd) -> Result<Access> {
        Ok(self.handles.get(fd)?.access)
    }

    /// The type of what a handle is open on.
    pub fn kind(&self, fd: Fd) -> Result<Kind> {
        Ok(self.inode_of(fd)?.kind())
    }

    /// The inode that a handle is open on: two handles are on the same object if theirs are equal.
    pub fn ino(&self, fd: Fd) -> Result<Ino> {
        Ok(self.handles.get(fd)?.ino)
    }

    fn base_to_open(&self, dir: Fd, open: OpenFlags, access: Access) -> Result<Ino> {
        let changes = open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)
            || access.intersects(Access::WRITE | Access::MUTATE_DIRECTORY);
        match changes {
            true => self.base_to_change(dir),
            false => self.base(dir),
        }
    }

    fn open_existing(&mut self, entry: Entry, open: OpenFlags, mut access: Access) -> Result<Fd> {
        let truncating = open.contains(OpenFlags::TRUNCATE);
        if truncating || access.contains(Access::WRITE) {
            self.check_writable(entry.ino)?;
        }
        if truncating {
            let now = self.now();
            self.tree
                .inode_mut(entry.ino)?
                .body_mut()?
                .set_size(0, &mut self.ledger)?;
            self.modified(entry.ino, now)?;
        }
        if entry.kind != Kind::Directory {
            access.remove(Access::MUTATE_DIRECTORY);
        }
        self.open_inode(entry.ino, access)
    }

    fn open_new(&mut self, dir: Ino, name: Name<'_>, access: Access) -> Result<Fd> {
        self.check_vacancy(dir)?;
        let now = self.now();
        let ino = self.create(dir, name, Node::File(Body::empty()), now)?;
        self.open_inode(ino, access.difference(Access::MUTATE_DIRECTORY))
    }

    fn reserve_handle(&mut self) -> Result<()> {
        self.handles.reserve(self.ledger.limits().handles_max)
    }

    /// Takes the handle that was reserved.
    fn open_inode(&mut self, ino: Ino, access: Access) -> Result<Fd> {
        let inode = self.tree.inode_mut(ino)?;
        inode.opens = inode.opens.saturating_add(1);
        Ok(self.handles.open(Handle { ino, access }))
    }
}

/// What `do_open` of Linux checks about a target that exists, in its order.
fn check_kind(kind: Kind, slash: bool, open: OpenFlags, access: Access) -> Result<()> {
    if open.contains(OpenFlags::CREATE | OpenFlags::EXCLUSIVE) {
        return Err(Error::Exist);
    }
    let directory_wanted = slash || open.contains(OpenFlags::DIRECTORY);
    let written =
        open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE) || access.contains(Access::WRITE);
    match kind {
        Kind::Directory if written => Err(Error::IsDirectory),
        Kind::File | Kind::Symlink if directory_wanted => Err(Error::NotDirectory),
        Kind::Symlink => Err(Error::Loop),
        Kind::Directory | Kind::File => Ok(()),
    }
}
