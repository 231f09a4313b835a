//! What a program printed; the best of several turns.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// Figures by their names: ns, less is better.
#[derive(Clone, Debug, Default)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Takes lines `name<TAB>figure` in, where they are better.
    ///
    /// # Errors
    ///
    /// For another line.
    pub fn add(&mut self, lines: &str) -> Result<()> {
        for line in lines.lines() {
            let (name, figure) = line.split_once('\t').with_context(|| line.to_string())?;
            let figure = figure.parse().with_context(|| line.to_string())?;
            let best = self.0.entry(name.into()).or_insert(f64::INFINITY);
            *best = best.min(figure);
        }
        Ok(())
    }

    /// One of them.
    ///
    /// # Errors
    ///
    /// Where no program printed it.
    pub fn get(&self, name: &str) -> Result<f64> {
        self.0
            .get(name)
            .copied()
            .with_context(|| format!("no {name}"))
    }
}
