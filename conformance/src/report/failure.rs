//! A failure in full: the clause, the step, both sides, and what went over the wires.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sio_p2p_protocol::Clause;

use super::layout::{clip, wrap};
use super::style::{BOLD, DIM, RED, YELLOW, paint};
use crate::player::play::trace::{TraceLine, Way};
use crate::runner::testee::SERVER_SAID;
use crate::runner::verdict::CheckResult;
use crate::verdict::Verdict;

/// How many of the last frames of every actor a failure shows.
const FRAMES: usize = 10;

/// The sentence of a clause.
pub fn clause_text(id: &str) -> Option<&'static str> {
    Clause::find(id).map(|clause| clause.text)
}

/// Everything about a result that is not a pass.
pub fn render(result: &CheckResult, width: usize) -> String {
    let mut text = String::new();
    let verdict = result.verdict.as_str().to_uppercase();
    let colour = match result.verdict {
        Verdict::Warn => YELLOW,
        _ => RED,
    };
    let verdict = paint(colour, &verdict);
    let _ = writeln!(text, "\n{verdict} {}", paint(BOLD, &result.check.name()));
    let _ = writeln!(
        text,
        "{}",
        wrap(&format!("  {}", result.message), width, "  ")
    );
    for clause in result.clauses() {
        let sentence = clause_text(clause).unwrap_or("(not in the register)");
        let _ = writeln!(
            text,
            "{}",
            wrap(&format!("  {clause}: {sentence}"), width, "    ")
        );
    }
    if let Some(finding) = &result.finding {
        if let Some(at) = &finding.at {
            let _ = writeln!(text, "\n  {}", paint(BOLD, &at.to_string()));
            for line in at.excerpt().lines() {
                let _ = writeln!(text, "{}", clip(line, width));
            }
        }
        if let (Some(expected), Some(actual)) = (&finding.expected, &finding.actual) {
            text.push('\n');
            side(&mut text, "  expected: ", expected, width);
            side(&mut text, "  actual:   ", actual, width);
        }
        for note in &finding.notes {
            // Output of the server is shown as it was written, as far as it fits.
            let line = match note.strip_prefix(SERVER_SAID) {
                Some(said) => clip(&format!("  {SERVER_SAID}{said}"), width),
                None => wrap(&format!("  {note}"), width, "    "),
            };
            let _ = writeln!(text, "{line}");
        }
    }
    if !result.trace.is_empty() {
        sequence(&mut text, &result.trace, width);
    }
    text
}

/// One side of the comparison, its lines below each other.
fn side(text: &mut String, label: &str, content: &str, width: usize) {
    let indent = " ".repeat(label.len());
    for (index, line) in content.lines().enumerate() {
        let start = if index == 0 { label } else { &indent };
        let wrapped = wrap(line, width - label.len(), "  ");
        let _ = writeln!(
            text,
            "{start}{}",
            wrapped.replace('\n', &format!("\n{indent}"))
        );
    }
}

/// The last frames of every actor in their common order, an arrow for the way: to the
/// server or from it.
fn sequence(text: &mut String, trace: &[TraceLine], width: usize) {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown: Vec<_> = trace
        .iter()
        .rev()
        .filter(|line| {
            let count = left.entry(&line.actor).or_default();
            *count += 1;
            *count <= FRAMES
        })
        .collect();
    shown.reverse();
    let name = left
        .keys()
        .map(|actor| actor.chars().count())
        .max()
        .unwrap_or(0);
    let total = trace.len();
    let of = if shown.len() < total {
        format!(", last {FRAMES} of each actor, {total} in all")
    } else {
        String::new()
    };
    let _ = writeln!(
        text,
        "\n  packets (ms; --> to the server, <-- from it){of}:"
    );
    for line in shown {
        let arrow = match line.direction {
            Way::Out => "-->",
            Way::In => "<--",
        };
        let at = format!("{}.{:01}", line.at_us / 1000, line.at_us % 1000 / 100);
        let start = format!("  {at:>8}  {:<name$} {arrow} ", line.actor);
        let room = width.saturating_sub(start.chars().count()).max(20);
        let frame = clip(&line.frame.replace('\n', "\\n"), room);
        let _ = writeln!(text, "{}{frame}", paint(DIM, &start));
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    #[test]
    fn a_failure_shows_clause_place_sides_and_packets() {
        let result = crate::testing::failure("target-told");
        insta::assert_snapshot!(strip_str(&render(&result, 80)));
    }
}
