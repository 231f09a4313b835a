//! What the measured programs print: a line `name<TAB>ns` for each figure.

use anyhow::{Context, Result};

/// Times in nanoseconds by name, in the order in which they were measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(Vec<(String, f64)>);

impl Figures {
    /// Reads what a program printed.
    ///
    /// # Errors
    /// For a line that is no figure.
    pub fn parse(printed: &[u8]) -> Result<Self> {
        let lines = std::str::from_utf8(printed)?.lines();
        let figures = lines.map(|line| {
            let (name, ns) = line.split_once('\t').context("not a figure")?;
            Ok((name.to_string(), ns.parse()?))
        });
        Ok(Self(figures.collect::<Result<_>>()?))
    }

    /// Keeps the smaller of both of each name.
    pub fn keep_best(&mut self, others: Self) {
        for (name, ns) in others.0 {
            match self.0.iter_mut().find(|(kept, _)| *kept == name) {
                Some((_, kept)) => *kept = kept.min(ns),
                None => self.0.push((name, ns)),
            }
        }
    }

    /// The time of a name.
    ///
    /// # Errors
    /// When it was not measured.
    pub fn ns(&self, name: &str) -> Result<f64> {
        self.0
            .iter()
            .find(|(measured, _)| measured == name)
            .map(|(_, ns)| *ns)
            .with_context(|| format!("`{name}` was not measured"))
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn the_best_of_each_name_is_kept() {
        let mut best = Figures::default();
        for printed in ["stat\t200.0\nopen\t90\n", "open\t100\nstat\t150.5\n"] {
            best.keep_best(Figures::parse(printed.as_bytes()).unwrap());
        }
        assert_eq!(best.ns("stat").unwrap(), 150.5);
        assert_eq!(best.ns("open").unwrap(), 90.0);
        assert!(best.ns("read").is_err());
        assert!(Figures::parse(b"thread main panicked").is_err());
    }
}
