//! Results in the layout of the canonical ABI, which is the one of `repr(C)`.
//!
//! An address is of this module's memory. A `variant` is its discriminant and a
//! union of its cases.

use crate::segments::Segment;

/// The discriminant of `ok` and of `none`.
const OK: u8 = 0;
/// The discriminant of `err` and of `some`.
const ERR: u8 = 1;

/// `result<T, E>`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Fallible<T: Copy, E: Copy> {
    tag: u8,
    case: Case<T, E>,
}

#[repr(C)]
#[derive(Clone, Copy)]
union Case<T: Copy, E: Copy> {
    ok: T,
    error: E,
}

impl<T: Copy, E: Copy> Fallible<T, E> {
    /// Success.
    pub const fn ok(ok: T) -> Self {
        let case = Case { ok };
        Self { tag: OK, case }
    }

    /// Failure.
    pub const fn err(error: E) -> Self {
        let case = Case { error };
        Self { tag: ERR, case }
    }

    /// The case that the discriminant tells.
    ///
    /// # Safety
    ///
    /// The value was made by [`Fallible::ok`] or [`Fallible::err`], or by a host
    /// after the canonical ABI.
    #[allow(unsafe_code, reason = "a union")]
    pub unsafe fn into_result(self) -> Result<T, E> {
        // SAFETY: the caller's promise.
        unsafe {
            match self.tag {
                OK => Ok(self.case.ok),
                _ => Err(self.case.error),
            }
        }
    }
}

/// `option<T>`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Optional<T: Copy> {
    tag: u8,
    case: Case<T, Nothing>,
}

impl<T: Copy> Optional<T> {
    /// `none`.
    pub const NONE: Self = Self {
        tag: 0,
        case: Case {
            error: Nothing::HERE,
        },
    };

    /// `some`.
    pub const fn some(value: T) -> Self {
        let case = Case { ok: value };
        Self { tag: 1, case }
    }
}

impl<T: Copy> From<Option<T>> for Optional<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NONE, Self::some)
    }
}

/// The `_` of a `result`, and the payload of `none`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Nothing([u8; 0]);

impl Nothing {
    /// The only one.
    pub const HERE: Self = Self([]);
}

/// `error-code`.
pub type ErrorCode = u8;

/// `stream-error`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct StreamError {
    tag: u8,
    error: u32,
}

impl StreamError {
    /// `closed`.
    pub const CLOSED: Self = Self { tag: 1, error: 0 };

    /// `last-operation-failed`, with the handle of an error.
    pub const fn failed(error: u32) -> Self {
        Self { tag: 0, error }
    }

    /// The handle of the error; none if the stream is closed.
    pub const fn handle(self) -> Option<u32> {
        match self.tag {
            0 => Some(self.error),
            _ => None,
        }
    }
}

/// `list<T>` and `string`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct List {
    /// Where the items are.
    pub address: u32,
    /// How many they are.
    pub len: u32,
}

/// The result of `descriptor.read`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Read {
    /// The bytes.
    pub bytes: List,
    /// Whether the file ends behind them.
    pub end: bool,
}

/// `datetime`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Datetime {
    /// Since 1970.
    pub seconds: u64,
    /// Less than a second.
    pub nanoseconds: u32,
}

/// `descriptor-stat`.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "as in WIT")]
pub struct DescriptorStat {
    pub kind: u8,
    pub link_count: u64,
    pub size: u64,
    pub data_access_timestamp: Optional<Datetime>,
    pub data_modification_timestamp: Optional<Datetime>,
    pub status_change_timestamp: Optional<Datetime>,
}

/// `metadata-hash-value`.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "as in WIT")]
pub struct MetadataHash {
    pub lower: u64,
    pub upper: u64,
}

/// `directory-entry`.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "as in WIT")]
pub struct DirectoryEntry {
    pub kind: u8,
    pub name: List,
}

/// An item of `get-directories`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Preopen {
    /// The descriptor.
    pub descriptor: u32,
    /// Its path.
    pub path: List,
}

/// Checked against what the canonical ABI says: sizes, and where payloads are.
const _: () = {
    use core::mem::offset_of;
    type Codes<T> = Fallible<T, ErrorCode>;
    type Streams<T> = Fallible<T, StreamError>;

    assert!(size_of::<Codes<Nothing>>() == 2 && offset_of!(Codes<Nothing>, case) == 1);
    assert!(size_of::<Codes<u8>>() == 2 && offset_of!(Codes<u8>, case) == 1);
    assert!(size_of::<Codes<u32>>() == 8 && offset_of!(Codes<u32>, case) == 4);
    assert!(size_of::<Codes<u64>>() == 16 && offset_of!(Codes<u64>, case) == 8);
    assert!(size_of::<Codes<List>>() == 12 && offset_of!(Codes<List>, case) == 4);
    assert!(size_of::<Codes<Read>>() == 16 && offset_of!(Read, end) == 8);
    assert!(size_of::<Codes<MetadataHash>>() == 24);
    assert!(size_of::<Optional<ErrorCode>>() == 2);

    assert!(size_of::<Streams<Nothing>>() == 12 && offset_of!(Streams<Nothing>, case) == 4);
    assert!(size_of::<Streams<List>>() == 12 && offset_of!(Streams<List>, case) == 4);
    assert!(size_of::<Streams<u64>>() == 16 && offset_of!(Streams<u64>, case) == 8);
    assert!(size_of::<StreamError>() == 8 && offset_of!(StreamError, error) == 4);

    assert!(size_of::<Optional<Datetime>>() == 24 && offset_of!(Optional<Datetime>, case) == 8);
    assert!(size_of::<DescriptorStat>() == 96 && size_of::<Codes<DescriptorStat>>() == 104);
    assert!(offset_of!(DescriptorStat, data_access_timestamp) == 24);
    assert!(offset_of!(DescriptorStat, status_change_timestamp) == 72);
    assert!(size_of::<DirectoryEntry>() == 12 && offset_of!(DirectoryEntry, name) == 4);
    assert!(size_of::<Codes<Optional<DirectoryEntry>>>() == 20);
    assert!(size_of::<Preopen>() == 12 && offset_of!(Preopen, path) == 4);
    assert!(size_of::<Segment>() == 2 * size_of::<usize>());
};
