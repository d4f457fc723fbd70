//! What says nothing about the implementation: checks that do not apply or were not judged,
//! and entries of the baseline that are out of date.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::told::{Check, Part, Told};
use super::words::{many, number, prose, way};

/// The parts that this file writes: their ids, titles and sizes.
pub(super) fn parts(told: &Told<'_>) -> [(&'static str, &'static str, usize); 3] {
    let count = |part| told.part(part).len();
    [
        (
            "not-applicable",
            "Not applicable",
            count(Part::NotApplicable),
        ),
        ("not-judged", "Not judged", count(Part::NotJudged)),
        ("stale", "Stale baseline", told.report.stale.len()),
    ]
}

pub(super) fn others(told: &Told<'_>) -> Markup {
    let [not_applicable, not_judged, stale] = parts(told);
    html! {
        (list(not_applicable, &told.part(Part::NotApplicable)))
        (list(not_judged, &told.part(Part::NotJudged)))
        @if stale.2 > 0 {
            section id=(stale.0) {
                div.heading { h2 { (stale.1) " " span.count { (number(stale.2)) } } }
                p.lead { "These entries of the baseline no longer describe what happens." }
                ul.names {
                    @for stale in &told.report.stale {
                        li {
                            code { (stale.entry.id) }
                            " (" (stale.entry.dialect) ", Engine.IO " (stale.entry.eio) (stale.entry.transport.suffix()) "): "
                            (stale.instead)
                        }
                    }
                }
            }
        }
    }
}

/// Checks by the reason for which there is no verdict.
fn list((id, title, count): (&str, &str, usize), checks: &[&Check<'_>]) -> Markup {
    let mut reasons: BTreeMap<&str, Vec<&Check<'_>>> = BTreeMap::new();
    for check in checks {
        reasons
            .entry(&check.result.message)
            .or_default()
            .push(check);
    }
    html! {
        @if count > 0 {
            section id=(id) {
                div.heading { h2 { (title) " " span.count { (number(count)) } } }
                @for (reason, checks) in reasons {
                    details.fold {
                        summary { h3 { (prose(reason)) } span.tally { (many(checks.len(), "check")) } }
                        ul.names {
                            @for check in checks {
                                li {
                                    a href={ "#scenario:" (check.result.id) } { (check.result.id) }
                                    " " span.way { (way(check.result)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
