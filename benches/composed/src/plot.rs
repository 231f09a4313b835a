//! Figures as an SVG: bars on a logarithmic scale, a group for each operation.
//!
//! The picture brings its own background in both colour schemes, since a reader's
//! system and the page around the picture need not agree on one.

use crate::figures::Figures;
use crate::form::Form;
use anyhow::Result;
use std::fmt::Write;

const WIDTH: f64 = 840.0;
/// Where the bars begin.
const LEFT: f64 = 210.0;
const DECADE: f64 = 160.0;
const TOP: f64 = 74.0;
const BAR: f64 = 9.0;
const GROUP: f64 = 4.0 * BAR + 12.0;

/// The times at which the scale begins and ends.
const FIRST_NS: f64 = 50.0;
const LAST_NS: f64 = 200_000.0;

/// No variables: not every program that shows SVG knows them.
const STYLE: &str = "
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .value { font-size: 9px; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .back { fill: #ffffff; stroke: #d0d7de; }
  .line { stroke: #d0d7de; }
  .preopened { fill: #8c959f; }
  .component { fill: #d4a72c; }
  .fused { fill: #0969da; }
  .portable { fill: #80ccff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .back { fill: #0d1117; stroke: #30363d; }
    .line { stroke: #30363d; }
    .preopened { fill: #6e7681; }
    .component { fill: #bb8009; }
    .fused { fill: #58a6ff; }
    .portable { fill: #1f5f9f; }
  }
";

/// Draws the operations that are `names` in each form.
///
/// # Errors
/// When an operation was not measured in every form.
pub fn svg(names: &[&str], figures: &[Figures; 4]) -> Result<String> {
    let bottom = TOP + GROUP * names.len() as f64;
    let height = bottom + 34.0;
    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">
<title id="title">Time of one file operation on a preopened tmpfs and composed with Monaka</title>
<style>{STYLE}</style>
<rect class="back" x="0.5" y="0.5" width="{}" height="{}" rx="6"/>
<text class="title" x="16" y="28">Time of one file operation, logarithmic: shorter is faster</text>"#,
        WIDTH - 1.0,
        height - 1.0,
    )?;
    legend(&mut svg)?;
    scale(&mut svg, bottom)?;
    for (index, name) in names.iter().enumerate() {
        group(&mut svg, TOP + GROUP * index as f64, name, figures)?;
    }
    svg += "</svg>\n";
    Ok(svg)
}

fn class(form: Form) -> &'static str {
    match form {
        Form::Preopened => "preopened",
        Form::Component => "component",
        Form::Fused => "fused",
        Form::Portable => "portable",
    }
}

fn legend(svg: &mut String) -> Result<()> {
    for (index, form) in Form::ALL.into_iter().enumerate() {
        let x = LEFT + 150.0 * index as f64;
        writeln!(
            svg,
            r#"<rect class="{}" x="{x}" y="43" width="12" height="12" rx="2"/><text x="{}" y="53">{}</text>"#,
            class(form),
            x + 18.0,
            form.name()
        )?;
    }
    Ok(())
}

/// A line for each power of ten.
fn scale(svg: &mut String, bottom: f64) -> Result<()> {
    for exponent in 0..12 {
        let ns = 10_f64.powi(exponent);
        if !(FIRST_NS..=LAST_NS).contains(&ns) {
            continue;
        }
        let x = LEFT + length(ns);
        writeln!(
            svg,
            r#"<line class="line" x1="{x}" y1="{}" x2="{x}" y2="{bottom}"/><text class="middle" x="{x}" y="{}">{}</text>"#,
            TOP - 8.0,
            bottom + 18.0,
            human(ns)
        )?;
    }
    Ok(())
}

fn group(svg: &mut String, top: f64, name: &str, figures: &[Figures; 4]) -> Result<()> {
    writeln!(
        svg,
        r#"<text class="end" x="{}" y="{}">{name}</text>"#,
        LEFT - 12.0,
        top + 2.0 * BAR + 4.0
    )?;
    for (index, (form, figures)) in Form::ALL.into_iter().zip(figures).enumerate() {
        let (ns, y) = (figures.ns(name)?, top + BAR * index as f64);
        let length = length(ns);
        writeln!(
            svg,
            r#"<rect class="{}" x="{LEFT}" y="{y}" width="{length:.1}" height="{}"/><text class="value" x="{:.1}" y="{}">{}</text>"#,
            class(form),
            BAR - 1.0,
            LEFT + length + 4.0,
            y + BAR - 1.5,
            human(ns)
        )?;
    }
    Ok(())
}

/// The length of the bar of a time. Times off the scale end where it ends.
fn length(ns: f64) -> f64 {
    (ns.clamp(FIRST_NS, LAST_NS) / FIRST_NS).log10() * DECADE
}

/// A time with three digits and its unit.
fn human(ns: f64) -> String {
    match ns {
        ..1e3 => format!("{ns:.0} ns"),
        1e3..1e4 => format!("{:.1} µs", ns / 1e3),
        _ => format!("{:.0} µs", ns / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::{DECADE, FIRST_NS, human, length, svg};
    use crate::figures::Figures;

    #[test]
    fn a_decade_is_always_as_long() {
        assert_eq!(length(FIRST_NS), 0.0);
        assert!((length(10.0 * FIRST_NS) - DECADE).abs() < 1e-9);
        assert!((length(50_000.0) - length(5_000.0) - DECADE).abs() < 1e-9);
        assert_eq!(length(3.0), 0.0);
    }

    #[test]
    fn times_have_units() {
        assert_eq!(human(188.4), "188 ns");
        assert_eq!(human(1935.0), "1.9 µs");
        assert_eq!(human(97_176.0), "97 µs");
    }

    #[test]
    fn every_form_has_a_bar_for_every_operation() {
        let figures = ["100", "80", "10", "20"]
            .map(|ns| Figures::parse(format!("stat\t{ns}\nopen\t{ns}").as_bytes()).unwrap());
        let drawn = svg(&["stat", "open"], &figures).unwrap();
        for class in ["preopened", "component", "fused", "portable"] {
            // One in the legend.
            let bars = drawn.matches(&format!("rect class=\"{class}\"")).count();
            assert_eq!(bars, 3, "{class}");
        }
        assert!(svg(&["read"], &figures).is_err());
    }
}
