//! The merged tree: what all embeds together put where.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use monaka_fs_core::Time;

use crate::embed::GuestPath;

/// An arena of nodes; a file that has several names is one node.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

/// An index into the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(usize);

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) body: Body,
    pub(crate) meta: Meta,
    pub(crate) read_only: bool,
}

#[derive(Debug)]
pub(crate) enum Body {
    /// Sorted by name bytes, as `str` is.
    Directory(BTreeMap<Box<str>, NodeId>),
    File {
        size: u64,
        /// Where the content is, if it is not the whole of the host file.
        part: Option<Part>,
    },
    Symlink {
        target: Box<str>,
    },
}

/// The place of a file in an image.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) image: Arc<File>,
    pub(crate) offset: u64,
}

/// What comes from the host for any kind of node.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    pub(crate) host: PathBuf,
    pub(crate) mode: u16,
    pub(crate) mtime: Time,
}

/// A directory where something else is, or something else where a directory is.
#[derive(Debug)]
pub(crate) struct Collision {
    pub(crate) other: PathBuf,
}

impl Tree {
    pub(crate) const ROOT: NodeId = NodeId(0);

    /// A tree with a root directory.
    pub(crate) fn new(root: Meta) -> Self {
        Self {
            nodes: vec![Node::new(Body::Directory(BTreeMap::new()), root)],
        }
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Puts a file or symbolic link at a name: over another one, never over a directory.
    pub(crate) fn put(
        &mut self,
        parent: NodeId,
        name: &str,
        body: Body,
        meta: Meta,
    ) -> Result<NodeId, Collision> {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node::new(body, meta));
        self.link(parent, name, id)?;
        Ok(id)
    }

    /// Gives a file one more name.
    pub(crate) fn link(&mut self, parent: NodeId, name: &str, id: NodeId) -> Result<(), Collision> {
        if let Some(old) = self.child(parent, name)
            && matches!(self.node(old).body, Body::Directory(_))
        {
            return Err(self.collision(old));
        }
        if let Some(entries) = self.entries_mut(parent) {
            entries.insert(name.into(), id);
        }
        Ok(())
    }

    /// The directory at a name, made if it is missing; one that an embed names takes the newer metadata.
    pub(crate) fn directory(
        &mut self,
        parent: NodeId,
        name: &str,
        meta: Meta,
    ) -> Result<NodeId, Collision> {
        let id = self.passage(parent, name, &meta)?;
        self.nodes[id.0].meta = meta;
        Ok(id)
    }

    /// The directory at a name, made if it is missing and left as it is otherwise.
    pub(crate) fn passage(
        &mut self,
        parent: NodeId,
        name: &str,
        meta: &Meta,
    ) -> Result<NodeId, Collision> {
        match self.child(parent, name) {
            Some(id) if matches!(self.node(id).body, Body::Directory(_)) => Ok(id),
            Some(id) => Err(self.collision(id)),
            None => self.put(parent, name, Body::Directory(BTreeMap::new()), meta.clone()),
        }
    }

    /// Replaces the metadata of the root, when an embed is the root.
    pub(crate) fn set_root(&mut self, meta: Meta) {
        self.nodes[Self::ROOT.0].meta = meta;
    }

    /// Makes all that is below a path read-only; false if there is no such path.
    pub(crate) fn set_read_only(&mut self, path: &GuestPath) -> bool {
        let found = path
            .names()
            .try_fold(Self::ROOT, |id, name| self.child(id, name));
        let mut pending: Vec<NodeId> = found.into_iter().collect();
        while let Some(id) = pending.pop() {
            let node = &mut self.nodes[id.0];
            node.read_only = true;
            if let Body::Directory(entries) = &node.body {
                pending.extend(entries.values());
            }
        }
        found.is_some()
    }

    /// Makes one node read-only.
    pub(crate) fn mark_read_only(&mut self, id: NodeId) {
        self.nodes[id.0].read_only = true;
    }

    /// The number of nodes, those included that have lost their name.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        match &self.node(parent).body {
            Body::Directory(entries) => entries.get(name).copied(),
            _ => None,
        }
    }

    fn entries_mut(&mut self, id: NodeId) -> Option<&mut BTreeMap<Box<str>, NodeId>> {
        match &mut self.nodes[id.0].body {
            Body::Directory(entries) => Some(entries),
            _ => None,
        }
    }

    fn collision(&self, id: NodeId) -> Collision {
        Collision {
            other: self.node(id).host().into(),
        }
    }
}

impl Node {
    fn new(body: Body, meta: Meta) -> Self {
        Self {
            body,
            meta,
            read_only: false,
        }
    }

    pub(crate) fn host(&self) -> &Path {
        &self.meta.host
    }
}
