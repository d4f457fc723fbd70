//! The terminal report: for people, not for programs. It may change at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::clauses::Clauses;
use super::failure;
use super::model::Summary;
use super::style::Style;
use super::words::plan;
use crate::runner::events::{Event, Reporter, ServerStory};
use crate::runner::verdict::{CheckResult, Verdict};

/// The column at which lines end.
const WIDTH: usize = 80;

/// Writes to a terminal or a file.
#[derive(Debug)]
pub struct TerminalReporter<W> {
    out: W,
    style: Style,
    /// Whether the last line may be overwritten: a terminal, not a file.
    live: bool,
    done: usize,
    total: usize,
    running: Vec<String>,
    shown: BTreeSet<String>,
}

impl<W: Write> TerminalReporter<W> {
    /// A reporter; `live` shows progress on a line that is overwritten.
    pub fn new(out: W, style: Style, live: bool) -> Self {
        Self {
            out,
            style,
            live,
            done: 0,
            total: 0,
            running: Vec::new(),
            shown: BTreeSet::new(),
        }
    }

    fn progress(&mut self) -> std::io::Result<()> {
        if !self.live {
            return Ok(());
        }
        let current = self.running.last().map_or("", String::as_str);
        let line = format!("[{}/{}] {current}", self.done, self.total);
        let line: String = line.chars().take(WIDTH - 1).collect();
        write!(self.out, "\r\x1b[K{}", self.style.dim(&line))?;
        self.out.flush()
    }

    fn clear(&mut self) -> std::io::Result<()> {
        if self.live {
            write!(self.out, "\r\x1b[K")
        } else {
            Ok(())
        }
    }

    /// Results that somebody has to look at are shown at once, in full the first time.
    fn result(&mut self, result: &CheckResult) -> std::io::Result<()> {
        let quiet = matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable);
        if quiet || result.not_judged {
            return Ok(());
        }
        self.clear()?;
        if let Some(why) = &result.expected_because {
            let name = failure::name_of(&result.check);
            let line = format!("{} as expected: {name}: {why}", result.verdict);
            let line = failure::wrap(&line, WIDTH, "    ");
            return writeln!(self.out, "{}", self.style.dim(&line));
        }
        write!(self.out, "{}", failure::render(result, self.style, WIDTH))
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
                    self.style.red(&fail)
                } else {
                    fail
                },
                summary.warn,
                if summary.untestable > 0 {
                    self.style.red(&untestable)
                } else {
                    untestable
                },
                summary.not_applicable
            )?;
        }
        self.clauses(results)
    }

    /// What is known to flicker, however it went.
    fn flickers(&mut self, results: &[CheckResult]) -> std::io::Result<()> {
        let mut known = results
            .iter()
            .filter_map(|result| Some((result, result.flicker.as_ref()?)))
            .peekable();
        if known.peek().is_none() {
            return Ok(());
        }
        writeln!(
            self.out,
            "\nKnown to flicker, which neither passes nor fails:"
        )?;
        for (result, flicker) in known {
            let line = format!("  {}: {}", failure::name_of(&result.check), flicker.told());
            let line = failure::wrap(&line, WIDTH, "      ");
            writeln!(self.out, "{}", self.style.yellow(&line))?;
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
            writeln!(self.out, "{}", failure::wrap(&line, WIDTH, "      "))?;
        }
        if let Some(line) = tally.told() {
            writeln!(self.out, "{}", failure::wrap(&line, WIDTH, "  "))?;
        }
        Ok(())
    }

    /// What became of the server.
    fn server(&mut self, story: &ServerStory) -> std::io::Result<()> {
        if let Some(slowed) = &story.slowed {
            let line = failure::wrap(&slowed.to_string(), WIDTH, "  ");
            writeln!(self.out, "{}", self.style.yellow(&line))?;
        }
        if let Some(ended) = &story.ended {
            let line = failure::wrap(&ended.to_string(), WIDTH, "  ");
            writeln!(self.out, "{}", self.style.red(&line))?;
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
                self.total = *total;
                let line = format!("{target}: {}", plan(*total, options));
                writeln!(self.out, "{}", failure::wrap(&line, WIDTH, "  "))?;
                self.progress()
            }
            Event::CheckStarted(check) => {
                self.running.push(failure::name_of(check));
                self.progress()
            }
            Event::CheckFinished(result) => {
                self.done += 1;
                let name = failure::name_of(&result.check);
                self.running.retain(|running| *running != name);
                // Of many rounds, one failure of a check says what there is to say.
                if result.verdict == Verdict::Pass || self.shown.insert(name) {
                    self.result(result)?;
                }
                self.progress()
            }
            Event::Finished {
                results,
                stale,
                duration,
                server,
            } => {
                self.clear()?;
                self.summary(results)?;
                self.flickers(results)?;
                for stale in *stale {
                    let line = format!(
                        "stale: {} in {} over Engine.IO {}{}: the baseline expects {} ({:?}), but {}",
                        stale.entry.id,
                        stale.entry.dialect,
                        stale.entry.eio,
                        stale.entry.transport.suffix(),
                        stale.entry.verdict,
                        stale.entry.message_prefix,
                        stale.instead
                    );
                    writeln!(
                        self.out,
                        "{}",
                        self.style.red(&failure::wrap(&line, WIDTH, "  "))
                    )?;
                }
                let summary = Summary::of(*results);
                self.server(server)?;
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
                let red = red || summary.pass == 0;
                let line = failure::wrap(&line, WIDTH, "  ");
                let line = if red {
                    self.style.red(&line)
                } else {
                    self.style.green(&line)
                };
                writeln!(self.out, "{line}")?;
                self.out.flush()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::{Entry, Stale};
    use crate::runner::options::Options;
    use crate::runner::verdict::{Finding, Outcome};
    use crate::scenario::TransportName;
    use crate::testing::{failure, result};
    use std::time::Duration;

    fn report(results: &[CheckResult], stale: &[Stale]) -> String {
        told(results, stale, &ServerStory::default())
    }

    fn told(results: &[CheckResult], stale: &[Stale], server: &ServerStory) -> String {
        let mut out = Vec::new();
        let mut reporter = TerminalReporter::new(&mut out, Style::plain(), false);
        let total = results.len();
        let target = "http://127.0.0.1:1";
        reporter
            .event(&Event::Started {
                target,
                total,
                options: &Options {
                    jobs: 2,
                    ..Options::default()
                },
            })
            .unwrap();
        for result in results {
            reporter.event(&Event::CheckStarted(&result.check)).unwrap();
            reporter.event(&Event::CheckFinished(result)).unwrap();
        }
        let duration = Duration::from_millis(1_250);
        reporter
            .event(&Event::Finished {
                results,
                stale,
                duration,
                server,
            })
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_green_run_is_short() {
        let results = [
            result("one", Outcome::Passed),
            result(
                "two",
                Outcome::NotApplicable("capability x is not declared".into()),
            ),
        ];
        insta::assert_snapshot!(report(&results, &[]));
    }

    /// Nothing that nobody has judged is checked, and nothing sounds like praise.
    #[test]
    fn a_run_that_the_server_did_not_survive_says_so() {
        let gone = || Outcome::NotJudged("not judged: the server had ended before".into());
        let finding = Finding::new("the server no longer serves");
        let results = [
            result("one", Outcome::Passed),
            result("deadly", Outcome::Down(finding)),
            result("three", gone()),
            result("four", gone()),
        ];
        let story = ServerStory {
            ended: Some(crate::runner::life::Ended {
                of: vec![failure::name_of(&results[1].check)],
                after: None,
            }),
            slowed: Some(crate::runner::pace::Slowed {
                refusals: 7,
                statuses: [429, 503].into(),
                absences: 1,
                waited: Duration::from_millis(2_500),
            }),
        };
        insta::assert_snapshot!(told(&results, &[], &story));
    }

    #[test]
    fn a_run_in_which_nothing_passed_is_no_praise() {
        let lost = || Outcome::Untestable(Finding::new("a could not reach the server"));
        for results in [
            vec![result("one", lost()), result("two", lost())],
            vec![result("one", Outcome::NotApplicable("not declared".into()))],
            Vec::new(),
        ] {
            let report = report(&results, &[]);
            assert!(!report.contains("none broken"), "{report}");
            assert!(report.contains("Nothing was judged"), "{report}");
        }
    }

    #[test]
    fn a_red_run_says_what_is_broken() {
        let mut known = result("known", Outcome::Broken(Finding::new("it does that")));
        known.expected_because =
            Some("It has always done that, and the reason is a long story.".into());
        let mut results = vec![failure("target-told"), known];
        for result in &mut results {
            result.trace.clear();
        }
        results.push(result(
            "unreachable",
            Outcome::Untestable(Finding::new("a could not reach the server")),
        ));
        let stale = Stale {
            entry: Entry {
                id: "mended".into(),
                dialect: sio_p2p_protocol::Dialect::V1,
                eio: 3,
                transport: TransportName::default(),
                verdict: Verdict::Fail,
                message_prefix: "b did not".into(),
                why: "w".into(),
            },
            instead: "it passes".into(),
        };
        insta::assert_snapshot!(report(&results, &[stale]));
    }
}
