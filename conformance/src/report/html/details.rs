//! What is broken, and how that was seen.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::failure::clause_text;
use super::super::model::{Failure, Report, Result};
use super::{anchor, prose, sequence, words};
use crate::runner::testee::SERVER_SAID;
use crate::verdict::Verdict;

/// Every clause of which a check failed or warned.
pub(super) fn clauses(report: &Report) -> Markup {
    let broken = report.clauses().broken;
    html! {
        @if !broken.is_empty() {
            h2 { "Clauses broken" }
            table.clauses {
                thead { tr {
                    th scope="col" { "Clause" } th scope="col" { "Requirement" }
                    th scope="col" { "fail" } th scope="col" { "warn" }
                } }
                tbody {
                    @for (clause, (fails, warns)) in broken {
                        tr {
                            th scope="row" { code { (clause) } }
                            td { (prose(clause_text(clause).unwrap_or_default())) }
                            td.number { (fails) }
                            td.number { (warns) }
                        }
                    }
                }
            }
        }
    }
}

/// Every result that is not a pass: what nobody expects first, and open.
pub(super) fn results(report: &Report) -> Markup {
    let notable = |known: bool| {
        report.results.iter().filter(move |result| {
            let shown = matches!(
                result.verdict,
                Verdict::Fail | Verdict::Warn | Verdict::Untestable
            );
            shown && !result.not_judged && result.expected_because.is_some() == known
        })
    };
    html! {
        @if notable(false).next().is_some() {
            h2 { "What went wrong" }
            @for result in notable(false) { (details(result, result.verdict.is_red())) }
        }
        @if notable(true).next().is_some() {
            h2 { "Known and explained" }
            @for result in notable(true) { (details(result, false)) }
        }
        (skipped(report))
    }
}

/// What does not concern the implementation, with the reasons.
fn skipped(report: &Report) -> Markup {
    let mut reasons: BTreeMap<&str, Vec<&Result>> = BTreeMap::new();
    for result in &report.results {
        if result.verdict == Verdict::NotApplicable {
            reasons.entry(&result.message).or_default().push(result);
        }
    }
    html! {
        @if !reasons.is_empty() {
            h2 { "Not applicable" }
            @for (reason, results) in reasons {
                details.skipped {
                    summary { (reason) span.tally { (results.len()) " checks" } }
                    ul { @for result in results { li id=(anchor(result)) { (result.name()) } } }
                }
            }
        }
    }
}

fn details(result: &Result, open: bool) -> Markup {
    html! {
        details.result.(result.verdict.as_str()) id=(anchor(result)) open[open] {
            summary {
                span.verdict { (words(result.verdict)) }
                code { (result.id) } " " span.way { (result.dialect) ", Engine.IO " (result.eio) (result.transport.suffix()) }
                p.message { (result.message) }
            }
            p.title { (prose(&result.title)) }
            @if let Some(why) = &result.expected_because { p.why { "Known: " (prose(why)) } }
            p.about {
                (result.level) " by "
                @for (index, clause) in result.clauses.iter().enumerate() {
                    @if index > 0 { ", " }
                    abbr title=(clause_text(clause).unwrap_or_default()) { (clause) }
                }
                @if let Some(at) = result.failure.as_ref().and_then(|failure| failure.at.as_ref()) {
                    "; " code { (at) }
                }
            }
            @if let Some(failure) = &result.failure { (sides(failure)) }
            @if !result.trace.is_empty() { (sequence::diagram(&result.trace)) }
        }
    }
}

/// Expectation and observation, side by side.
fn sides(failure: &Failure) -> Markup {
    let (mut notes, mut said) = (Vec::new(), Vec::new());
    for note in &failure.notes {
        match note.strip_prefix(SERVER_SAID) {
            Some(line) => said.push(line),
            None => notes.push(note),
        }
    }
    html! {
        @if failure.expected.is_some() || failure.actual.is_some() {
            div.sides {
                div { h4 { "expected" } pre { (failure.expected.as_deref().unwrap_or_default()) } }
                div { h4 { "seen" } pre { (failure.actual.as_deref().unwrap_or_default()) } }
            }
        }
        @if !notes.is_empty() {
            ul.notes { @for note in notes { li { (note) } } }
        }
        @if !said.is_empty() {
            h4 { "last words of the server" }
            pre { (said.join("\n")) }
        }
    }
}

/// What the baseline expects and does not happen.
pub(super) fn stale(report: &Report) -> Markup {
    html! {
        @if !report.stale.is_empty() {
            h2 { "Stale entries of the baseline" }
            ul {
                @for stale in &report.stale {
                    li {
                        code { (stale.entry.id) } " (" (stale.entry.dialect) ", Engine.IO " (stale.entry.eio) (stale.entry.transport.suffix()) "): "
                        (stale.instead)
                    }
                }
            }
        }
    }
}
