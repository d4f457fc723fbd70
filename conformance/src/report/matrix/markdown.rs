//! A short table of implementations, for a pull request or a terminal.

use std::fmt::Write as _;

use super::{Group, Matrix, recorded};
use crate::verdict::Verdict;

/// How wide names may be.
const NAME: usize = 40;

/// The table: a row for each implementation.
pub fn render(matrix: &Matrix) -> String {
    let mut rows = vec![
        [
            "",
            "pass",
            "fail",
            "warn",
            "untestable",
            "n/a",
            "clauses broken",
        ]
        .map(ToOwned::to_owned),
    ];
    for group in Group::all(matrix) {
        for (name, report) in group.runs.iter().copied() {
            let counts = report.summary.counts().map(|(_, count)| count.to_string());
            let [pass, fail, warn, untestable, outside] = counts;
            let broken = report.clauses().broken.len().to_string();
            rows.push([cell(name), pass, fail, warn, untestable, outside, broken]);
        }
    }
    for (name, recordings) in &matrix.recorded {
        let count = |verdict| {
            let found = recordings.iter().filter(|one| recorded(one) == verdict);
            found.count().to_string()
        };
        let [pass, warn] = [Verdict::Pass, Verdict::Warn].map(count);
        let name = cell(&format!("{name} (recorded)"));
        let [fail, untestable, outside, broken] = [const { String::new() }; 4];
        rows.push([name, pass, fail, warn, untestable, outside, broken]);
    }
    aligned(&rows)
}

/// The rows as a Markdown table whose columns are aligned in the source, too.
fn aligned(rows: &[[String; 7]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default().max(3)
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            // Writing to a string cannot fail.
            let _ = if column == 0 {
                write!(text, "| {cell:<width$} ")
            } else {
                write!(text, "| {cell:>width$} ")
            };
        }
        text.push_str("|\n");
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let line = "-".repeat(width + 1);
                let end = if column == 0 { '-' } else { ':' };
                let _ = write!(text, "|{line}{end}");
            }
            text.push_str("|\n");
        }
    }
    text
}

/// A name that does not end its cell.
fn cell(name: &str) -> String {
    let name = super::super::layout::clip(name, NAME);
    name.replace('|', "/").replace(['\n', '\r'], " ")
}
