//! A badge for the README of an implementation.

use maud::html;

use super::model::{Report, Result};

/// The width of a character in pixels, roughly: the text is stretched to fit.
const CHARACTER: usize = 7;
/// The space beside a text, left and right together.
const PADDING: usize = 12;
const GREEN: &str = "#2e7d32";
const AMBER: &str = "#b26a00";
const RED: &str = "#c62828";

/// What is on its left.
pub(super) const LABEL: &str = "P2P conformance";

/// What its colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Nothing is broken.
    Good,
    /// All that is broken is known and explained, or a `should`.
    Fair,
    /// Something else is broken.
    Bad,
}

pub(super) fn mood(report: &Report) -> Mood {
    if report.results.iter().any(Result::is_unexpected) {
        Mood::Bad
    } else if report.summary.pass == checked(report) {
        Mood::Good
    } else {
        Mood::Fair
    }
}

/// What is on its right.
pub(super) fn value(report: &Report) -> String {
    format!("{} of {}", report.summary.pass, checked(report))
}

fn checked(report: &Report) -> usize {
    let summary = &report.summary;
    summary.pass + summary.fail + summary.warn + summary.untestable
}

/// The badge as an SVG image: green if nothing is broken, amber if all that is broken
/// is known and explained or a `should`, red otherwise.
pub fn render(report: &Report) -> String {
    let colour = match mood(report) {
        Mood::Good => GREEN,
        Mood::Fair => AMBER,
        Mood::Bad => RED,
    };
    let (label, value) = (LABEL, value(report));
    let left = label.len() * CHARACTER + PADDING;
    let right = value.len() * CHARACTER + PADDING;
    let title = format!("{label}: {value} checks pass");
    let text = |x: usize, width: usize, text: &str| {
        html! {
            text x=(x + width / 2) y="14" textLength=(width - PADDING) text-anchor="middle" { (text) }
        }
    };
    let image = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(left + right) height="20" role="img" aria-label=(title) {
            title { (title) }
            clipPath id="round" { rect width=(left + right) height="20" rx="3" {} }
            g clip-path="url(#round)" {
                rect width=(left) height="20" fill="#444" {}
                rect x=(left) width=(right) height="20" fill=(colour) {}
            }
            g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" {
                (text(0, left, label))
                (text(left, right, &value))
            }
        }
    };
    format!("{}\n", image.into_string())
}
