//! What went wrong. Checks that failed with the same words stand together.

use maud::{Markup, html};

use super::entry;
use super::told::{Check, Part, Told};
use super::words::{many, number};

/// Up to so many failures are open from the beginning.
const OPEN: usize = 3;

pub(super) fn failures(told: &Told<'_>) -> Markup {
    let failures = told.part(Part::Failure);
    let open = failures.len() <= OPEN;
    html! {
        (section("failures", "Failures", &failures, open))
        (section("warnings", "Warnings", &told.part(Part::Warning), false))
        (section("known", "Known and explained", &told.part(Part::Known), false))
    }
}

fn section(id: &str, title: &str, checks: &[&Check<'_>], open: bool) -> Markup {
    html! {
        @if !checks.is_empty() {
            section id=(id) {
                div.heading {
                    h2 { (title) " " span.count { (number(checks.len())) } }
                    button.toggle type="button" data-part=(id) hidden { "Open all" }
                }
                @for group in groups(checks) {
                    section.group {
                        h3 { (group[0].result.message) @if group.len() > 1 { " " span.count { (many(group.len(), "check")) } } }
                        @for check in group { (entry::entry(check, open)) }
                    }
                }
            }
        }
    }
}

/// Checks with the same message, those that are many first.
fn groups<'a, 'r>(checks: &[&'a Check<'r>]) -> Vec<Vec<&'a Check<'r>>> {
    let mut places = std::collections::BTreeMap::new();
    let mut groups: Vec<Vec<&Check<'_>>> = Vec::new();
    for check in checks {
        let next = groups.len();
        let place = *places.entry(&check.result.message).or_insert(next);
        if place == next {
            groups.push(Vec::new());
        }
        groups[place].push(check);
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}
