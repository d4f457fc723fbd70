//! The terminal report: for people, not for programs. It may change at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clauses::Clauses;
use super::failure;
use super::layout::{Page, WIDTH, wrap};
use super::model::Summary;
use super::style::{DIM, GREEN, RED, YELLOW, paint};
use crate::known::Stale;
use crate::runner::events::{Event, Reporter, ServerStory};
use crate::runner::options::Options;
use crate::runner::verdict::CheckResult;
use crate::scenario::Level;
use crate::verdict::Verdict;

/// Writes to a terminal or a file.
#[derive(Debug)]
pub struct TerminalReporter<W> {
    out: W,
    /// What is under way; hidden where lines cannot be overwritten.
    bar: ProgressBar,
    running: Vec<String>,
    shown: BTreeSet<String>,
}

/// A line of progress on a terminal that can overwrite lines, and nothing anywhere else.
pub fn progress(target: ProgressDrawTarget) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target);
    let template = "[{pos}/{len}] {wide_msg:.dim}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl<W: Write> TerminalReporter<W> {
    /// A reporter that shows progress on this line.
    pub fn new(out: W, bar: ProgressBar) -> Self {
        Self {
            out,
            bar,
            running: Vec::new(),
            shown: BTreeSet::new(),
        }
    }

    /// Shows what has begun last and still runs.
    fn progress(&self) {
        let current = self.running.last().cloned().unwrap_or_default();
        self.bar.set_message(current);
    }

    /// Shows a result at once if there is something to look at.
    fn result(&mut self, result: &CheckResult) -> std::io::Result<()> {
        let quiet = matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable);
        if quiet || result.not_judged {
            return Ok(());
        }
        let text = if let Some(why) = &result.expected_because {
            let name = result.check.name();
            let line = format!("{} as expected: {name}: {why}", result.verdict);
            paint(DIM, &wrap(&line, WIDTH, "    ")) + "\n"
        } else {
            failure::render(result)
        };
        let Self { out, bar, .. } = self;
        bar.suspend(|| out.write_all(text.as_bytes()))
    }
}

/// What is going to be done, in words.
fn plan(total: usize, options: &Options) -> String {
    let Options {
        jobs,
        rounds,
        shuffle,
        held_to,
        ..
    } = *options;
    let checks = total / rounds.max(1);
    let parts = [
        Some(format!(
            "{checks} {}",
            if checks == 1 { "check" } else { "checks" }
        )),
        (rounds > 1).then(|| format!("{rounds} rounds")),
        Some(format!("{jobs} at a time")),
        shuffle.map(|seed| format!("shuffled (--shuffle {seed})")),
        (held_to > Level::Must).then(|| format!("held to every {held_to}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
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

/// The clauses that are broken, with all that they say. Only a clause with a verdict counts
/// as checked.
fn clauses(page: &mut Page, results: &[CheckResult]) {
    let results = results.iter();
    let tally = Clauses::of(results.map(|result| (result.verdict, result.clauses())));
    page.line("");
    if !tally.broken.is_empty() {
        let (broken, checked) = (tally.broken.len(), tally.checked.len());
        page.line(format_args!("Clauses broken, {broken} of {checked}:"));
    }
    for (clause, (fails, warns)) in &tally.broken {
        let counts = match (fails, warns) {
            (_, 0) => format!("{fails} fail"),
            (0, _) => format!("{warns} warn"),
            _ => format!("{fails} fail, {warns} warn"),
        };
        let text = failure::clause_text(clause).unwrap_or_default();
        page.wrap("      ", format_args!("  {clause} ({counts}): {text}"));
    }
    if let Some(line) = tally.told() {
        page.wrap("  ", line);
    }
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

impl<W: Write> Reporter for TerminalReporter<W> {
    fn event(&mut self, event: &Event<'_>) -> std::io::Result<()> {
        match event {
            Event::Started {
                target,
                total,
                options,
            } => {
                let line = format!("{target}: {}", plan(*total, options));
                writeln!(self.out, "{}", wrap(&line, WIDTH, "  "))?;
                self.bar.set_length(*total as u64);
                Ok(())
            }
            Event::CheckStarted(check) => {
                self.running.push(check.name());
                self.progress();
                Ok(())
            }
            Event::CheckFinished(result) => {
                self.bar.inc(1);
                let name = result.check.name();
                self.running.retain(|running| *running != name);
                // Of many rounds, one failure of a check says what there is to say.
                if result.verdict == Verdict::Pass || self.shown.insert(name) {
                    self.result(result)?;
                }
                self.progress();
                Ok(())
            }
            Event::Finished {
                results,
                stale,
                duration,
                server,
            } => {
                self.bar.finish_and_clear();
                let mut page = Page::default();
                table(&mut page, results);
                clauses(&mut page, results);
                flaky(&mut page, results);
                self::stale(&mut page, stale);
                self::server(&mut page, server);
                closing(&mut page, results, *duration);
                self.out.write_all(page.text().as_bytes())?;
                self.out.flush()
            }
        }
    }
}

#[cfg(test)]
mod tests;
