//! The clauses, with their text, and the scenarios that check each of them.

use std::collections::BTreeMap;

use maud::{Markup, html};
use sio_p2p_protocol::Clause;

use super::super::failure::sentence;
use super::told::{Told, worst};
use super::words::{many, number, prose};
use crate::verdict::Verdict;

impl<'r> Told<'r> {
    /// Of each clause the scenarios that are about it, and the worst verdict of each.
    pub(super) fn clause_scenarios(&self) -> BTreeMap<&'r str, BTreeMap<&'r str, Verdict>> {
        let mut clauses: BTreeMap<&str, BTreeMap<&str, Verdict>> = BTreeMap::new();
        for check in &self.checks {
            let result = check.result;
            let broken = result.broken.as_deref();
            let others = result.clauses.iter().map(String::as_str);
            let others = others.filter(|clause| Some(*clause) != broken);
            for clause in others.chain(broken) {
                // What fails says nothing about the clauses that it does not break.
                let says = match result.verdict {
                    Verdict::Fail | Verdict::Warn if Some(clause) != broken => {
                        Verdict::NotApplicable
                    }
                    verdict => verdict,
                };
                let verdict = clauses.entry(clause).or_default().entry(&result.id);
                let verdict = verdict.or_insert(says);
                *verdict = worst([*verdict, says]);
            }
        }
        clauses
    }
}

/// What the checks say of a clause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Broken,
    Holds,
    Unjudged,
}

pub(super) fn clauses(told: &Told<'_>) -> Markup {
    let mut all = told.clause_scenarios();
    let broken: Vec<_> = told
        .broken()
        .into_iter()
        .map(|(id, fail, warn)| (id, all.remove(id).unwrap_or_default(), fail, warn))
        .collect();
    let (checked, unjudged): (Vec<_>, Vec<_>) = all
        .into_iter()
        .map(|(id, scenarios)| (id, scenarios, 0, 0))
        .partition(|(id, ..)| told.clauses.checked.contains(id));
    let groups = [
        ("Broken", State::Broken, broken),
        ("Checked, not broken", State::Holds, checked),
        ("Not judged", State::Unjudged, unjudged),
    ];
    html! {
        @if groups.iter().any(|(_, _, clauses)| !clauses.is_empty()) {
            section id="clauses" {
                div.heading { h2 { "Clauses" } }
                @if let Some(sentence) = told.clauses.told() { p.lead { (sentence) } }
                @if let Some(sentence) = told.clauses.left_open() { p.lead { (sentence) } }
                @for (title, state, clauses) in &groups {
                    @if !clauses.is_empty() {
                        details.fold open[*state == State::Broken] {
                            summary { h3 { (title) " " span.count { (number(clauses.len())) } } }
                            @for (id, scenarios, fail, warn) in clauses {
                                (clause(id, scenarios, *state, *fail, *warn))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn clause(
    id: &str,
    scenarios: &BTreeMap<&str, Verdict>,
    state: State,
    fail: usize,
    warn: usize,
) -> Markup {
    let class = match state {
        State::Broken if fail > 0 => "fail",
        State::Broken => "warn",
        State::Holds => "pass",
        State::Unjudged => "not_applicable",
    };
    html! {
        details.clause.(class) id={ "clause:" (id) } data-clauses=(id) {
            summary {
                code.id { (id) }
                span.text { (prose(sentence(id))) }
                span.tally {
                    @if fail > 0 { span.fail { (number(fail)) " fail" } }
                    @if warn > 0 { " " span.warn { (number(warn)) " warn" } }
                }
            }
            div.body {
                @if let Some(clause) = Clause::find(id) { (register(clause)) }
                p.small { "Checked by " (many(scenarios.len(), "scenario")) ":" }
                ul.scenarios {
                    @for (scenario, verdict) in scenarios {
                        li class=(verdict) { a href={ "#scenario:" (scenario) } { (scenario) } }
                    }
                }
            }
        }
    }
}

/// What the register says besides the sentence.
fn register(clause: &Clause) -> Markup {
    let dialects: Vec<_> = clause
        .dialects
        .iter()
        .map(|dialect| dialect.as_str())
        .collect();
    html! {
        dl.about {
            div { dt { "Level" } dd { (clause.level) } }
            div { dt { "For" } dd { (clause.role) ", " (dialects.join(" and ")) } }
            div { dt { "Source" } dd { (prose(clause.source)) } }
        }
    }
}
