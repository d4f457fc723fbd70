//! Search and filters. Without a script there is nothing to filter with, and they are hidden.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::told::Told;
use super::words::verdict;
use crate::verdict::Verdict;

/// The form. Values are those that the page has; what has only one value needs no choice.
pub(super) fn toolbar(told: &Told<'_>) -> Markup {
    let verdicts = Verdict::ALL.into_iter();
    let verdicts: Vec<_> = verdicts
        .filter(|kind| {
            told.checks
                .iter()
                .any(|check| check.result.verdict == *kind)
        })
        .map(|kind| (kind.as_str().to_owned(), verdict(kind).to_owned()))
        .collect();
    let families: Vec<_> = told.families.keys().map(|name| same(name)).collect();
    let set = |of: fn(&super::told::Way) -> (String, String)| {
        let values: BTreeSet<_> = told.ways.iter().map(of).collect();
        values.into_iter().collect::<Vec<_>>()
    };
    let broken = told.broken();
    let is_broken = |id: &str| broken.iter().any(|(broken, ..)| *broken == id);
    let (first, others): (Vec<_>, Vec<_>) = told
        .clause_scenarios()
        .into_keys()
        .partition(|id| is_broken(id));
    html! {
        form.toolbar id="filter" role="search" aria-label="Filter the checks" hidden {
            (search("Scenario, clause, message …"))
            (choice("v", "Verdict", &verdicts))
            (choice("f", "Family", &families))
            (choice("d", "Dialect", &set(|way| same(way.0.as_str()))))
            (choice("e", "Engine.IO", &set(|way| same(&way.1.to_string()))))
            (choice("t", "Transport", &set(|way| same(&way.2.to_string()))))
            label {
                span { "Clause" }
                select name="c" {
                    option value="" { "all" }
                    @for (title, ids) in [("Broken", first), ("Others", others)] {
                        @if !ids.is_empty() {
                            optgroup label=(title) { @for id in ids { option { (id) } } }
                        }
                    }
                }
            }
            button type="reset" { "Clear" }
            p.shown role="status" {}
        }
    }
}

/// The field for words.
pub(in crate::report) fn search(hint: &str) -> Markup {
    html! {
        label.search {
            span { "Search" }
            input type="search" name="text" autocomplete="off" spellcheck="false"
                placeholder=(hint) aria-keyshortcuts="/";
        }
    }
}

fn same(name: &str) -> (String, String) {
    (name.to_owned(), name.to_owned())
}

/// One filter: what has only one value needs none.
pub(in crate::report) fn choice(name: &str, title: &str, values: &[(String, String)]) -> Markup {
    html! {
        @if values.len() > 1 {
            label {
                span { (title) }
                select name=(name) {
                    option value="" { "all" }
                    @for (value, words) in values { option value=(value) { (words) } }
                }
            }
        }
    }
}
