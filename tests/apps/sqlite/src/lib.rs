//! There is no Rust here: the program is `main.c`.
