//! Renaming.

use super::Volume;
use crate::tree::{Move, plan_rename};
use crate::walk;
use crate::{Env, Fd, Kind, Result, Time};

impl<E: Env> Volume<E> {
    /// Gives what the old path names the new one, in place of what that names until now. Between
    /// two names of the same inode it does nothing.
    pub fn rename_at(&mut self, old_dir: Fd, old: &str, new_dir: Fd, new: &str) -> Result<()> {
        let old_base = self.base_to_change(old_dir)?;
        let new_base = self.base_to_change(new_dir)?;
        let old = walk::parent(&self.tree, old_base, old)?;
        let new = walk::parent(&self.tree, new_base, new)?;
        let Some(plan) = plan_rename(&self.tree, old, new)? else {
            return Ok(());
        };
        for ino in [plan.old_dir, plan.new_dir, plan.source.ino] {
            self.check_writable(ino)?;
        }
        if let Some(target) = plan.target {
            self.check_writable(target.ino)?;
        }
        let now = self.now();
        self.rename_entry(&plan)?;
        self.follow_rename(&plan, now)
    }

    /// Moves the name: the one step that can still fail comes first.
    fn rename_entry(&mut self, plan: &Move<'_>) -> Result<()> {
        match plan.target {
            Some(_) => self
                .tree
                .directory_mut(plan.new_dir)?
                .replace(plan.new_name, plan.source),
            None if plan.old_dir == plan.new_dir => {
                return self
                    .tree
                    .directory_mut(plan.old_dir)?
                    .rename(plan.old_name, plan.new_name);
            }
            None => self
                .tree
                .directory_mut(plan.new_dir)?
                .insert(plan.new_name, plan.source)?,
        }
        self.tree.directory_mut(plan.old_dir)?.remove(plan.old_name);
        Ok(())
    }

    /// Links, `..` and times after the name has moved.
    fn follow_rename(&mut self, plan: &Move<'_>, now: Time) -> Result<()> {
        if plan.source.kind == Kind::Directory && plan.old_dir != plan.new_dir {
            self.tree
                .directory_mut(plan.source.ino)?
                .set_parent(plan.new_dir);
            self.remove_links(plan.old_dir, 1)?;
            self.add_links(plan.new_dir, 1)?;
        }
        self.modified(plan.old_dir, now)?;
        self.modified(plan.new_dir, now)?;
        self.changed(plan.source.ino, now)?;
        match plan.target {
            Some(target) => self.drop_name(plan.new_dir, target, now),
            None => Ok(()),
        }
    }
}
