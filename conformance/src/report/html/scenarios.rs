//! Every scenario against every way in which it was played.

use maud::{Markup, html};

use super::told::{Check, Scenario, Told, Way};
use super::words::{duration, many, number, prose, verdict};
use crate::verdict::Verdict;

/// Checks that take longer than this say so in the table.
const SLOW_MS: u64 = 1_000;

/// A table for each family.
pub(super) fn scenarios(told: &Told<'_>) -> Markup {
    html! {
        @if !told.families.is_empty() {
            section id="scenarios" {
                div.heading { h2 { "Scenarios" } }
                @for (family, scenarios) in &told.families {
                    details.fold.family id={ "family:" (family) } {
                        summary { h3 { (family) } (tally(told, scenarios)) }
                        (table(told, family, scenarios))
                    }
                }
            }
        }
    }
}

fn table(told: &Told<'_>, family: &str, scenarios: &[Scenario<'_>]) -> Markup {
    scroll(
        &format!("Scenarios of the family {family}"),
        &html! {
            table.matrix style=(labels(told.ways.iter().copied().map(short))) {
                thead { tr {
                    th scope="col" { "Scenario" }
                    @for way in &told.ways {
                        th scope="col" data-facets=(facets(*way)) { (way.0) br; "Engine.IO " (way.1) br; (way.2) }
                    }
                } }
                tbody { @for scenario in scenarios { (row(told, family, scenario)) } }
            }
        },
    )
}

/// A table that may be wider than the page, and can be moved by the keyboard then.
pub(in crate::report) fn scroll(name: &str, table: &Markup) -> Markup {
    html! { div.scroll role="group" tabindex="0" aria-label=(name) { (table) } }
}

/// Names of the columns for narrow screens, where the table has no head: style sheets show
/// them beside each verdict.
pub(in crate::report) fn labels(names: impl IntoIterator<Item = String>) -> String {
    let names = names.into_iter().enumerate();
    let labels = names.map(|(index, name)| {
        let name = name.replace(['\\', '"', '\n', '<', '>'], " ");
        format!("--c{index}:\"{name}\"")
    });
    labels.collect::<Vec<_>>().join(";")
}

fn short(way: Way) -> String {
    format!("{} · {} · {}", way.0, way.1, way.2)
}

fn facets(way: Way) -> String {
    format!("d:{} e:{} t:{}", way.0, way.1, way.2)
}

fn row(told: &Told<'_>, family: &str, scenario: &Scenario<'_>) -> Markup {
    let checks: Vec<_> = scenario
        .checks
        .iter()
        .map(|check| &told.checks[*check])
        .collect();
    let first = checks.first().map(|check| check.result);
    let clauses = first.map_or(&[][..], |result| &result.clauses);
    html! {
        tr id={ "scenario:" (scenario.id) } data-facets={ "f:" (family) } data-clauses=(clauses.join(" ")) {
            th scope="row" {
                code.id { (scenario.id) }
                span.title { (prose(first.map_or("", |result| result.title.as_str()))) }
                span.of { @for clause in clauses { a href={ "#clause:" (clause) } { (clause) } " " } }
            }
            @for way in &told.ways {
                @match checks.iter().find(|check| check.way() == *way) {
                    Some(check) => (cell(check)),
                    None => td {},
                }
            }
        }
    }
}

/// A verdict, which leads to the details if there are any.
fn cell(check: &Check<'_>) -> Markup {
    let result = check.result;
    let known = result.expected_because.is_some();
    let says = html! {
        span.vh { (verdict(result.verdict)) @if known { ", as expected" } }
    };
    let slow = result.duration_ms >= SLOW_MS && result.verdict != Verdict::NotApplicable;
    html! {
        td.(result.verdict) data-known[known] {
            @if check.has_entry() { a href={ "#" (check.anchor) } { (says) } } @else { span { (says) } }
            @if slow { small { (duration(result.duration_ms)) } }
        }
    }
}

/// How many of the family's checks pass, of those that apply.
fn tally(told: &Told<'_>, scenarios: &[Scenario<'_>]) -> Markup {
    let checks = scenarios.iter().flat_map(|scenario| &scenario.checks);
    let verdicts: Vec<_> = checks
        .map(|check| told.checks[*check].result.verdict)
        .collect();
    let count = |kind| verdicts.iter().filter(|verdict| **verdict == kind).count();
    let (passed, outside) = (count(Verdict::Pass), count(Verdict::NotApplicable));
    let applicable = verdicts.len() - outside;
    html! {
        span.tally {
            @if applicable > 0 { (number(passed)) " of " (many(applicable, "check")) " pass" }
            @if outside > 0 { span.not_applicable { (number(outside)) " not applicable" } }
        }
    }
}
