//! The table of contents.

use maud::{Markup, html};

use super::others;
use super::told::{Part, Told, worst};
use super::words::number;

/// Each part of the page, and how much there is in it.
pub(super) fn contents(told: &Told<'_>) -> Markup {
    let parts = [
        ("failures", "Failures", told.part(Part::Failure).len()),
        ("warnings", "Warnings", told.part(Part::Warning).len()),
        ("known", "Known and explained", told.part(Part::Known).len()),
        ("clauses", "Clauses", told.clause_scenarios().len()),
    ];
    html! {
        nav.contents aria-label="Contents" {
            details open {
                summary { "Contents" }
                ul {
                    @for (id, title, count) in parts { @if count > 0 { (line(id, title, count)) } }
                    @if !told.families.is_empty() {
                        li {
                            a href="#scenarios" { "Scenarios" }
                            ul {
                                @for (family, scenarios) in &told.families {
                                    @let checks = scenarios.iter().flat_map(|scenario| &scenario.checks);
                                    @let verdict = worst(checks.map(|check| told.checks[*check].result.verdict));
                                    li { a class=(verdict) href={ "#family:" (family) } { (family) span.count { (number(scenarios.len())) } } }
                                }
                            }
                        }
                    }
                    @for (id, title, count) in others::parts(told) { @if count > 0 { (line(id, title, count)) } }
                }
            }
        }
    }
}

fn line(id: &str, title: &str, count: usize) -> Markup {
    html! { li { a href={ "#" (id) } { (title) span.count { (number(count)) } } } }
}
