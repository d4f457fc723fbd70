//! What went wrong. Checks that failed for the same cause stand together.

use maud::{Markup, html};

use super::entry;
use super::told::{Check, Part, Told};
use super::words::{many, number, prose};

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
                        h3 { (prose(cause(group[0]))) @if group.len() > 1 { " " span.count { (many(group.len(), "check")) } } }
                        @for check in group { (entry::entry(check, open)) }
                    }
                }
            }
        }
    }
}

/// What went wrong, in words that are the same for all checks in which the same did.
fn cause<'r>(check: &Check<'r>) -> &'r str {
    let result = check.result;
    result.cause.as_deref().unwrap_or(&result.message)
}

/// Checks with the same cause, those that are many first.
fn groups<'a, 'r>(checks: &[&'a Check<'r>]) -> Vec<Vec<&'a Check<'r>>> {
    let mut places = std::collections::BTreeMap::new();
    let mut groups: Vec<Vec<&Check<'_>>> = Vec::new();
    for check in checks {
        let next = groups.len();
        let place = *places.entry(cause(check)).or_insert(next);
        if place == next {
            groups.push(Vec::new());
        }
        groups[place].push(check);
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}
