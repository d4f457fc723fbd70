//! The matrix as a page: tables of verdicts, each of which leads to what was seen.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use sio_p2p_protocol::Deviation;

use super::super::failure::sentence;
use super::super::html::page::page;
use super::super::html::scenarios::{labels, scroll};
use super::super::html::toolbar::{choice, search};
use super::super::html::words::{many, number, prose, verdict, way};
use super::super::model::{Report, Result};
use super::{Cell, Group, Matrix, Role, Row, differs, reasons, recorded};
use crate::record::Recording;
use crate::verdict::Verdict;

/// The page.
pub fn render(matrix: &Matrix) -> String {
    let groups = Group::all(matrix);
    let body = html! {
        header.head {
            p.kicker { "P2P conformance" }
            h1.outcome { (many(matrix.runs.len() + matrix.recorded.len(), "implementation")) " compared" }
            p.lead { "A cell has the worst verdict of all ways in which a scenario was played. It leads to what was seen." }
        }
        div.columns {
            (contents(&groups, matrix))
            main id="main" tabindex="-1" {
                (filter(&groups))
                @for group in &groups { (section(group)) }
                (stories(matrix))
            }
        }
    };
    page("P2P conformance of several implementations", &body)
}

impl Role {
    const fn id(self) -> &'static str {
        match self {
            Self::Servers => "servers",
            Self::Clients => "clients",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Servers => "Servers",
            Self::Clients => "Clients",
        }
    }
}

fn contents(groups: &[Group<'_>], matrix: &Matrix) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            details open {
                summary { "Contents" }
                ul {
                    @for group in groups {
                        @let id = group.role.id();
                        li {
                            a href={ "#" (id) } { (group.role.title()) span.count { (number(group.runs.len())) } }
                            ul {
                                li { a href={ "#" (id) "-clauses" } { "Clauses" span.count { (number(group.clauses.len())) } } }
                                @for (family, rows) in &group.families {
                                    li { a href={ "#" (id) ":" (family) } { (family) span.count { (number(rows.len())) } } }
                                }
                            }
                        }
                    }
                    @if !matrix.recorded.is_empty() {
                        li { a href="#recorded" { "Recorded" span.count { (number(matrix.recorded.len())) } } }
                    }
                }
            }
        }
    }
}

fn filter(groups: &[Group<'_>]) -> Markup {
    let pairs = |names: BTreeSet<&str>| {
        let names = names.into_iter();
        names
            .map(|name| (facet(name), name.to_owned()))
            .collect::<Vec<_>>()
    };
    let verdicts: Vec<_> = Verdict::ALL
        .map(|kind| (kind.as_str().to_owned(), verdict(kind).to_owned()))
        .into();
    let families = groups
        .iter()
        .flat_map(|group| group.families.keys().copied());
    let names = groups
        .iter()
        .flat_map(|group| group.runs.iter().map(|run| run.0.as_str()));
    let differ = [("differ", "that differ"), ("same", "that agree")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()));
    html! {
        form.toolbar id="filter" role="search" aria-label="Filter the rows" data-things="cells" hidden {
            (search("Scenario, clause, title …"))
            (choice("v", "Verdict", &verdicts))
            (choice("i", "Implementation", &pairs(names.collect())))
            (choice("f", "Family", &pairs(families.collect())))
            (choice("x", "Rows", &differ))
            button type="reset" { "Clear" }
            p.shown role="status" {}
        }
    }
}

/// A value of a filter: facets are apart by blanks.
fn facet(value: &str) -> String {
    value.replace(char::is_whitespace, "\u{a0}")
}

fn section(group: &Group<'_>) -> Markup {
    let id = group.role.id();
    html! {
        section id=(id) {
            div.heading { h2 { (group.role.title()) } }
            (summary(group))
            details.fold.family id={ (id) "-clauses" } open {
                summary { h3 { "Clauses" } span.tally { (number(group.clauses.len())) } }
                (table(group, "Clause", "Clauses", &html! {
                    @for (clause, row) in group.own_first() {
                        (line(&format!("{id}:{clause}"), clause, sentence(clause), "", row, &format!("#{id}:{clause}:why")))
                    }
                }))
            }
            @for (family, rows) in &group.families {
                details.fold.family id={ (id) ":" (family) } {
                    summary { h3 { (family) } span.tally { (many(rows.len(), "scenario")) } }
                    (table(group, "Scenario", family, &html! {
                        @for (scenario, (title, row)) in rows {
                            (line(&format!("{id}/{scenario}"), scenario, title, family, row, &format!("#{id}/{scenario}/why")))
                        }
                    }))
                }
            }
            (why(group))
        }
    }
}

/// A table with a column for each implementation.
fn table(group: &Group<'_>, first: &str, what: &str, rows: &Markup) -> Markup {
    let names = group.runs.iter().map(|run| run.0.as_str());
    let name = format!("{what} of the {}", group.role.title().to_lowercase());
    columns(&name, first, names, rows)
}

fn columns<'a>(
    name: &str,
    first: &str,
    names: impl Iterator<Item = &'a str> + Clone,
    rows: &Markup,
) -> Markup {
    let table = html! {
        table.matrix style=(labels(names.clone().map(ToOwned::to_owned))) {
            thead { tr {
                th scope="col" { (first) }
                @for name in names { th scope="col" data-facets={ "i:" (facet(name)) } { (name) } }
            } }
            tbody { (rows) }
        }
    };
    scroll(name, &table)
}

impl<'r> Group<'r> {
    /// The clauses; those of the other role, which scenarios touch besides, come last.
    fn own_first(&self) -> Vec<(&'r str, &Row<'r>)> {
        let mut clauses: Vec<_> = self.clauses.iter().map(|(id, row)| (*id, row)).collect();
        clauses.sort_by_key(|(id, _)| id.starts_with("CLI-") != (self.role == Role::Clients));
        clauses
    }
}

/// How many of what, for each implementation.
fn summary(group: &Group<'_>) -> Markup {
    html! {
        div.scroll role="group" aria-label={ "Summary of the " (group.role.title().to_lowercase()) } tabindex="0" {
            table.summary {
                thead { tr {
                    th scope="col" { "Implementation" }
                    @for kind in Verdict::ALL { th.number scope="col" { (verdict(kind)) } }
                    th.number scope="col" { "clauses broken" }
                    th scope="col" { span.vh { "Verdicts as lengths" } }
                } }
                tbody { @for (name, report) in group.runs.iter().copied() { (total(name, report)) } }
            }
        }
    }
}

fn total(name: &str, report: &Report) -> Markup {
    html! {
        tr {
            th scope="row" { strong { (name) } span.title { (report.implementation.target) } }
            @for (kind, count) in report.summary.counts() {
                td.number.(kind) data-zero[count == 0] { (number(count)) }
            }
            td.number { (number(report.clauses().broken.len())) }
            td.length { div.bar aria-hidden="true" {
                @for (kind, count) in report.summary.counts() {
                    @if count > 0 { span class=(kind) style=(format!("flex-grow:{count}")) {} }
                }
            } }
        }
    }
}

fn line(id: &str, name: &str, title: &str, family: &str, row: &Row<'_>, leads: &str) -> Markup {
    let agree = if differs(row) { "differ" } else { "same" };
    html! {
        tr id=(id) data-facets={ "x:" (agree) @if !family.is_empty() { " f:" (family) } } {
            th scope="row" { code.id { (name) } span.title { (prose(title)) } }
            @for found in row { (cell(found, leads)) }
        }
    }
}

fn cell(cell: &Cell<'_>, leads: &str) -> Markup {
    let known = cell
        .notable
        .iter()
        .all(|result| result.expected_because.is_some());
    html! {
        @if let Some(worst) = cell.verdict() {
            @let says = html! { span.vh { (verdict(worst)) } };
            td class=(worst) data-known[known && !cell.notable.is_empty()] {
                @if cell.notable.is_empty() { span { (says) } } @else { a href=(leads) { (says) } }
                @if let Some((count, of)) = cell.share() { small { (count) " of " (of) } }
            }
        } @else { td {} }
    }
}

/// What was seen: of each clause the scenarios, of each scenario what every implementation
/// did. Parts that nobody opens cost nothing: see page.js.
fn why(group: &Group<'_>) -> Markup {
    let id = group.role.id();
    let is_notable = |row: &&Row<'_>| row.iter().any(|cell| !cell.notable.is_empty());
    let clauses = group.clauses.iter().filter(|(_, row)| is_notable(row));
    let scenarios = group.families.values().flatten();
    let scenarios = scenarios.filter(|(_, (_, row))| is_notable(&row));
    html! {
        details.fold id={ (id) "-seen" } {
            summary { h3 { "What was seen" } }
            @for (clause, row) in clauses {
                details.clause.entry id={ (id) ":" (clause) ":why" } data-clauses=(clause) {
                    summary { code.id { (clause) } span.text { (prose(sentence(clause))) } }
                    div.body { noscript { (by_scenario(group, row)) } }
                }
            }
            @for (scenario, (title, row)) in scenarios {
                details.clause.entry id={ (id) "/" (scenario) "/why" } {
                    summary { code.id { (scenario) } span.text { (prose(title)) } }
                    div.body { noscript { (by_implementation(group, row)) } }
                }
            }
        }
    }
}

/// Of a clause, the scenarios that break it, for each implementation.
fn by_scenario(group: &Group<'_>, row: &Row<'_>) -> Markup {
    let id = group.role.id();
    html! {
        @for ((name, _), cell) in group.runs.iter().copied().zip(row) {
            @if !cell.notable.is_empty() {
                @let scenarios = cell.notable.iter().map(|result| (result.id.as_str(), result.verdict));
                h4 { (name) }
                ul.scenarios {
                    @for (scenario, verdict) in scenarios.collect::<BTreeMap<_, _>>() {
                        li class=(verdict) { a href={ "#" (id) "/" (scenario) "/why" } { (scenario) } }
                    }
                }
            }
        }
    }
}

/// Of a scenario, what each implementation did. What it did alike in several ways is said once.
fn by_implementation(group: &Group<'_>, row: &Row<'_>) -> Markup {
    html! {
        @for ((name, _), cell) in group.runs.iter().copied().zip(row) {
            @if !cell.notable.is_empty() {
                h4 { (name) }
                ul.notes {
                    @for (message, results) in by_message(&cell.notable) {
                        li.(results[0].verdict) {
                            span.badge { (verdict(results[0].verdict)) } " " (message) " "
                            span.way { (results.iter().map(|result| way(result)).collect::<Vec<_>>().join("; ")) }
                            @if let Some(why) = &results[0].expected_because { p.why { (prose(why)) } }
                        }
                    }
                }
            }
        }
    }
}

fn by_message<'r>(results: &[&'r Result]) -> BTreeMap<&'r str, Vec<&'r Result>> {
    let mut messages: BTreeMap<&str, Vec<&Result>> = BTreeMap::new();
    for result in results {
        messages.entry(&result.message).or_default().push(result);
    }
    messages
}

/// Recorded stories: which of them went as the protocol says.
fn stories(matrix: &Matrix) -> Markup {
    let all = matrix
        .recorded
        .iter()
        .flat_map(|(_, recordings)| recordings);
    let names: BTreeSet<_> = all.clone().map(Recording::name).collect();
    let reasons: BTreeSet<_> = all.flat_map(reasons).collect();
    html! {
        @if !names.is_empty() {
            section id="recorded" {
                div.heading { h2 { "Recorded" } }
                p.lead { "Stories as these implementations have played them. What a server that follows the protocol does otherwise is named." }
                details.fold.family id="stories" open {
                    summary { h3 { "Stories" } span.tally { (number(names.len())) } }
                    (columns("Recorded stories", "Story", matrix.recorded.iter().map(|one| one.0.as_str()), &html! {
                        @for name in &names { (story(name, matrix)) }
                    }))
                }
                @if !reasons.is_empty() {
                    h3 { "Deviations" }
                    dl.deviations {
                        @for why in reasons {
                            div { dt id={ "deviation:" (why) } { code { (why) } } dd { (deviation(why)) } }
                        }
                    }
                }
            }
        }
    }
}

fn story(name: &str, matrix: &Matrix) -> Markup {
    html! {
        tr id={ "story:" (name) } {
            th scope="row" { code.id { (name) } }
            @for (_, recordings) in &matrix.recorded {
                @if let Some(recording) = recordings.iter().find(|recording| recording.name() == name) {
                    td class=(recorded(recording)) {
                        span { span.vh { (verdict(recorded(recording))) } }
                        @for why in reasons(recording) { small { a href={ "#deviation:" (why) } { (why) } } }
                    }
                } @else { td {} }
            }
        }
    }
}

/// What a deviation is about; a clause says what is asked for.
fn deviation(why: &str) -> Markup {
    html! {
        @if let Some(deviation) = Deviation::find(why) {
            (prose(deviation.asks)) " " (prose(deviation.happens))
        } @else { (prose(sentence(why))) }
    }
}
