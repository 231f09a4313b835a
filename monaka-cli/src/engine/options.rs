//! The flags of both verbs.

use anyhow::{Result, bail};

use super::grants::GrantArgs;
use super::state::{State, StateArgs};
use super::world::{Turns, World};
use crate::cli::Talk;

/// What the programs are given, and what their filesystem is like.
#[derive(Debug, clap::Args)]
pub(crate) struct EngineArgs {
    #[command(flatten)]
    grants: GrantArgs,

    #[command(flatten)]
    state: StateArgs,
}

impl EngineArgs {
    /// An option that is given and about the filesystem that programs share.
    pub(crate) fn files_option(&self) -> Option<&'static str> {
        self.state.files_option().or(self.grants.files_option())
    }

    /// What all instances have in common, and what becomes of their files.
    pub(crate) fn open(self, turns: Turns, talk: Talk) -> Result<(World, State)> {
        if let (true, Some(option)) = (self.grants.replaces_root(), self.state.files_option()) {
            bail!(
                "{option} is about the filesystem in memory, and --dir puts a directory of the host in its place: give it another guest path than `/`"
            );
        }
        let state = self.state.open(talk)?;
        let world = World::new(turns, self.grants, state.view.clone())?;
        Ok((world, state))
    }
}
