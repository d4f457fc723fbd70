//! One check that did not pass: what was expected, what was seen, and the packets.

use maud::{Markup, html};

use super::super::model::{Failure, Result};
use super::sequence::{self, Packet};
use super::told::Check;
use super::words::{duration, prose, unbroken, verdict, way};
use crate::player::client::DRIVER_SAID;
use crate::player::play::trace::TraceLine;
use crate::runner::testee::SERVER_SAID;

/// How notes begin that are output of a program, and of which.
const OUTPUT: [(&str, &str); 2] = [(SERVER_SAID, "server"), (DRIVER_SAID, "driver")];

/// The entry. What the filters look at is in its attributes.
pub(super) fn entry(check: &Check<'_>, open: bool) -> Markup {
    let result = check.result;
    html! {
        details.entry.(result.verdict) id=(check.anchor) open[open] data-facets=(facets(result)) data-clauses=(about(result)) {
            summary {
                span.badge { (verdict(result.verdict)) }
                code.id { (result.id) }
                span.way { (way(result)) }
                span.time { (duration(result.duration_ms)) }
            }
            div.body {
                p.title { (prose(&result.title)) }
                @if result.cause.as_ref().is_some_and(|cause| *cause != result.message) { p.message { (result.message) } }
                @if let Some(why) = &result.expected_because { p.why { strong { "Known: " } (prose(why)) } }
                dl.about {
                    (clauses(result))
                    div { dt { "Level" } dd { (result.level) } }
                    @if let Some(at) = result.failure.as_ref().and_then(|failure| failure.at.as_ref()) {
                        div { dt { "Step" } dd { code { (at) } } }
                    }
                }
                @if let Some(failure) = &result.failure { (sides(failure)) }
                @if !result.trace.is_empty() { (packets(result)) }
            }
        }
    }
}

/// What the filters ask for, each as its letter and a value.
fn facets(result: &Result) -> String {
    format!(
        "v:{} f:{} d:{} e:{} t:{}",
        result.verdict, result.family, result.dialect, result.eio, result.transport
    )
}

/// The clauses for which the filter shows it: the one that is broken, if one is.
fn about(result: &Result) -> String {
    let broken = result.broken.clone();
    broken.unwrap_or_else(|| result.clauses.join(" "))
}

/// The clause that is broken, and those that it says nothing about.
fn clauses(result: &Result) -> Markup {
    let broken = result.broken.as_deref();
    let all = result.clauses.iter().map(String::as_str);
    let others: Vec<_> = all.filter(|clause| Some(*clause) != broken).collect();
    html! {
        @if let Some(clause) = broken { div { dt { "Breaks" } dd { (link(clause)) } } }
        @if !others.is_empty() {
            div {
                dt { @if broken.is_some() { "Not judged" } @else { "Clauses" } }
                dd { @for clause in others { (link(clause)) " " } }
            }
        }
    }
}

fn link(clause: &str) -> Markup {
    html! { a href={ "#clause:" (clause) } { code { (clause) } } }
}

/// Expectation and observation, side by side.
fn sides(failure: &Failure) -> Markup {
    let (mut notes, mut said) = (Vec::new(), Vec::new());
    for note in &failure.notes {
        match OUTPUT
            .iter()
            .find_map(|(prefix, _)| note.strip_prefix(prefix))
        {
            Some(line) => said.push(unbroken(line, "\n")),
            None => notes.push(note.strip_prefix("note: ").unwrap_or(note)),
        }
    }
    let whose = OUTPUT.iter().find(|(prefix, _)| {
        let mut notes = failure.notes.iter();
        notes.any(|note| note.starts_with(prefix))
    });
    html! {
        @if failure.expected.is_some() || failure.actual.is_some() {
            div.sides {
                @for (title, side) in [("Expected", &failure.expected), ("Seen", &failure.actual)] {
                    div { h4 { (title) } pre { (unbroken(side.as_deref().unwrap_or("nothing"), "\n")) } }
                }
            }
        }
        @if !notes.is_empty() {
            ul.notes { @for note in notes { li { (unbroken(note, " ")) } } }
        }
        @if let Some((_, whose)) = whose {
            h4 { "Last words of the " (whose) }
            pre { (said.join("\n")) }
        }
    }
}

fn packets(result: &Result) -> Markup {
    let packets: Vec<_> = result.trace.iter().map(packet).collect();
    let name = format!("Packets of {}", result.name());
    html! {
        h4 { "Packets" }
        // Most of a large report are packets, which few people look at: see page.js.
        noscript { (sequence::diagram(&name, "ms", &packets)) }
    }
}

/// A line of a trace as a packet of a diagram.
fn packet(line: &TraceLine) -> Packet<'_> {
    let tenths = line.at_us / 100;
    Packet {
        kind: sequence::Kind::Passed,
        facets: None,
        remark: None,
        at: format!("{}.{}", tenths / 10, tenths % 10),
        actor: &line.actor,
        way: line.direction,
        said: sequence::frame::read(&line.frame),
    }
}
