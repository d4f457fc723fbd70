//! The head of the page: who was judged, and what came of it.

use maud::{Markup, html};

use super::super::model::Summary;
use super::told::{Part, Told};
use super::words::{duration, many, number, verdict};
use crate::verdict::Verdict;

/// How many of the broken clauses the head names.
const CLAUSES: usize = 6;

pub(super) fn head(told: &Told<'_>) -> Markup {
    let report = told.report;
    html! {
        header.head {
            p.kicker { "P2P conformance" }
            h1 { (report.implementation.target) }
            p class={ "outcome " (mood(told)) } { (outcome(told)) }
            (bar(&report.summary))
            (counts(&report.summary))
            @if let Some(ended) = &report.ended { p.alert { strong { (ended.message) } } }
            @if let Some(slowed) = &report.slowed { p.alert { (slowed.told()) } }
            (most_broken(told))
            (facts(told))
        }
    }
}

/// How the sentence looks.
fn mood(told: &Told<'_>) -> &'static str {
    let summary = &told.report.summary;
    if !told.part(Part::Failure).is_empty() || summary.not_judged > 0 {
        "bad"
    } else if failing(summary) > 0 || summary.pass == 0 {
        "even"
    } else {
        "good"
    }
}

fn failing(summary: &Summary) -> usize {
    summary.fail + summary.untestable
}

/// The one sentence that people look for. What does not apply is not counted: it is no
/// shortcoming.
fn outcome(told: &Told<'_>) -> String {
    let summary = &told.report.summary;
    let applicable = summary.pass + summary.warn + failing(summary);
    let unexplained = told.part(Part::Failure).len();
    if applicable == 0 {
        return "Nothing was judged".to_owned();
    }
    let of = many(applicable, "check");
    if unexplained > 0 {
        let verb = if unexplained == 1 { "fails" } else { "fail" };
        return format!("{} of {of} {verb}", number(unexplained));
    }
    if summary.not_judged > 0 {
        return format!("{} of {of} were not judged", number(summary.not_judged));
    }
    if summary.pass == applicable {
        return format!("All {of} pass");
    }
    let pass = number(summary.pass);
    if summary.expected > 0 {
        format!("{pass} of {of} pass, and what does not is known and explained")
    } else {
        format!("{pass} of {of} pass, none fail")
    }
}

/// The verdicts as lengths. The numbers below say the same in words.
fn bar(summary: &Summary) -> Markup {
    html! {
        div.bar aria-hidden="true" {
            @for (verdict, count) in summary.counts() {
                @if count > 0 && verdict != Verdict::NotApplicable {
                    span class=(verdict) style=(format!("flex-grow:{count}")) {}
                }
            }
        }
    }
}

fn counts(summary: &Summary) -> Markup {
    html! {
        ul.counts {
            @for (kind, count) in summary.counts() {
                li class=(kind) data-zero[count == 0] { strong { (number(count)) } " " (verdict(kind)) }
            }
        }
    }
}

/// Where to begin to look.
fn most_broken(told: &Told<'_>) -> Markup {
    let broken = told.broken();
    html! {
        @if !broken.is_empty() {
            p.most {
                span { (many(broken.len(), "clause")) " broken: " }
                @for (id, fail, warn) in broken.iter().take(CLAUSES) {
                    a href={ "#clause:" (id) } { code { (id) } " " (fail + warn) } " "
                }
                @if broken.len() > CLAUSES { a href="#clauses" { "all" } }
            }
        }
    }
}

/// The suite, and what was declared.
fn facts(told: &Told<'_>) -> Markup {
    let report = told.report;
    let claims = report.implementation.claims.iter();
    let claims: Vec<_> = claims.map(|claim| claim.as_str()).collect();
    html! {
        dl.facts {
            div { dt { "Checks" } dd { (number(report.results.len())) " in " (duration(report.duration_ms)) } }
            @if report.summary.expected > 0 {
                div { dt { "Explained" } dd { (many(report.summary.expected, "result")) " in the baseline" } }
            }
            @if report.summary.not_judged > 0 {
                div { dt { "Not judged" } dd { (many(report.summary.not_judged, "check")) } }
            }
            @if let Some(made) = &report.made {
                div { dt { "Began" } dd { (made.started) } }
                @if let Some(said) = &made.said {
                    div { dt { "Says to be" } dd { (said.name) @if let Some(version) = &said.version { " " (version) } } }
                }
                @if let Some(seed) = made.seed { div { dt { "Seed" } dd { (seed) } } }
            }
            div { dt { "Suite" } dd { (report.suite.name) " " (report.suite.version) } }
            div { dt { "Declares" } dd { @if claims.is_empty() { "no capabilities" } @else { (claims.join(", ")) } } }
            @if let Some(made) = &report.made {
                div { dt { "Command" } dd { code { (made.command.join(" ")) } } }
            }
        }
    }
}
