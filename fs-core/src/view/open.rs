//! Opening and closing.

use super::View;
use crate::change::Change;
use crate::device::held;
use crate::handle::Handle;
use crate::tree::{Entry, Inode, MARKED, Name, Node, Tree};
use crate::volume::hold;
use crate::walk::{self, Last, Start};
use crate::{Access, Env, Error, Fd, Follow, Ino, Kind, OpenFlags, Result, text};

impl<E: Env> View<E> {
    /// A handle on the root of the view.
    pub fn open_root(&mut self, access: Access) -> Result<Fd> {
        self.reserve_handle()?;
        let opened = self.open_inode(&*self.volume.tree.read()?, self.root, access);
        self.take_handle(opened)
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
        self.refresh(base, path, follow)?;
        self.reserve_handle()?;
        let opened = match open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE) {
            true => self.open_changing(base, path, follow, open, access),
            false => self.open_unchanged(base, path, follow, open, access),
        };
        let opened = opened.and_then(|(handle, device)| match device {
            Some(device) => self.open_device(handle, &device, open),
            None => Ok(handle),
        });
        self.take_handle(opened)
    }

    /// A second, independent handle on the same inode. An access that the handle does not have is
    /// `NotPermitted`.
    pub fn dup(&mut self, fd: Fd, access: Access) -> Result<Fd> {
        let handle = self.handles.get(fd)?;
        if !handle.access.contains(access) {
            return Err(Error::NotPermitted);
        }
        let (ino, device) = (handle.ino, handle.device.clone());
        self.reserve_handle()?;
        let opened = self.open_inode(&*self.volume.tree.read()?, ino, access);
        self.take_handle(opened.map(|handle| handle.with_device(device)))
    }

    /// Closes a handle. An inode without a name is freed with its last one.
    pub fn close(&mut self, fd: Fd) -> Result<()> {
        let ino = self.handles.close(fd)?.ino;
        self.volume.ledger.release_handle();
        self.volume.release(ino)
    }

    /// What a handle may do.
    pub fn access(&self, fd: Fd) -> Result<Access> {
        Ok(self.handles.get(fd)?.access)
    }

    /// The type of what a handle is open on.
    pub fn kind(&self, fd: Fd) -> Result<Kind> {
        Ok(self.handles.get(fd)?.kind)
    }

    /// The inode that a handle is open on: two handles are on the same object if theirs are equal.
    pub fn ino(&self, fd: Fd) -> Result<Ino> {
        Ok(self.handles.get(fd)?.ino)
    }

    fn base_to_open(&self, dir: Fd, open: OpenFlags, access: Access) -> Result<Start> {
        let changes = open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)
            || access.intersects(Access::WRITE | Access::MUTATE_DIRECTORY);
        match changes {
            true => self.base_to_change(dir),
            false => self.base(dir),
        }
    }

    /// Opens what exists, and leaves it as it is.
    fn open_unchanged(
        &self,
        base: Start,
        path: &str,
        follow: Follow,
        open: OpenFlags,
        access: Access,
    ) -> Result<(Handle, Option<held::File>)> {
        let tree = self.volume.tree.read()?;
        let found = walk::resolve(&tree, base, path, follow)?;
        let entry = found.target.ok_or(Error::NoEntry)?;
        check_kind(entry.kind, found.slash, open, access)?;
        self.open_existing(&tree, entry, open, access)
    }

    /// Opens with `CREATE` or `TRUNCATE`.
    fn open_changing(
        &self,
        base: Start,
        path: &str,
        follow: Follow,
        open: OpenFlags,
        access: Access,
    ) -> Result<(Handle, Option<held::File>)> {
        let mut tree = self.volume.tree.write()?;
        let creating = open.contains(OpenFlags::CREATE);
        let found = match creating {
            true if open.contains(OpenFlags::EXCLUSIVE) => {
                walk::resolve_to_create(&tree, base, path, Follow::No)?
            }
            true => walk::resolve_to_create(&tree, base, path, follow)?,
            false => walk::resolve(&tree, base, path, follow)?,
        };
        match (found.target, found.last) {
            (Some(entry), _) => {
                check_kind(entry.kind, found.slash, open, access)?;
                if open.contains(OpenFlags::TRUNCATE) {
                    self.truncate(&mut tree, entry.ino)?;
                }
                self.open_existing(&tree, entry, open, access)
            }
            (None, Last::Name(name)) if creating => {
                // The name may come from a symbolic link, which is part of the tree that changes.
                let (dir, name) = (found.dir, text::own(name)?);
                let name = Name::from_component(&name)?;
                Ok((self.open_new(&mut tree, dir, name, access)?, None))
            }
            (None, _) => Err(Error::NoEntry),
        }
    }

    /// Opens what exists. A device is still to be opened itself, which is done without the lock.
    fn open_existing(
        &self,
        tree: &Tree,
        entry: Entry,
        open: OpenFlags,
        access: Access,
    ) -> Result<(Handle, Option<held::File>)> {
        let device = tree.inode(entry.ino)?.device();
        if open.contains(OpenFlags::TRUNCATE) || access.contains(Access::WRITE) {
            match device {
                Some(_) if self.read_only => return Err(Error::ReadOnly),
                Some(_) => {}
                None => self.check_writable(tree, entry.ino)?,
            }
        }
        let handle = self.open_inode(tree, entry.ino, access)?;
        Ok((handle, device.cloned()))
    }

    /// Opens the device that a handle is on, or gives the handle back.
    fn open_device(&self, handle: Handle, device: &held::File, open: OpenFlags) -> Result<Handle> {
        match held::open(device, handle.access, open.contains(OpenFlags::TRUNCATE)) {
            Ok(opened) => Ok(handle.with_device(Some(opened))),
            Err(error) => {
                self.volume.release(handle.ino)?;
                Err(error)
            }
        }
    }

    fn truncate(&self, tree: &mut Tree, ino: Ino) -> Result<()> {
        if tree.inode(ino)?.device().is_some() {
            return Ok(());
        }
        self.check_writable(tree, ino)?;
        let marked = self.truncate_file(tree.inode(ino)?, ino)?;
        if marked {
            self.volume.note(tree, ino, MARKED);
        }
        Ok(())
    }

    /// Gives whether the inode has to be noted.
    fn truncate_file(&self, inode: &Inode, ino: Ino) -> Result<bool> {
        let account = self.volume.account(inode.quota.as_ref());
        let mut content = inode.file()?.0.write()?;
        content.body.set_size(0, account)?;
        self.volume.env.changed(Change::Resized { ino, size: 0 });
        Ok(self.volume.modified_content(&mut content))
    }

    fn open_new(
        &self,
        tree: &mut Tree,
        dir: Ino,
        name: Name<'_>,
        access: Access,
    ) -> Result<Handle> {
        self.check_vacancy(tree, dir)?;
        let make = |stamps| Ok(Node::file(stamps));
        let quota = self.quota.as_ref();
        let ino = self.volume.create(tree, dir, name, make, quota)?;
        self.open_inode(tree, ino, access)
    }

    /// Makes sure that there is room for a handle.
    fn reserve_handle(&mut self) -> Result<()> {
        self.handles.reserve(self.handles_max)?;
        self.volume.ledger.reserve_handle()
    }

    /// Takes the handle that was reserved, or gives the room back.
    fn take_handle(&mut self, opened: Result<Handle>) -> Result<Fd> {
        match opened {
            Ok(handle) => Ok(self.handles.open(handle)),
            Err(error) => {
                self.volume.ledger.release_handle();
                Err(error)
            }
        }
    }

    /// What is not a directory has no entries to change.
    fn open_inode(&self, tree: &Tree, ino: Ino, mut access: Access) -> Result<Handle> {
        let inode = tree.inode(ino)?;
        if inode.kind() != Kind::Directory {
            access.remove(Access::MUTATE_DIRECTORY);
        }
        hold(tree, ino)?;
        Ok(Handle::new(ino, inode, access))
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
