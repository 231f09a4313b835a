//! Renaming.

use super::View;
use crate::change::Change;
use crate::tree::{Move, Tree, plan_rename};
use crate::volume::{add_links, remove_links};
use crate::walk;
use crate::{Env, Fd, Kind, Result, Time};

impl<E: Env> View<E> {
    /// Gives what the old path names the new one, in place of what that names until now. Between
    /// two names of the same inode it does nothing.
    pub fn rename_at(&mut self, old_dir: Fd, old: &str, new_dir: Fd, new: &str) -> Result<()> {
        let old_base = self.base_to_change(old_dir)?;
        let new_base = self.base_to_change(new_dir)?;
        let mut tree = self.volume.tree.write()?;
        let old = walk::parent(&tree, old_base, old)?;
        let new = walk::parent(&tree, new_base, new)?;
        let Some(plan) = plan_rename(&tree, old, new)? else {
            return Ok(());
        };
        for ino in [plan.old_dir, plan.new_dir, plan.source.ino] {
            self.check_writable(&tree, ino)?;
        }
        if let Some(target) = plan.target {
            self.check_writable(&tree, target.ino)?;
        }
        let now = self.volume.now();
        rename_entry(&mut tree, &plan)?;
        self.tell(&plan);
        self.follow_rename(&mut tree, &plan, now)
    }

    fn tell(&self, plan: &Move<'_>) {
        if let Some(target) = plan.target {
            self.volume.env.changed(Change::Removed {
                dir: plan.new_dir,
                name: plan.new_name.as_str(),
                ino: target.ino,
                kind: target.kind,
            });
        }
        self.volume.env.changed(Change::Renamed {
            old_dir: plan.old_dir,
            old_name: plan.old_name.as_str(),
            new_dir: plan.new_dir,
            new_name: plan.new_name.as_str(),
            ino: plan.source.ino,
            kind: plan.source.kind,
        });
    }

    /// Links, `..` and times after the name has moved.
    fn follow_rename(&self, tree: &mut Tree, plan: &Move<'_>, now: Time) -> Result<()> {
        let volume = &self.volume;
        if plan.source.kind == Kind::Directory && plan.old_dir != plan.new_dir {
            tree.directory_mut(plan.source.ino)?
                .set_parent(plan.new_dir);
            remove_links(tree, plan.old_dir, 1)?;
            add_links(tree, plan.new_dir, 1)?;
        }
        volume.modified(tree, plan.old_dir, now)?;
        volume.modified(tree, plan.new_dir, now)?;
        volume.changed(tree, plan.source.ino, now)?;
        match plan.target {
            Some(target) => volume.drop_name(tree, plan.new_dir, target, now),
            None => Ok(()),
        }
    }
}

/// Moves the name: the one step that can still fail comes first.
fn rename_entry(tree: &mut Tree, plan: &Move<'_>) -> Result<()> {
    match plan.target {
        Some(_) => tree
            .directory_mut(plan.new_dir)?
            .replace(plan.new_name, plan.source),
        None if plan.old_dir == plan.new_dir => {
            return tree
                .directory_mut(plan.old_dir)?
                .rename(plan.old_name, plan.new_name);
        }
        None => tree
            .directory_mut(plan.new_dir)?
            .insert(plan.new_name, plan.source)?,
    }
    tree.directory_mut(plan.old_dir)?.remove(plan.old_name);
    Ok(())
}
