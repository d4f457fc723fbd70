//! What is printed about a matrix.

use std::collections::{BTreeMap, BTreeSet};

use super::matrix::{Matrix, Verdict, is_red};
use super::stage::Came;
use super::stem;
use super::wrong::Wrong;
use crate::report::layout::Page;

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
    let mut page = Page::default();
    page.line(format_args!(
        "{:<30} {:>10} {:>8} {:>8}  verdict",
        "fault", "scenarios", "plays", "red"
    ));
    for ((_, name), row) in &rows {
        let caught = if row.red > 0 { "caught" } else { "NOT CAUGHT" };
        page.line(format_args!(
            "{name:<30} {:>10} {:>8} {:>8}  {caught}",
            row.scenarios.len(),
            row.plays,
            row.red
        ));
    }
    if !verdict.problems.is_empty() {
        page.line("\nNot proven");
        for problem in &verdict.problems {
            page.wrap("      ", format_args!("  {problem}"));
        }
    }
    page.line(format_args!(
        "\n{} of {} scenarios proven, {} of {} faults caught, {} plays; {:.1} s",
        verdict.proven,
        verdict.scenarios,
        verdict.caught,
        verdict.wanted,
        matrix.plays.len(),
        matrix.took.as_secs_f64()
    ));
    page.text()
}

/// A line of JSON for every play that did not pass.
pub(super) fn discovered(matrix: &Matrix) -> String {
    let mut page = Page::default();
    for (trial, came) in &matrix.plays {
        let (red, message) = match came {
            Came::Green => continue,
            Came::Red(message) => (true, message),
            Came::Nothing(message) => (false, message),
        };
        page.line(serde_json::json!({
            "id": trial.check.scenario.id,
            "dialect": trial.check.dialect.to_string(),
            "fault": trial.wrong.as_ref().map(ToString::to_string),
            "red": red,
            "message": message,
        }));
    }
    page.text()
}
