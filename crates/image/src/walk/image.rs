//! An image among what is embedded: the files in it, as if it were a directory of the host.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use monaka_fs_core::PATH_BYTES_MAX;
use monaka_fs_core::image::{Image, ImageError};

use super::{Place, Walker, collided, unreadable};
use crate::embed::{Embed, GuestPath};
use crate::error::Reason;
use crate::list::{self, Entry, EntryKind};
use crate::tree::{Body, Meta, NodeId, Part, Tree};

/// Bytes by which an image is known.
const HEADER_BYTES: u64 = 64;

/// Whether a host file starts as an image does.
pub(super) fn is_image(host: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(host)?
        .take(HEADER_BYTES)
        .read_to_end(&mut start)?;
    Ok(!matches!(Image::parse(&start), Err(ImageError::Magic)))
}

/// An image whose index and content were checked. The file stays open: another one that is renamed over it is
/// another image.
struct Packed<'a> {
    host: &'a Path,
    file: Arc<File>,
    bytes: &'a [u8],
    image: Image<'a>,
}

impl Walker<'_> {
    /// Embeds the files of an image, at `/` unless a guest path is given. Nothing of them is left out.
    pub(super) fn image(&mut self, embed: &Embed) -> Result<(), Reason> {
        let mut file = File::open(&embed.host).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unreadable)?;
        let packed = Packed {
            host: &embed.host,
            file: Arc::new(file),
            bytes: &bytes,
            image: Image::parse(&bytes).map_err(|error| Reason::Image(error.to_string()))?,
        };
        let entries =
            list::tree(&packed.image).map_err(|error| Reason::Image(error.to_string()))?;
        match list::damaged(&packed.image, &entries) {
            damaged if damaged.is_empty() => {}
            damaged => return Err(Reason::DamagedImage(damaged.join(", "))),
        }
        let guest = embed.guest.clone().unwrap_or(GuestPath::of_name(None));
        self.unpack(&packed, &entries, &guest)
    }

    /// The entries below a guest path: a directory before what is in it.
    fn unpack(
        &mut self,
        packed: &Packed<'_>,
        entries: &[Entry],
        guest: &GuestPath,
    ) -> Result<(), Reason> {
        let mut directories = HashMap::new();
        let mut linked = HashMap::new();
        let prefix = match guest.is_root() {
            true => String::new(),
            false => guest.to_string(),
        };
        for entry in entries {
            let meta = self.entry_meta(packed, entry);
            let Some((above, name)) = split(&entry.path) else {
                let root = self.image_root(guest, &prefix, meta)?;
                self.keep_read_only(root, entry);
                directories.insert("", root);
                continue;
            };
            let Some(&parent) = directories.get(above) else {
                continue;
            };
            let guest = format!("{prefix}{}", entry.path);
            let place = Place {
                host: packed.host,
                parent,
                name,
                guest: &guest,
            };
            let id = self.unpack_one(packed, entry, &place, meta, &mut linked)?;
            self.keep_read_only(id, entry);
            if entry.kind == EntryKind::Directory {
                directories.insert(&entry.path, id);
            }
        }
        Ok(())
    }

    fn unpack_one(
        &mut self,
        packed: &Packed<'_>,
        entry: &Entry,
        place: &Place<'_>,
        meta: Meta,
        linked: &mut HashMap<u32, NodeId>,
    ) -> Result<NodeId, Reason> {
        let Place {
            parent,
            name,
            guest,
            ..
        } = *place;
        if guest.len() > PATH_BYTES_MAX {
            return Err(Reason::PathTooLong);
        }
        let collided = |collision| collided(guest, collision);
        if let Some(&id) = linked.get(&entry.ino) {
            self.tree.link(parent, name, id).map_err(collided)?;
            return Ok(id);
        }
        let body = match &entry.kind {
            EntryKind::Directory => {
                self.progress.found(0);
                return self.tree.directory(parent, name, meta).map_err(collided);
            }
            EntryKind::File => {
                self.progress.found(entry.size);
                packed.body(entry)
            }
            EntryKind::Symlink { target } => {
                self.progress.found(0);
                Body::Symlink {
                    target: target.as_str().into(),
                }
            }
        };
        let id = self.tree.put(parent, name, body, meta).map_err(collided)?;
        linked.insert(entry.ino, id);
        Ok(id)
    }

    /// The directory that the root of an image becomes.
    fn image_root(&mut self, guest: &GuestPath, path: &str, meta: Meta) -> Result<NodeId, Reason> {
        if self.tree.len() == 1 || guest.is_root() {
            self.tree.set_root(meta.clone());
        }
        let names: Vec<&str> = guest.names().collect();
        let Some((name, parents)) = names.split_last() else {
            return Ok(Tree::ROOT);
        };
        parents
            .iter()
            .try_fold(Tree::ROOT, |parent, name| {
                self.tree.passage(parent, name, &meta)
            })
            .and_then(|parent| self.tree.directory(parent, name, meta.clone()))
            .map_err(|collision| collided(path, collision))
    }

    fn keep_read_only(&mut self, id: NodeId, entry: &Entry) {
        if entry.read_only {
            self.tree.mark_read_only(id);
        }
    }

    fn entry_meta(&self, packed: &Packed<'_>, entry: &Entry) -> Meta {
        Meta {
            host: packed.host.into(),
            mode: entry.mode,
            mtime: self.options.mtime.apply(entry.mtime),
        }
    }
}

impl Packed<'_> {
    fn body(&self, entry: &Entry) -> Body {
        let content = list::content(&self.image, entry);
        // Where a slice of the image is in it.
        let offset = content.as_ptr().addr() - self.bytes.as_ptr().addr();
        Body::File {
            size: entry.size,
            part: Some(Part {
                image: Arc::clone(&self.file),
                offset: offset as u64,
            }),
        }
    }
}

/// The path of the directory that holds an entry, and its name there; the root has none.
fn split(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once('/').filter(|(_, name)| !name.is_empty())
}
