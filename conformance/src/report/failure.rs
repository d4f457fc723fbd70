//! A failure in full: the clause, the step, both sides, and what went over the wires.

use std::collections::BTreeMap;

use sio_p2p_protocol::Clause;

use super::layout::{Page, WIDTH, clip, wrap};
use super::style::{BOLD, DIM, RED, YELLOW, paint};
use crate::player::play::trace::{TraceLine, Way};
use crate::runner::testee::SERVER_SAID;
use crate::runner::verdict::CheckResult;
use crate::verdict::Verdict;

/// How many of the last frames of every actor a failure shows.
const FRAMES: usize = 6;

/// The sentence of a clause.
pub fn clause_text(id: &str) -> Option<&'static str> {
    Clause::find(id).map(|clause| clause.text)
}

/// The sentence of a clause, or that there is none.
pub fn sentence(id: &str) -> &'static str {
    clause_text(id).unwrap_or("(not in the register)")
}

/// Everything about a result that is not a pass.
pub fn render(result: &CheckResult) -> String {
    let mut page = Page::default();
    let colour = match result.verdict {
        Verdict::Warn => YELLOW,
        _ => RED,
    };
    let verdict = paint(colour, &result.verdict.as_str().to_uppercase());
    let name = paint(BOLD, &result.check.name());
    page.line(format_args!("\n{verdict} {name}"));
    page.wrap("  ", format_args!("  {}", result.message));
    let clauses: Vec<_> = match &result.broken {
        Some(broken) => vec![broken.as_str()],
        None => result.clauses().collect(),
    };
    for clause in clauses {
        page.wrap("    ", format_args!("  {clause}: {}", sentence(clause)));
    }
    if let Some(finding) = &result.finding {
        if let Some(at) = &finding.at {
            page.line(format_args!("\n  {}", paint(BOLD, &at.to_string())));
            for line in at.excerpt().lines() {
                page.line(clip(line, WIDTH));
            }
        }
        if let (Some(expected), Some(actual)) = (&finding.expected, &finding.actual) {
            page.line("");
            side(&mut page, "  expected: ", expected);
            side(&mut page, "  actual:   ", actual);
        }
        for note in &finding.notes {
            match note.strip_prefix(SERVER_SAID) {
                // Output of the server is shown as it was written, as far as it fits.
                Some(said) => page.line(clip(&format!("  {SERVER_SAID}{said}"), WIDTH)),
                None => page.wrap("    ", format_args!("  {note}")),
            }
        }
    }
    if !result.trace.is_empty() {
        sequence(&mut page, &result.trace);
    }
    page.text()
}

/// One side of the comparison, its lines below each other.
fn side(page: &mut Page, label: &str, content: &str) {
    let indent = " ".repeat(label.len());
    for (index, line) in content.lines().enumerate() {
        let start = if index == 0 { label } else { &indent };
        let wrapped = wrap(line, WIDTH - label.len(), "  ").replace('\n', &format!("\n{indent}"));
        page.line(format_args!("{start}{wrapped}"));
    }
}

/// The last frames of every actor in their common order, an arrow for the way: to the
/// server or from it.
fn sequence(page: &mut Page, trace: &[TraceLine]) {
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
    page.line(format_args!(
        "\n  packets (ms; --> to the server, <-- from it){of}:"
    ));
    for line in shown {
        let arrow = match line.direction {
            Way::Out => "-->",
            Way::In => "<--",
        };
        let at = format!("{}.{:01}", line.at_us / 1000, line.at_us % 1000 / 100);
        let start = format!("  {at:>8}  {:<name$} {arrow} ", line.actor);
        let room = WIDTH.saturating_sub(start.chars().count()).max(20);
        let frame = clip(&line.frame.replace('\n', "\\n"), room);
        page.line(format_args!("{}{frame}", paint(DIM, &start)));
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    #[test]
    fn a_failure_shows_clause_place_sides_and_packets() {
        let result = crate::testing::failure("target-told");
        insta::assert_snapshot!(strip_str(&render(&result)));
    }
}
