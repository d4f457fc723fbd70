//! The terminal report: for people, not for programs. It may change at any time.

mod summary;

use std::collections::BTreeSet;
use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::summary::{Ended, cause};
use super::failure;
use super::layout::{WIDTH, wrap};
use super::style::{DIM, paint};
use crate::runner::events::{Event, Reporter};
use crate::runner::options::Options;
use crate::runner::verdict::CheckResult;
use crate::scenario::Level;
use crate::verdict::Verdict;

/// How many causes of failures are shown in full, each by its first check.
const CAUSES: usize = 3;

/// Writes to a terminal or a file.
#[derive(Debug)]
pub struct TerminalReporter<W> {
    out: W,
    /// What is under way; hidden where lines cannot be overwritten.
    bar: ProgressBar,
    running: Vec<String>,
    /// What has gone wrong so far and was shown in full.
    shown: BTreeSet<String>,
    failed: usize,
    /// How many checks are to be played.
    planned: usize,
    is_quiet: bool,
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
            failed: 0,
            planned: 0,
            is_quiet: false,
        }
    }

    /// The same with nothing but failures and the summary.
    #[must_use]
    pub fn quiet(mut self, is_quiet: bool) -> Self {
        self.is_quiet = is_quiet;
        self
    }

    /// Shows what has begun last and still runs, and how many have failed.
    fn progress(&self) {
        let current = self.running.last().map_or("", String::as_str);
        self.bar.set_message(match self.failed {
            0 => current.to_owned(),
            failed => format!("{failed} failed; {current}"),
        });
    }

    /// Shows a result at once if there is something to look at: of all that have one cause, the
    /// first, and only some causes. The list at the end has the others.
    fn result(&mut self, result: &CheckResult) -> std::io::Result<()> {
        let quiet = matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable);
        if quiet || result.not_judged {
            return Ok(());
        }
        self.failed += usize::from(result.is_unexpected());
        if self.is_quiet {
            return Ok(());
        }
        let text = if let Some(why) = &result.expected_because {
            let name = result.check.name();
            let line = format!("{} as expected: {name}: {why}", result.verdict);
            paint(DIM, &wrap(&line, WIDTH, "    ")) + "\n"
        } else if self.shown.len() < CAUSES && self.shown.insert(cause(result).to_owned()) {
            failure::render(result)
        } else {
            return Ok(());
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

impl<W: Write> Reporter for TerminalReporter<W> {
    fn event(&mut self, event: &Event<'_>) -> std::io::Result<()> {
        match event {
            Event::Started {
                target,
                total,
                options,
            } => {
                self.planned = *total / options.rounds.max(1);
                self.bar.set_length(*total as u64);
                if self.is_quiet {
                    return Ok(());
                }
                let line = format!("{target}: {}", plan(*total, options));
                writeln!(self.out, "{}", wrap(&line, WIDTH, "  "))
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
                self.result(result)?;
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
                let summary = Ended {
                    results,
                    stale,
                    duration: *duration,
                    server,
                    planned: self.planned,
                    is_quiet: self.is_quiet,
                };
                let page = summary.page();
                self.out.write_all(page.text().as_bytes())?;
                self.out.flush()
            }
        }
    }
}

#[cfg(test)]
mod tests;
