//! One file: what its lock guards.

use super::Stamps;
use crate::body::Body;
use crate::sync::{Lock, Shared};

/// Content, size and times of a file, behind the file's lock.
#[derive(Debug)]
pub(crate) struct File(pub(crate) Lock<Content>);

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) stamps: Stamps,
    pub(crate) body: Body,
}

impl File {
    pub(crate) fn new(body: Body, stamps: Stamps) -> Shared<Self> {
        Shared::new(Self(Lock::new(Content { stamps, body })))
    }
}
