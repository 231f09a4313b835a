//! The filesystem that programs share: what is in it when they start.

use std::sync::Arc;

use anyhow::{Context, Result};
use monaka_host::{View, Volume};

use super::grants::GrantArgs;
use super::world::{Turns, World};
use crate::cli::Talk;
use crate::pack::LimitArgs;

/// The flags of both verbs: what the programs are given, and what their filesystem is like.
#[derive(Debug, clap::Args)]
pub(crate) struct EngineArgs {
    #[command(flatten)]
    grants: GrantArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

impl EngineArgs {
    /// An option that is given and about the filesystem that programs share.
    pub(crate) fn files_option(&self) -> Option<&'static str> {
        None.or(self.grants.files_option())
            .or(self.limits.files_option())
    }

    /// What all instances have in common.
    pub(crate) fn world(self, turns: Turns, _talk: Talk) -> Result<Arc<World>> {
        let view = self.view().context("the filesystem")?;
        Ok(Arc::new(World::new(turns, self.grants, view)?))
    }

    fn view(&self) -> Result<View> {
        let volume = Volume::new(self.limits.limits())?;
        Ok(volume.view().build()?)
    }
}
