//! The end of the report: which clauses are broken and why, the numbers, and which checks have
//! failed.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::super::clauses::{Clauses, Judged};
use super::super::failure;
use super::super::layout::{Page, WIDTH, clip, wrap};
use super::super::model::Summary;
use super::super::style::{BOLD, GREEN, RED, YELLOW, paint};
use crate::known::Stale;
use crate::runner::events::ServerStory;
use crate::runner::verdict::CheckResult;

/// How many broken clauses are named.
const CLAUSES: usize = 10;
/// How many causes are named for each of them.
const CAUSES: usize = 4;
/// How many failed checks are listed.
const LISTED: usize = 30;

/// A run that is over.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    pub(super) results: &'a [CheckResult],
    pub(super) stale: &'a [Stale],
    pub(super) duration: Duration,
    pub(super) server: &'a ServerStory,
    /// How many checks were to be played.
    pub(super) planned: usize,
    pub(super) is_quiet: bool,
}

impl Ended<'_> {
    /// All that there is to say.
    pub(super) fn page(&self) -> Page {
        let mut page = Page::default();
        let tally = tally(self.results);
        broken(&mut page, self.results, &tally);
        if !self.is_quiet {
            table(&mut page, self.results);
        }
        if let Some(line) = tally.told() {
            if !self.is_quiet {
                page.line("");
            }
            page.wrap("  ", line);
        }
        flaky(&mut page, self.results);
        stale(&mut page, self.stale);
        server(&mut page, self.server);
        if self.results.len() < self.planned {
            let (played, planned) = (self.results.len(), checks(self.planned));
            let line = format!("Stopped early: {played} of {planned} were played.");
            page.painted(YELLOW, "  ", line);
        }
        failed(&mut page, self.results);
        closing(&mut page, self.results, self.duration);
        page
    }
}

/// A row for each family, and one for all of them if there are several.
fn table(page: &mut Page, results: &[CheckResult]) {
    let mut rows: BTreeMap<&str, Summary> = BTreeMap::new();
    for result in results {
        let row = rows.entry(&result.check.scenario.family).or_default();
        row.count(result.verdict);
    }
    page.line(format_args!(
        "\n{:<16}{:>8}{:>8}{:>8}{:>12}{:>16}",
        "", "pass", "fail", "warn", "untestable", "not applicable"
    ));
    let total = (rows.len() > 1).then(|| ("all", Summary::of(results)));
    for (family, summary) in rows.into_iter().chain(total) {
        let red = |count: usize, width: usize| {
            let text = format!("{count:>width$}");
            if count > 0 { paint(RED, &text) } else { text }
        };
        page.line(format_args!(
            "{family:<16}{:>8}{}{:>8}{}{:>16}",
            summary.pass,
            red(summary.fail, 8),
            summary.warn,
            red(summary.untestable, 12),
            summary.not_applicable
        ));
    }
}

/// What went wrong in a check, in words that it shares with others.
pub(super) fn cause(result: &CheckResult) -> &str {
    let blame = result.blame();
    blame.map_or(result.message.as_str(), |blame| blame.cause.as_str())
}

fn checks(count: usize) -> String {
    match count {
        1 => "1 check".to_owned(),
        count => format!("{count} checks"),
    }
}

fn tally(results: &[CheckResult]) -> Clauses<'_> {
    Clauses::of(results.iter().map(|result| Judged {
        verdict: result.verdict,
        is_expected: result.expected_because.is_some(),
        broken: result.broken.as_deref(),
        clauses: result.clauses(),
    }))
}

/// The clauses that are broken, the one that explains most first, each with what went wrong.
fn broken(page: &mut Page, results: &[CheckResult], tally: &Clauses<'_>) {
    if tally.broken.is_empty() {
        return;
    }
    page.line("");
    for (clause, (fails, warns)) in tally.broken.iter().take(CLAUSES) {
        let counts = match (fails, warns) {
            (_, 0) => format!("{fails} fail"),
            (0, _) => format!("{warns} warn"),
            _ => format!("{fails} fail, {warns} warn"),
        };
        let text = failure::clause_text(clause).unwrap_or_default();
        let text = wrap(&format!("Broken: {clause} ({counts}): {text}"), WIDTH, "  ");
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        page.line(paint(BOLD, first));
        if !rest.is_empty() {
            page.line(rest);
        }
        causes(page, results, clause);
    }
    more(page, tally.broken.len(), CLAUSES, "broken clauses");
    if let Some(line) = tally.left_open() {
        page.wrap("  ", line);
    }
}

/// What went wrong in the checks that broke a clause.
fn causes(page: &mut Page, results: &[CheckResult], clause: &str) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for result in results {
        if result.broken.as_deref() == Some(clause) {
            *counts.entry(cause(result)).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    for (cause, count) in counts.iter().take(CAUSES) {
        page.wrap("      ", format_args!("    {}: {cause}", checks(*count)));
    }
    more(page, counts.len(), CAUSES, "causes");
}

fn more(page: &mut Page, all: usize, shown: usize, what: &str) {
    if let Some(left) = all.checked_sub(shown).filter(|left| *left > 0) {
        page.line(format_args!("    … and {left} more {what}"));
    }
}

/// The checks that make the run red, one line for each.
fn failed(page: &mut Page, results: &[CheckResult]) {
    let is_listed = |result: &&CheckResult| result.is_unexpected() && !result.not_judged;
    let failed: Vec<_> = results.iter().filter(is_listed).collect();
    if failed.is_empty() {
        return;
    }
    page.line(format_args!("\nFailed, {}:", checks(failed.len())));
    for result in failed.iter().take(LISTED) {
        let name = result.check.name();
        page.line(clip(&format!("  {name}: {}", result.message), WIDTH));
    }
    more(
        page,
        failed.len(),
        LISTED,
        "checks; --json FILE has them all",
    );
}

/// What is known to be flaky, however it went.
fn flaky(page: &mut Page, results: &[CheckResult]) {
    let mut known = results
        .iter()
        .filter_map(|result| Some((result, result.flaky.as_ref()?)))
        .peekable();
    if known.peek().is_none() {
        return;
    }
    page.line("\nKnown to flicker, which neither passes nor fails:");
    for (result, flaky) in known {
        let line = format!("  {}: {}", result.check.name(), flaky.told());
        page.painted(YELLOW, "      ", line);
    }
    page.line("");
}

/// What the baseline expects and no longer happens.
fn stale(page: &mut Page, stale: &[Stale]) {
    for Stale { entry, instead } in stale {
        let line = format!(
            "stale: {}: the baseline expects {} ({:?}), but {instead}",
            entry.key(),
            entry.verdict,
            entry.message_prefix,
        );
        page.painted(RED, "  ", line);
    }
}

/// What became of the server.
fn server(page: &mut Page, story: &ServerStory) {
    if let Some(slowed) = &story.slowed {
        page.painted(YELLOW, "  ", slowed);
    }
    if story.is_mute {
        let line = "The server lets clients in and then says nothing, so the run was given up.";
        page.painted(RED, "  ", line);
    }
    if let Some(ended) = &story.ended {
        page.painted(RED, "  ", ended);
    }
}

/// The last line: all verdicts in numbers.
fn closing(page: &mut Page, results: &[CheckResult], duration: Duration) {
    let summary = Summary::of(results);
    let not_judged = match summary.not_judged {
        0 => String::new(),
        n => format!(" ({n} of them not judged)"),
    };
    let expected = match summary.expected {
        0 => String::new(),
        n => format!(", {n} of them expected by the baseline"),
    };
    let line = format!(
        "{} pass, {} fail, {} warn, {} untestable{not_judged}, {} not applicable{expected}; {:.1} s",
        summary.pass,
        summary.fail,
        summary.warn,
        summary.untestable,
        summary.not_applicable,
        duration.as_secs_f64()
    );
    let red = results.iter().any(CheckResult::is_unexpected);
    // Nothing that passed is nothing to be glad of.
    let colour = if red || summary.pass == 0 { RED } else { GREEN };
    page.painted(colour, "  ", line);
}
