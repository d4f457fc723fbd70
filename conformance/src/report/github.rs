//! The report as annotations of a workflow run on GitHub
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use std::fmt::Write as _;

use super::model::{Report, Result};
use crate::verdict::Verdict;

/// How many annotations of a kind GitHub shows for a step.
const SHOWN: usize = 10;

/// An error for each check that fails unexpectedly and a warning for each `should` that is
/// broken, at the step of the scenario. What GitHub would not show is counted.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    let is_warning =
        |result: &&Result| result.verdict == Verdict::Warn && result.expected_because.is_none();
    let errors = report
        .results
        .iter()
        .filter(|result| result.is_unexpected());
    let warnings = report.results.iter().filter(is_warning);
    annotations(&mut text, "error", errors.collect());
    annotations(&mut text, "warning", warnings.collect());
    let summary = &report.summary;
    let _ = writeln!(
        text,
        "::notice title=P2P conformance::{} pass, {} fail, {} warn, {} untestable, {} not \
         applicable",
        summary.pass, summary.fail, summary.warn, summary.untestable, summary.not_applicable
    );
    text
}

fn annotations(text: &mut String, kind: &str, results: Vec<&Result>) {
    let more = results.len().saturating_sub(SHOWN);
    for result in results.into_iter().take(SHOWN) {
        let at = result.failure.as_ref().and_then(|it| it.at.as_deref());
        let clause = result.broken.as_deref().map(|it| format!("{it}: "));
        let message = format!("{}{}", clause.unwrap_or_default(), result.message);
        let _ = writeln!(
            text,
            "::{kind} {}title={}::{}",
            at.map(place).unwrap_or_default(),
            property(&result.name()),
            data(&message)
        );
    }
    if more > 0 {
        let _ = writeln!(
            text,
            "::{kind} title=P2P conformance::and {more} more checks"
        );
    }
}

/// `file:line:column` as properties.
fn place(at: &str) -> String {
    let mut parts = at.rsplitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(column), Some(line), Some(file)) => {
            format!("file={},line={line},col={column},", property(file))
        }
        _ => String::new(),
    }
}

fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D");
    text.replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
