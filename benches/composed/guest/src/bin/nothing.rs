//! Ends at once, but asks for a file before: the shortest program that starts
//! its filesystem.

fn main() {
    assert!(std::fs::metadata("no such file").is_err());
}
