//! The Markdown report, for a pull request or a wiki.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::failure::clause_text;
use super::model::{Report, Result, Summary};
use crate::verdict::Verdict;

/// The report as a Markdown document.
pub fn render(report: &Report) -> String {
    let mut page = String::new();
    page.push_str("# P2P conformance\n\n");
    let implementation = &report.implementation;
    let _ = writeln!(page, "Judged: {}  ", code(&implementation.target));
    if !implementation.claims.is_empty() {
        let claims: Vec<_> = implementation
            .claims
            .iter()
            .map(ToString::to_string)
            .collect();
        let _ = writeln!(page, "Declares: {}  ", claims.join(", "));
    }
    let suite = &report.suite;
    let _ = writeln!(page, "Suite: {} {}\n", suite.name, suite.version);
    page.push_str(&table(report));
    if let Some(ended) = &report.ended {
        let _ = writeln!(
            page,
            "\n**{}** {} checks were not judged.",
            cell(&ended.message),
            report.summary.not_judged
        );
    }
    if let Some(slowed) = &report.slowed {
        let _ = writeln!(page, "\n{}", cell(&slowed.told()));
    }
    if report.summary.pass == 0 {
        page.push_str("\nNo check passed.\n");
    }
    let broken = report.clauses().broken;
    if !broken.is_empty() {
        page.push_str(
            "\n## Clauses broken\n\n| Clause | fail | warn | Requirement |\n|---|--:|--:|---|\n",
        );
        for (clause, (fail, warn)) in broken {
            let text = clause_text(clause).unwrap_or_default();
            let _ = writeln!(page, "| {clause} | {fail} | {warn} | {} |", cell(text));
        }
    }
    section(&mut page, report, "Failures", |result| {
        result.is_unexpected() && !result.not_judged
    });
    section(&mut page, report, "Warnings", |result| {
        result.expected_because.is_none() && result.verdict == Verdict::Warn
    });
    section(&mut page, report, "Known and explained", |result| {
        result.expected_because.is_some()
    });
    if !report.stale.is_empty() {
        page.push_str("\n## Stale entries of the baseline\n\n");
        for stale in &report.stale {
            let _ = writeln!(
                page,
                "- {} ({}, Engine.IO {}{}): {}",
                code(&stale.entry.id),
                stale.entry.dialect,
                stale.entry.eio,
                stale.entry.transport.suffix(),
                stale.instead
            );
        }
    }
    page
}

/// How many of each verdict, by family.
fn table(report: &Report) -> String {
    let mut rows: BTreeMap<&str, Summary> = BTreeMap::new();
    for result in &report.results {
        rows.entry(&result.family)
            .or_default()
            .count(result.verdict);
    }
    let mut table =
        "| | pass | fail | warn | untestable | not applicable |\n|---|--:|--:|--:|--:|--:|\n"
            .to_owned();
    for (family, summary) in rows.into_iter().chain([("**all**", report.summary)]) {
        let counts = summary.counts().map(|(_, count)| format!(" {count} |"));
        let _ = writeln!(table, "| {family} |{}", counts.concat());
    }
    table
}

fn section(page: &mut String, report: &Report, title: &str, of: impl Fn(&Result) -> bool) {
    let results: Vec<_> = report.results.iter().filter(|result| of(result)).collect();
    if results.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n## {title}\n");
    for result in results {
        let _ = writeln!(
            page,
            "- **{}** {}: {}",
            result.verdict,
            code(&result.name()),
            cell(&result.message)
        );
        if let Some(why) = &result.expected_because {
            let _ = writeln!(page, "  <br>{}", cell(why));
        }
    }
}

/// Text as code, whatever backticks are in it.
fn code(text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!(
        "{fence}{pad}{}{pad}{fence}",
        text.replace(['\n', '\r'], " ")
    )
}

/// Text that neither ends a table cell nor is taken for markup.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
