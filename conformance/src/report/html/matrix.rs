//! Every scenario against every way in which it was played.

use std::collections::BTreeMap;

use maud::{Markup, html};
use sio_p2p_protocol::Dialect;

use super::super::model::{Report, Result};
use super::{anchor, prose, sign, words};
use crate::scenario::TransportName;

/// One way to play a scenario: a column.
type Column = (Dialect, u8, TransportName);

/// A table for each family.
pub(super) fn families(report: &Report) -> Markup {
    let mut columns: Vec<Column> = Vec::new();
    let mut families: BTreeMap<&str, Vec<(&str, Vec<&Result>)>> = BTreeMap::new();
    for result in &report.results {
        let column = (result.dialect, result.eio, result.transport);
        if !columns.contains(&column) {
            columns.push(column);
        }
        let rows = families.entry(&result.family).or_default();
        match rows.iter_mut().find(|(id, _)| *id == result.id) {
            Some((_, results)) => results.push(result),
            None => rows.push((&result.id, vec![result])),
        }
    }
    html! {
        h2 { "Scenarios" }
        @for (family, rows) in families {
            details.family open[rows.iter().any(|(_, results)| notable(results))] {
                summary { h3 { (family) } (tally(&rows)) }
                table.matrix {
                    thead { tr {
                        th scope="col" { "Scenario" }
                        @for (dialect, eio, transport) in &columns {
                            th scope="col" { (dialect) br; small { "Engine.IO " (eio) (transport.suffix()) } }
                        }
                    } }
                    tbody {
                        @for (id, results) in &rows { (row(id, results, &columns)) }
                    }
                }
            }
        }
    }
}

/// Whether a row has something to look at.
fn notable(results: &[&Result]) -> bool {
    results
        .iter()
        .any(|result| result.failure.is_some() && result.verdict.is_red())
}

fn row(id: &str, results: &[&Result], columns: &[Column]) -> Markup {
    let title = results.first().map_or("", |result| result.title.as_str());
    html! {
        tr {
            th scope="row" { code { (id) } span.title { (prose(title)) } }
            @for column in columns {
                @let found = results.iter().find(|result| (result.dialect, result.eio, result.transport) == *column);
                @if let Some(result) = found { (cell(result)) } @else { td {} }
            }
        }
    }
}

/// A sign, which leads to the details if there are any.
fn cell(result: &Result) -> Markup {
    let verdict = result.verdict;
    let known = result.expected_because.is_some();
    let says = if known {
        format!("{}, as expected", words(verdict))
    } else {
        words(verdict).to_owned()
    };
    html! {
        td class=(verdict) data-known[known] title=(says) {
            @if result.failure.is_some() {
                a href=(format!("#{}", anchor(result))) aria-label=(says) { (sign(verdict)) }
            } @else {
                span aria-label=(says) { (sign(verdict)) }
            }
        }
    }
}

/// How many of the family pass.
fn tally(rows: &[(&str, Vec<&Result>)]) -> Markup {
    let all = rows.iter().flat_map(|(_, results)| results);
    let passed = all
        .clone()
        .filter(|result| result.verdict == crate::verdict::Verdict::Pass)
        .count();
    html! { span.tally { (passed) " of " (all.count()) " checks pass" } }
}
