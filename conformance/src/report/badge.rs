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

/// The badge as an SVG image: green if nothing is broken, amber if all that is broken
/// is known and explained or a `should`, red otherwise.
pub fn render(report: &Report) -> String {
    let summary = &report.summary;
    let checked = summary.pass + summary.fail + summary.warn + summary.untestable;
    let red = report.results.iter().any(Result::is_unexpected);
    let colour = match (red, summary.pass == checked) {
        (true, _) => RED,
        (false, true) => GREEN,
        (false, false) => AMBER,
    };
    let (label, value) = ("P2P conformance", format!("{} of {checked}", summary.pass));
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
