//! The invariants, as code that tests run after every step.
