//! Nodes whose content the host makes: its state as files.
//!
//! A host mounts them into a volume (`Volume::mount`, feature `std`). They are ordinary inodes with
//! names, and every rule of paths and handles is the one of all others; but what a handle reads and
//! writes comes from, and goes to, what was opened. They refuse every change of their names
//! (`ReadOnly`), and are in no snapshot.
//!
//! What the host implements is called while no lock of the volume is held, and may use the volume. It
//! may not use the [`View`](crate::View) through which it is called.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::{Access, Found, Gather, Result};

/// Bytes that one write hands to a device at most.
pub const DEVICE_WRITE_BYTES_MAX: usize = 1 << 20;

/// A file whose content the host makes.
pub trait Device: Debug + Send + Sync {
    /// Opens it: with `O_TRUNC` of POSIX where `truncate` is set. What one open gives has to be
    /// consistent in itself, whatever happens to the state behind it meanwhile.
    ///
    /// # Errors
    ///
    /// What the program gets; `Access` where it may not be opened like this.
    fn open(&self, access: Access, truncate: bool) -> Result<Arc<dyn OpenDevice>>;
}

/// A device as it was opened. All descriptors and streams of one open share it.
pub trait OpenDevice: Debug + Send + Sync {
    /// Bytes there are to be read, as far as that is known; what a program finds as the size of the
    /// file that it has open.
    fn size(&self) -> u64;

    /// Gathers at most `len_max` bytes at `offset`, as `View::gather` does.
    fn gather(&self, offset: u64, len_max: usize, into: &mut dyn Gather) -> Result<Found>;

    /// Writes at `offset`, or at the end where there is none; at most [`DEVICE_WRITE_BYTES_MAX`] bytes
    /// come at once. Gives how many it took. An error reaches the very write that caused it.
    fn write(&self, offset: Option<u64>, bytes: &[u8]) -> Result<usize>;

    /// Cuts or extends.
    fn set_size(&self, size: u64) -> Result<()>;
}

/// A directory whose entries the host makes, anew each time that a program looks at it.
pub trait DeviceDirectory: Debug + Send + Sync {
    /// The entries, in the order in which a program finds new ones. What had the same name and kind
    /// before stays the same inode.
    fn entries(&self) -> Result<Vec<(String, Synthetic)>>;
}

/// A node that the host makes.
#[derive(Clone, Debug)]
pub enum Synthetic {
    /// A file.
    File(Arc<dyn Device>),
    /// A directory of these.
    Directory(Vec<(String, Self)>),
    /// A directory that is made on the fly.
    Dynamic(Arc<dyn DeviceDirectory>),
}

#[cfg(any(feature = "std", shuttle))]
pub(crate) mod held {
    //! What inodes and handles hold of devices.

    use alloc::sync::Arc;

    use crate::{Access, Result};

    pub(crate) type File = Arc<dyn super::Device>;
    pub(crate) type Open = Arc<dyn super::OpenDevice>;
    pub(crate) type Directory = Arc<dyn super::DeviceDirectory>;

    pub(crate) fn open(device: &File, access: Access, truncate: bool) -> Result<Open> {
        device.open(access, truncate)
    }
}

#[cfg(not(any(feature = "std", shuttle)))]
pub(crate) mod held {
    //! In a guest there are no devices, and no code for them.

    use crate::{Access, Found, Gather, Result};

    /// There is none.
    #[derive(Clone, Debug)]
    pub(crate) enum Never {}

    pub(crate) type File = Never;
    pub(crate) type Open = Never;

    pub(crate) fn open(device: &File, _access: Access, _truncate: bool) -> Result<Open> {
        match *device {}
    }

    impl Never {
        pub(crate) fn size(&self) -> u64 {
            match *self {}
        }

        pub(crate) fn gather(&self, _: u64, _: usize, _: &mut dyn Gather) -> Result<Found> {
            match *self {}
        }

        pub(crate) fn write(&self, _: Option<u64>, _: &[u8]) -> Result<usize> {
            match *self {}
        }

        pub(crate) fn set_size(&self, _: u64) -> Result<()> {
            match *self {}
        }
    }
}
