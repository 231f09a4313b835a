//! Views beside a view.

use super::View;
use crate::handle::Handles;
use crate::volume::hold;
use crate::{Env, Result};
use alloc::string::String;

impl<E: Env> View<E> {
    /// Another view of the same: its root, rights and quota, and handles of its own.
    pub fn fork(&self) -> Result<Self> {
        hold(&*self.volume.tree.read()?, self.root)?;
        Ok(Self {
            volume: self.volume.clone(),
            root: self.root,
            read_only: self.read_only,
            quota: self.quota.clone(),
            handles: Handles::default(),
            handles_max: self.handles_max,
            text: String::new(),
        })
    }
}
