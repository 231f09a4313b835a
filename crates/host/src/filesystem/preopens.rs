//! `wasi:filesystem/preopens`: the root of the view, then the directories of the host.

use wasmtime::Result;
use wasmtime::component::Resource;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::filesystem::preopens::{Descriptor as WasiDescriptor, Host};

use super::{Descriptor, Filesystem, theirs};
use crate::MonakaView;

type Directories = Vec<(Resource<WasiDescriptor>, String)>;

impl<T: WasiView + MonakaView> Host for Filesystem<'_, T> {
    /// A program that has all handles it may have gets none of the view.
    fn get_directories(&mut self) -> Result<Directories> {
        let mut directories = self.roots();
        directories.extend(Host::get_directories(&mut self.host())?);
        Ok(directories)
    }
}

impl<T: WasiView + MonakaView> Filesystem<'_, T> {
    fn roots(&mut self) -> Directories {
        let core = self.ctx().core.clone();
        let view = self.ctx().view().clone();
        let mut directories = Vec::new();
        for path in view.preopens() {
            let access = view.root_access();
            if let Ok(root) = Descriptor::open(&core, |files| files.open_root(access))
                && let Ok(root) = self.table().push(root)
            {
                directories.push((theirs(root), path.clone()));
            }
        }
        directories
    }
}
