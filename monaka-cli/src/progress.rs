//! A bar while files are packed or unpacked, on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Talk;

/// One bar for both halves of the work: a count while files are found, then the bytes that are written.
pub(crate) struct Bar {
    bar: ProgressBar,
    found: u64,
}

impl Bar {
    /// A bar on standard error; hidden when that is no terminal.
    pub(crate) fn new(talk: Talk) -> Self {
        let bar = if talk.quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new_spinner()
        };
        Self { bar, found: 0 }
    }

    /// From here on bytes are counted, up to `bytes`; nothing is shown if there are none.
    pub(crate) fn writing(&self, bytes: u64) {
        if bytes == 0 {
            return self.finish();
        }
        let style =
            ProgressStyle::with_template("{bar:30} {binary_bytes}/{binary_total_bytes} {eta}");
        self.bar
            .set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_length(bytes);
        self.bar.set_position(0);
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl monaka_image::Progress for Bar {
    fn found(&mut self, _bytes: u64) {
        self.found += 1;
        if self.found.is_multiple_of(256) {
            self.bar.set_message(format!("{} files found", self.found));
            self.bar.tick();
        }
    }

    fn written(&mut self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}
