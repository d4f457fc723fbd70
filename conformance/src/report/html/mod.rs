//! The HTML report: one page that needs nothing else, to be published or sent.

mod details;
mod matrix;
mod sequence;

use std::time::Duration;

use maud::{DOCTYPE, PreEscaped, html};

use super::model::Report;
use crate::verdict::Verdict;

/// Colours and spaces of the page. It follows the reader's choice of dark or light.
const STYLE: &str = include_str!("page.css");

/// The report as a page.
pub fn render(report: &Report) -> String {
    let target = &report.implementation.target;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="color-scheme" content="light dark";
                title { "P2P conformance of " (target) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "P2P conformance" }
                    p.target { code { (target) } }
                    (counts(report))
                    (facts(report))
                    @if let Some(ended) = &report.ended { p.facts { strong { (ended.message) } } }
                    @if let Some(slowed) = &report.slowed { p.facts { (slowed.told()) } }
                }
                main {
                    (details::clauses(report))
                    (matrix::families(report))
                    (details::results(report))
                    (details::stale(report))
                }
            }
        }
    };
    format!("{}\n", page.into_string())
}

/// The numbers that people look for first.
fn counts(report: &Report) -> maud::Markup {
    html! {
        ul.counts {
            @for (verdict, count) in report.summary.counts() {
                li class=(verdict) data-zero[count == 0] {
                    strong { (count) } " " (words(verdict))
                }
            }
        }
    }
}

/// The suite, and what it judged, in one line.
fn facts(report: &Report) -> maud::Markup {
    let claims: Vec<_> = report
        .implementation
        .claims
        .iter()
        .map(|claim| claim.as_str())
        .collect();
    let seconds = Duration::from_millis(report.duration_ms).as_secs_f64();
    html! {
        p.facts {
            (report.results.len()) " checks by " (report.suite.name) " " (report.suite.version)
            " in " (format!("{seconds:.1}")) " s"
            @if report.summary.expected > 0 {
                "; " (report.summary.expected) " of those that do not pass are known and explained"
            }
            "."
            @if report.summary.not_judged > 0 {
                " " (report.summary.not_judged) " checks were not judged."
            }
            @if claims.is_empty() { " It declares no capabilities." }
            @else { " It declares: " (claims.join(", ")) "." }
        }
    }
}

/// A sentence in which names are between backticks.
fn prose(text: &str) -> maud::Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A verdict as people say it.
fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.as_str(),
    }
}

/// The sign of a verdict in the matrix, so that colour is not all that tells them apart.
fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Warn => "!",
        Verdict::Untestable => "?",
        Verdict::NotApplicable => "–",
    }
}

/// Where the details of a result are on the page.
fn anchor(result: &super::model::Result) -> String {
    format!(
        "{}-{}-{}{}",
        result.id.replace('/', "-"),
        result.dialect,
        result.eio,
        result.transport.suffix().replace(", ", "-")
    )
}
