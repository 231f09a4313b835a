//! Figures and goals as Markdown.

use crate::figures::Figures;
use crate::form::Form;
use anyhow::Result;
use std::fmt;

/// What a figure ought to be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At least so much.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
}

impl Goal {
    /// Whether `value` reaches it.
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    fn verdict(self, value: f64) -> &'static str {
        if self.is_met(value) { "" } else { "**missed**" }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
        }
    }
}

/// The operations on files: a time in each form, and how much faster the fused
/// one is than that on the tmpfs.
///
/// # Errors
/// When an operation was not measured in every form.
pub fn operations(goals: &[(&str, f64)], figures: &[Figures; 4]) -> Result<String> {
    let mut table = String::from("| ns for one operation |");
    for form in Form::ALL {
        table += &format!(" {} |", form.name());
    }
    table += " fused, times faster | goal | |\n|---|---|---|---|---|---|---|---|\n";
    for (name, goal) in goals {
        let mut ns = [0.0; 4];
        for (ns, figures) in ns.iter_mut().zip(figures) {
            *ns = figures.ns(name)?;
        }
        let [preopened, component, fused, portable] = ns;
        let (ratio, goal) = (preopened / fused, Goal::AtLeast(*goal));
        table += &format!(
            "| {name} | {preopened:.0} | {component:.0} | **{fused:.0}** | {portable:.0} | {ratio:.1} | {goal} | {} |\n",
            goal.verdict(ratio)
        );
    }
    Ok(table)
}

/// A line of the table of everything else.
#[derive(Debug)]
pub struct Line {
    /// What was measured.
    pub what: String,
    /// How the value came about, in the units it was measured in.
    pub measured: String,
    /// What the goal is about.
    pub value: f64,
    /// The goal.
    pub goal: Goal,
}

/// The table of everything else.
pub fn lines(lines: &[Line]) -> String {
    let mut table = String::from("| | measured | | goal | |\n|---|---|---|---|---|\n");
    for line in lines {
        table += &format!(
            "| {} | {} | {:.2} | {} | {} |\n",
            line.what,
            line.measured,
            line.value,
            line.goal,
            line.goal.verdict(line.value)
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Goal, operations};
    use crate::figures::Figures;

    #[test]
    fn a_missed_goal_is_shown() {
        let figures = ["100", "80", "10", "20"]
            .map(|ns| Figures::parse(format!("stat\t{ns}").as_bytes()).unwrap());
        let reached = operations(&[("stat", 10.0)], &figures).unwrap();
        assert!(reached.ends_with("| 10.0 | ≥ 10 |  |\n"), "{reached}");
        let missed = operations(&[("stat", 10.5)], &figures).unwrap();
        assert!(
            missed.ends_with("| 10.0 | ≥ 10.5 | **missed** |\n"),
            "{missed}"
        );
        assert!(operations(&[("open", 1.0)], &figures).is_err());
    }

    #[test]
    fn goals_have_directions() {
        assert!(Goal::AtMost(1.05).is_met(1.05) && !Goal::AtMost(1.05).is_met(1.06));
        assert!(Goal::AtLeast(0.4).is_met(0.4) && !Goal::AtLeast(0.4).is_met(0.39));
    }
}
