//! Sums of bytes.

use xxhash_rust::xxh3::xxh3_64;

/// The xxh3-64. Out of line: inlined into each of its users it would be half of the code that reads
/// and writes.
#[inline(never)]
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}
