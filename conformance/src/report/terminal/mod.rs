//! The terminal report: for people, not for programs. It may change at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clauses::Clauses;
use super::failure;
use super::layout::wrap;
use super::model::Summary;
use super::style::{DIM, GREEN, RED, YELLOW, paint};
use super::words::plan;
use crate::known::Stale;
use crate::runner::events::{Event, Reporter, ServerStory};
use crate::runner::verdict::CheckResult;
use crate::verdict::Verdict;

/// The column at which lines end.
const WIDTH: usize = 80;

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

    /// Results that somebody has to look at are shown at once, in full the first time.
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
            failure::render(result, WIDTH)
        };
        let Self { out, bar, .. } = self;
        bar.suspend(|| out.write_all(text.as_bytes()))
    }

    fn summary(&mut self, results: &[CheckResult]) -> std::io::Result<()> {
        let rows: BTreeMap<&str, Vec<&CheckResult>> =
            results.iter().fold(BTreeMap::new(), |mut rows, result| {
                rows.entry(result.check.scenario.family.as_str())
                    .or_default()
                    .push(result);
                rows
            });
        writeln!(self.out)?;
        writeln!(
            self.out,
            "{:<16}{:>8}{:>8}{:>8}{:>12}{:>16}",
            "", "pass", "fail", "warn", "untestable", "not applicable"
        )?;
        let all: Vec<_> = results.iter().collect();
        let total = (rows.len() > 1).then_some(("all", all));
        for (family, results) in rows.into_iter().chain(total) {
            let summary = Summary::of(results.iter().copied());
            let fail = format!("{:>8}", summary.fail);
            let untestable = format!("{:>12}", summary.untestable);
            writeln!(
                self.out,
                "{:<16}{:>8}{}{:>8}{}{:>16}",
                family,
                summary.pass,
                if summary.fail > 0 {
                    paint(RED, &fail)
                } else {
                    fail
                },
                summary.warn,
                if summary.untestable > 0 {
                    paint(RED, &untestable)
                } else {
                    untestable
                },
                summary.not_applicable
            )?;
        }
        self.clauses(results)
    }

    /// What is known to be flaky, however it went.
    fn flaky(&mut self, results: &[CheckResult]) -> std::io::Result<()> {
        let mut known = results
            .iter()
            .filter_map(|result| Some((result, result.flaky.as_ref()?)))
            .peekable();
        if known.peek().is_none() {
            return Ok(());
        }
        writeln!(
            self.out,
            "\nKnown to flicker, which neither passes nor fails:"
        )?;
        for (result, flaky) in known {
            let line = format!("  {}: {}", result.check.name(), flaky.told());
            let line = wrap(&line, WIDTH, "      ");
            writeln!(self.out, "{}", paint(YELLOW, &line))?;
        }
        writeln!(self.out)
    }

    /// The clauses that are broken, with all that they say. Only what somebody has judged is
    /// checked.
    fn clauses(&mut self, results: &[CheckResult]) -> std::io::Result<()> {
        let tally = Clauses::of(results);
        writeln!(self.out)?;
        if !tally.broken.is_empty() {
            let (broken, checked) = (tally.broken.len(), tally.checked.len());
            writeln!(self.out, "Clauses broken, {broken} of {checked}:")?;
        }
        for (clause, (fails, warns)) in &tally.broken {
            let mut counts = Vec::new();
            if *fails > 0 {
                counts.push(format!("{fails} fail"));
            }
            if *warns > 0 {
                counts.push(format!("{warns} warn"));
            }
            let text = failure::clause_text(clause).unwrap_or_default();
            let line = format!("  {clause} ({}): {text}", counts.join(", "));
            writeln!(self.out, "{}", wrap(&line, WIDTH, "      "))?;
        }
        if let Some(line) = tally.told() {
            writeln!(self.out, "{}", wrap(&line, WIDTH, "  "))?;
        }
        Ok(())
    }

    /// What the baseline expects and no longer happens.
    fn stale(&mut self, stale: &[Stale]) -> std::io::Result<()> {
        for Stale { entry, instead } in stale {
            let line = format!(
                "stale: {}: the baseline expects {} ({:?}), but {instead}",
                entry.key(),
                entry.verdict,
                entry.message_prefix,
            );
            writeln!(self.out, "{}", paint(RED, &wrap(&line, WIDTH, "  ")))?;
        }
        Ok(())
    }

    /// The last line: all verdicts in numbers.
    fn closing(&mut self, results: &[CheckResult], duration: Duration) -> std::io::Result<()> {
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
        let red = results
            .iter()
            .any(|r| r.verdict.is_red() && r.expected_because.is_none());
        // Nothing that passed is nothing to be glad of.
        let colour = if red || summary.pass == 0 { RED } else { GREEN };
        writeln!(self.out, "{}", paint(colour, &wrap(&line, WIDTH, "  ")))?;
        self.out.flush()
    }

    /// What became of the server.
    fn server(&mut self, story: &ServerStory) -> std::io::Result<()> {
        if let Some(slowed) = &story.slowed {
            let line = wrap(&slowed.to_string(), WIDTH, "  ");
            writeln!(self.out, "{}", paint(YELLOW, &line))?;
        }
        if let Some(ended) = &story.ended {
            let line = wrap(&ended.to_string(), WIDTH, "  ");
            writeln!(self.out, "{}", paint(RED, &line))?;
        }
        Ok(())
    }
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
                self.summary(results)?;
                self.flaky(results)?;
                self.stale(stale)?;
                self.server(server)?;
                self.closing(results, *duration)
            }
        }
    }
}

#[cfg(test)]
mod tests;
