//! What is printed about a matrix, at most 80 columns wide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::matrix::{Matrix, Verdict, is_red};
use super::stage::Came;
use super::stem;
use super::wrong::Wrong;
use crate::report::layout::wrap;

/// Columns.
const WIDTH: usize = 80;

/// The table of faults, then what is not proven, then the figures.
pub(super) fn render(matrix: &Matrix, verdict: &Verdict) -> String {
    #[derive(Default)]
    struct Row<'a> {
        scenarios: BTreeSet<&'a str>,
        plays: usize,
        red: usize,
    }
    let mut rows: BTreeMap<_, Row<'_>> = BTreeMap::new();
    for (trial, came) in &matrix.plays {
        let Some(wrong) = &trial.wrong else { continue };
        // In the order of their lists.
        let place = match wrong {
            Wrong::DefaultSettings => (None, None, None),
            Wrong::Client(spec) => (None, None, Some(spec.fault)),
            Wrong::Proxy(spec) => (None, Some(spec.fault), None),
            Wrong::Fault(spec) => (Some(spec.fault), None, None),
        };
        let row = rows.entry((place, wrong.name())).or_default();
        row.scenarios.insert(stem(&trial.check));
        row.plays += 1;
        row.red += usize::from(is_red(came));
    }
    let mut text = format!(
        "{:<30} {:>10} {:>8} {:>8}  verdict\n",
        "fault", "scenarios", "plays", "red"
    );
    for ((_, name), row) in &rows {
        let caught = if row.red > 0 { "caught" } else { "NOT CAUGHT" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<30} {:>10} {:>8} {:>8}  {caught}",
            name,
            row.scenarios.len(),
            row.plays,
            row.red
        );
    }
    if !verdict.problems.is_empty() {
        text.push_str("\nNot proven\n");
        for problem in &verdict.problems {
            let _ = writeln!(text, "{}", wrap(&format!("  {problem}"), WIDTH, "      "));
        }
    }
    let _ = writeln!(
        text,
        "\n{} of {} scenarios proven, {} of {} faults caught, {} plays; {:.1} s",
        verdict.proven,
        verdict.scenarios,
        verdict.caught,
        verdict.wanted,
        matrix.plays.len(),
        matrix.took.as_secs_f64()
    );
    text
}

/// A line of JSON for every play that did not pass.
pub(super) fn discovered(matrix: &Matrix) -> String {
    let mut text = String::new();
    for (trial, came) in &matrix.plays {
        let (red, message) = match came {
            Came::Green => continue,
            Came::Red(message) => (true, message),
            Came::Nothing(message) => (false, message),
        };
        let line = serde_json::json!({
            "id": trial.check.scenario.id,
            "dialect": trial.check.dialect.to_string(),
            "fault": trial.wrong.as_ref().map(ToString::to_string),
            "red": red,
            "message": message,
        });
        let _ = writeln!(text, "{line}");
    }
    text
}
